#include "controller/store/sqlite/history_writer.h"

#include <utility>

#include "common/status/annotate.h"
#include "controller/store/sqlite/compactor.h"
#include "controller/store/sqlite/history_codec.h"
#include "controller/store/sqlite/history_schema.h"
#include "controller/store/sqlite/pruner.h"
#include "controller/store/sqlite/recent_pools.h"
#include "controller/store/sqlite/series_ids.h"
#include "controller/store/sqlite/streams.h"
#include "controller/store/sqlite/transaction.h"

namespace berthmaster {
namespace {

// A namespace is due once in 64 samples; four times as many are allowed, so that a fleet that
// started at one moment is compacted within a quarter of the time to the next turn, and no commit
// takes long.
constexpr size_t kEntriesPerCompaction = 16;
// For commits of a sample or two.
constexpr size_t kCompactionsMin = 1;

constexpr Pruner::Sql kRecentSql = {
    .parents = "SELECT id FROM netns WHERE id > ? ORDER BY id LIMIT ?",
    .first_time = "SELECT sample_time FROM recent WHERE netns_id = ? ORDER BY sample_time LIMIT 1",
    .key_after =
        "SELECT sample_time FROM recent WHERE netns_id = ? "
        "ORDER BY sample_time LIMIT 1 OFFSET ?",
    .delete_samples =
        "DELETE FROM recent WHERE netns_id = ?1 AND sample_time < ?2 "
        "AND sample_time < coalesce(?3, 9223372036854775807)",
    // Most namespaces without recent samples have pools and blocks; the sweep over the blocks sees
    // to the others.
    .delete_parent = "DELETE FROM netns WHERE id = ? AND FALSE",
};
// A block goes when all of it is old.
constexpr Pruner::Sql kPoolSql = {
    .parents = "SELECT id FROM pool WHERE id > ? ORDER BY id LIMIT ?",
    .first_time = "SELECT end_time FROM pool_block WHERE pool_id = ? ORDER BY start_time LIMIT 1",
    .key_after =
        "SELECT start_time FROM pool_block WHERE pool_id = ? "
        "ORDER BY start_time LIMIT 1 OFFSET ?",
    .delete_samples =
        "DELETE FROM pool_block WHERE pool_id = ?1 AND end_time < ?2 "
        "AND start_time < coalesce(?3, 9223372036854775807)",
    .delete_parent = "DELETE FROM pool WHERE id = ?",
};
constexpr Pruner::Sql kBlockSql = {
    .parents = "SELECT id FROM netns WHERE id > ? ORDER BY id LIMIT ?",
    .first_time = "SELECT end_time FROM block WHERE netns_id = ? ORDER BY start_time LIMIT 1",
    .key_after =
        "SELECT start_time FROM block WHERE netns_id = ? "
        "ORDER BY start_time LIMIT 1 OFFSET ?",
    .delete_samples =
        "DELETE FROM block WHERE netns_id = ?1 AND end_time < ?2 "
        "AND start_time < coalesce(?3, 9223372036854775807)",
    .delete_parent =
        "DELETE FROM netns WHERE id = ?1 "
        "AND NOT EXISTS (SELECT 1 FROM recent WHERE netns_id = ?1) "
        "AND NOT EXISTS (SELECT 1 FROM pool WHERE netns_id = ?1)",
};
constexpr Pruner::Sql kStreamSql = {
    .parents = "SELECT id FROM stream WHERE id > ? ORDER BY id LIMIT ?",
    .first_time = "SELECT sample_time FROM sample WHERE stream_id = ? ORDER BY sequence LIMIT 1",
    .key_after =
        "SELECT sequence FROM sample WHERE stream_id = ? "
        "ORDER BY sequence LIMIT 1 OFFSET ?",
    .delete_samples =
        "DELETE FROM sample WHERE stream_id = ?1 AND sample_time < ?2 "
        "AND sequence < coalesce(?3, 9223372036854775807)",
    // The newest of a host stays: it knows which samples not to take again.
    .delete_parent =
        "DELETE FROM stream WHERE id = ?1 AND commit_order < (SELECT "
        "max(other.commit_order) FROM stream AS other "
        "WHERE other.host_id = stream.host_id)",
};

}  // namespace

struct SqliteHistoryWriter::Tables {
  // First, so that it outlives the statements.
  Database database;
  Streams streams;
  SeriesIds series;
  Compactor compactor;
  RecentPools recent_pools;
  Statement insert_recent;
  Pruner recent;
  Pruner pools;
  Pruner blocks;
  Pruner old_streams;
  // Which of the sweeps the next step of pruning goes on with.
  int sweep = 0;

  // What is remembered of a transaction that did not happen is wrong.
  void Forget() {
    streams.Clear();
    series.Clear();
    compactor.Clear();
    recent.Restart();
    pools.Restart();
    blocks.Restart();
    old_streams.Restart();
    sweep = 0;
  }

  absl::Status Put(const HistoryEntry& entry) {
    BERTHMASTER_ASSIGN_OR_RETURN(bool is_new, streams.Add(entry));
    if (!is_new) return absl::OkStatus();
    for (const NetnsSample& netns : entry.sample->namespaces) {
      BERTHMASTER_RETURN_IF_ERROR(PutNetns(entry, netns));
    }
    return absl::OkStatus();
  }

  absl::Status PutNetns(const HistoryEntry& entry, const NetnsSample& netns) {
    BERTHMASTER_ASSIGN_OR_RETURN(int64_t netns_id, series.NetnsId(entry.host_id, netns.cookie));
    Blob blob;
    for (const PoolSample& pool : netns.pools) {
      BERTHMASTER_ASSIGN_OR_RETURN(int64_t pool_id,
                                   series.PoolId(entry.host_id, netns.cookie, netns_id, pool));
      AppendPool(ValuesOf(pool_id, pool), blob.bytes);
    }
    BERTHMASTER_RETURN_IF_ERROR(insert_recent.Run(netns_id, entry.sample->sample_time,
                                                  netns.tcp_in_use, netns.time_wait,
                                                  netns.time_wait_overflow_count, blob));
    return compactor.Added(netns_id);
  }

