#include "controller/store/sqlite/history_schema.h"

namespace berthmaster {
namespace {

constexpr int32_t kApplicationId = 0x42724d48;  // "BrMH"

// Times are microseconds.
constexpr SqlText kVersion1 = R"sql(
-- One row per run of an agent (epoch) that has samples here, and the newest of each host for good.
-- Read and written with every sample of it.
CREATE TABLE stream (
  id INTEGER PRIMARY KEY,
  host_id TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  committed_sequence INTEGER NOT NULL,
  -- Rises with every committed sample of any stream: the highest of a host is its newest epoch.
  commit_order INTEGER NOT NULL,
  UNIQUE (host_id, epoch)
) STRICT;

-- One row per committed sample, so that what was acknowledged can be counted. 20 bytes each.
CREATE TABLE sample (
  stream_id INTEGER NOT NULL REFERENCES stream ON DELETE CASCADE,
  sequence INTEGER NOT NULL,
  sample_time INTEGER NOT NULL,
  PRIMARY KEY (stream_id, sequence)
) STRICT, WITHOUT ROWID;

-- One row per network namespace with samples below. Found by name by the writer, once.
CREATE TABLE netns (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;

-- One row per pool with samples below. Found by name by readers, and by the writer once.
CREATE TABLE pool (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  netns_id INTEGER NOT NULL REFERENCES netns
) STRICT;
-- For the check that nothing refers to a namespace that goes.
CREATE INDEX pool_by_netns ON pool (netns_id);

-- The newest samples: a row per namespace and sample with all its pools, so that recording a sample
-- writes one page and not one per pool. Read with every history; some 64 rows per namespace, then
-- they become a block.
CREATE TABLE recent (
  netns_id INTEGER NOT NULL REFERENCES netns,
  sample_time INTEGER NOT NULL,
  tcp_in_use INTEGER NOT NULL,
  time_wait INTEGER NOT NULL,
  time_wait_overflow_count INTEGER NOT NULL,
  pools BLOB NOT NULL,
  PRIMARY KEY (netns_id, sample_time)
) STRICT, WITHOUT ROWID;

-- Samples of a namespace that were in `recent` together: their times and the namespace's counters.
-- Read with the pools of it. About 3 bytes a sample.
CREATE TABLE block (
  id INTEGER PRIMARY KEY,
  netns_id INTEGER NOT NULL REFERENCES netns,
  start_time INTEGER NOT NULL,
  end_time INTEGER NOT NULL,
  samples BLOB NOT NULL
) STRICT;
-- For pruning.
CREATE INDEX block_by_netns ON block (netns_id, start_time, id);

-- One pool in a block, with the block's times: by far the largest table. Keyed so that the history
-- of one pool is one range. 1 to 9 bytes a sample. No reference to block, whose checks would search
-- this table; a reader joins the two.
CREATE TABLE pool_block (
  pool_id INTEGER NOT NULL REFERENCES pool ON DELETE CASCADE,
  start_time INTEGER NOT NULL,
  block_id INTEGER NOT NULL,
  end_time INTEGER NOT NULL,
  points BLOB NOT NULL,
  PRIMARY KEY (pool_id, start_time, block_id)
) STRICT, WITHOUT ROWID;
)sql";

constexpr SqlText kMigrations[] = {kVersion1};

}  // namespace

// Not checked as a whole at start: that would read gigabytes. Damage shows as DATA_LOSS when it is
// met.
Schema HistorySchema() {
  return {.application_id = kApplicationId, .migrations = kMigrations, .check_whole_file = false};
}

}  // namespace berthmaster