  absl::Status AppendAll(const std::vector<HistoryEntry>& entries) {
    BERTHMASTER_ASSIGN_OR_RETURN(Transaction transaction, Transaction::BeginWrite(database));
    for (const HistoryEntry& entry : entries) BERTHMASTER_RETURN_IF_ERROR(Put(entry));
    BERTHMASTER_RETURN_IF_ERROR(
        compactor.Run(entries.size() / kEntriesPerCompaction + kCompactionsMin));
    return transaction.Commit();
  }

  absl::StatusOr<Pruner::Step> RunSweep(absl::Time oldest) {
    auto not_needed = [](int64_t) -> absl::StatusOr<bool> { return false; };
    switch (sweep) {
      case 0:
        return recent.Run(oldest, not_needed);
      case 1:
        recent_pools.Clear();
        return pools.Run(oldest, [this](int64_t pool) { return recent_pools.Contains(pool); });
      case 2:
        return blocks.Run(oldest, not_needed);
      default:
        return old_streams.Run(oldest, not_needed);
    }
  }

  // True when the sweeps over all tables are complete.
  absl::StatusOr<bool> PruneStep(absl::Time oldest) {
    BERTHMASTER_ASSIGN_OR_RETURN(Transaction transaction, Transaction::BeginWrite(database));
    BERTHMASTER_ASSIGN_OR_RETURN(Pruner::Step step, RunSweep(oldest));
    BERTHMASTER_RETURN_IF_ERROR(transaction.Commit());
    // It counts again where rows are gone.
    if (sweep == 0 && step.deleted_count > 0) compactor.Clear();
    if (sweep == 1) series.ForgetPools(step.deleted_parents);
    if (sweep == 2) series.ForgetNetns(step.deleted_parents);
    if (sweep == 2) compactor.Forget(step.deleted_parents);
    if (sweep == 3) streams.Forget(step.deleted_parents);
    if (step.swept) sweep = (sweep + 1) % 4;
    return step.swept && sweep == 0;
  }
};

SqliteHistoryWriter::SqliteHistoryWriter(std::unique_ptr<Tables> tables)
    : tables_(std::move(tables)) {}
SqliteHistoryWriter::~SqliteHistoryWriter() = default;

absl::StatusOr<std::unique_ptr<SqliteHistoryWriter>> SqliteHistoryWriter::Open(
    const std::string& path, const SqliteHistoryOptions& options) {
  BERTHMASTER_ASSIGN_OR_RETURN(Database database, OpenWithSchema(path, HistorySchema()));
  // Debian's default writes zeros over what is deleted; history holds no secrets, and pruning
  // would write as much as recording did.
  BERTHMASTER_RETURN_IF_ERROR(database.Execute("PRAGMA secure_delete = OFF"));
  if (options.page_count_max.has_value()) {
    BERTHMASTER_RETURN_IF_ERROR(database.SetPragma("max_page_count", *options.page_count_max));
  }
  BERTHMASTER_ASSIGN_OR_RETURN(Streams streams, Streams::Prepare(database));
  BERTHMASTER_ASSIGN_OR_RETURN(SeriesIds series, SeriesIds::Prepare(database));
  BERTHMASTER_ASSIGN_OR_RETURN(Compactor compactor, Compactor::Prepare(database));
  BERTHMASTER_ASSIGN_OR_RETURN(RecentPools recent_pools, RecentPools::Prepare(database));
  // Two samples with one time, after the host's clock was set back: the newer one stands.
  BERTHMASTER_ASSIGN_OR_RETURN(
      Statement insert_recent,
      database.Prepare("INSERT OR REPLACE INTO recent (netns_id, sample_time, tcp_in_use, "
                       "time_wait, time_wait_overflow_count, pools) VALUES (?, ?, ?, ?, ?, ?)"));
  BERTHMASTER_ASSIGN_OR_RETURN(Pruner recent, Pruner::Prepare(database, kRecentSql));
  BERTHMASTER_ASSIGN_OR_RETURN(Pruner pools, Pruner::Prepare(database, kPoolSql));
  BERTHMASTER_ASSIGN_OR_RETURN(Pruner blocks, Pruner::Prepare(database, kBlockSql));
  BERTHMASTER_ASSIGN_OR_RETURN(Pruner old_streams, Pruner::Prepare(database, kStreamSql));
  auto tables = std::make_unique<Tables>(
      Tables{std::move(database), std::move(streams), std::move(series), std::move(compactor),
             std::move(recent_pools), std::move(insert_recent), std::move(recent), std::move(pools),
             std::move(blocks), std::move(old_streams)});
  return std::unique_ptr<SqliteHistoryWriter>(new SqliteHistoryWriter(std::move(tables)));
}

absl::StatusOr<std::vector<HistoryStream>> SqliteHistoryWriter::LoadStreams() {
  return tables_->streams.Load();
}

absl::Status SqliteHistoryWriter::Append(const std::vector<HistoryEntry>& entries) {
  absl::Status appended = tables_->AppendAll(entries);
  if (!appended.ok()) tables_->Forget();
  return appended;
}

absl::StatusOr<bool> SqliteHistoryWriter::Prune(absl::Time oldest) {
  absl::StatusOr<bool> complete = tables_->PruneStep(oldest);
  if (!complete.ok()) {
    tables_->Forget();
    return complete.status();
  }
  return !*complete;
}

}  // namespace berthmaster
