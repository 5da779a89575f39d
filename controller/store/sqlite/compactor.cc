#include "controller/store/sqlite/compactor.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/annotate.h"
#include "controller/store/sqlite/sqlite_status.h"

namespace berthmaster {
namespace {

// So a pool's page is written once in 64 samples. More would save little, and cost more at each
// read of what is not compacted.
constexpr int64_t kBlockSamples = 64;
// When a namespace had to wait, its block gets larger, up to this.
constexpr int64_t kBlockSamplesMax = 256;
// The namespaces of the largest fleet. When it is full it starts afresh.
constexpr size_t kCountsMax = 200'000;

}  // namespace

Compactor::Compactor(Statements statements) : statements_(std::move(statements)) {}

absl::StatusOr<Compactor> Compactor::Prepare(const Database& database) {
  BERTHMASTER_ASSIGN_OR_RETURN(Statement count_recent,
                               database.Prepare("SELECT count(*) FROM recent WHERE netns_id = ?"));
  BERTHMASTER_ASSIGN_OR_RETURN(
      Statement read_recent,
      database.Prepare("SELECT sample_time, tcp_in_use, time_wait, time_wait_overflow_count, "
                       "pools FROM recent WHERE netns_id = ? ORDER BY sample_time LIMIT ?"));
  BERTHMASTER_ASSIGN_OR_RETURN(
      Statement delete_recent,
      database.Prepare("DELETE FROM recent WHERE netns_id = ? AND sample_time <= ?"));
  BERTHMASTER_ASSIGN_OR_RETURN(
      Statement insert_block,
      database.Prepare("INSERT INTO block (netns_id, start_time, end_time, samples) "
                       "VALUES (?, ?, ?, ?)"));
  BERTHMASTER_ASSIGN_OR_RETURN(
      Statement insert_points,
      database.Prepare("INSERT INTO pool_block (pool_id, start_time, block_id, end_time, points) "
                       "VALUES (?, ?, ?, ?, ?)"));
  return Compactor({std::move(count_recent), std::move(read_recent), std::move(delete_recent),
                    std::move(insert_block), std::move(insert_points)});
}

absl::Status Compactor::Added(int64_t netns_id) {
  auto known = recent_counts_.find(netns_id);
  if (known == recent_counts_.end()) {
    BERTHMASTER_ASSIGN_OR_RETURN(std::optional<int64_t> count,
                                 statements_.count_recent.SelectValue<int64_t>(netns_id));
    if (recent_counts_.size() >= kCountsMax) recent_counts_.clear();
    known = recent_counts_.emplace(netns_id, count.value_or(1) - 1).first;
    // It may have been above the limit when the file was closed.
    if (known->second >= kBlockSamples) due_.push_back(netns_id);
  }
  if (++known->second == kBlockSamples) due_.push_back(netns_id);
  return absl::OkStatus();
}

absl::Status Compactor::Run(size_t netns_max) {
  for (size_t done = 0; done < netns_max && !due_.empty(); ++done) {
    int64_t netns_id = due_.front();
    due_.pop_front();
    // Counted again when it is next touched.
    recent_counts_.erase(netns_id);
    BERTHMASTER_RETURN_IF_ERROR(Compact(netns_id));
  }
  return absl::OkStatus();
}

absl::StatusOr<Compactor::Block> Compactor::ReadRecent(int64_t netns_id) {
  Block block;
  BERTHMASTER_ASSIGN_OR_RETURN(Query query,
                               statements_.read_recent.Select(netns_id, kBlockSamplesMax));
  while (true) {
    BERTHMASTER_ASSIGN_OR_RETURN(bool found, query.Next());
    if (!found) return block;
    NetnsValues sample;
    Blob blob;
    BERTHMASTER_RETURN_IF_ERROR(query.Read(sample.sample_time_us, sample.tcp_in_use,
                                           sample.time_wait, sample.time_wait_overflow_count,
                                           blob));
    std::optional<std::vector<PoolValues>> pools = DecodePools(blob.bytes);
    if (!pools.has_value()) {
      return DamagedError("history.db", absl::StrCat("pools of namespace ", netns_id));
    }
    auto place = static_cast<int64_t>(block.samples.size());
    block.samples.push_back(sample);
    for (const PoolValues& pool : *pools) {
      std::vector<BlockPoint>& points = block.pools[pool.pool_id];
      // A pool twice in one sample: the later one stands.
      if (!points.empty() && points.back().sample == place) points.pop_back();
      points.push_back({place, pool});
    }
  }
}

absl::Status Compactor::Compact(int64_t netns_id) {
  BERTHMASTER_ASSIGN_OR_RETURN(Block block, ReadRecent(netns_id));
  if (block.samples.empty()) return absl::OkStatus();
  int64_t start_time = block.samples.front().sample_time_us;
  int64_t end_time = block.samples.back().sample_time_us;
  BERTHMASTER_RETURN_IF_ERROR(statements_.insert_block.Run(netns_id, start_time, end_time,
                                                           Blob{EncodeSamples(block.samples)}));
  int64_t block_id = statements_.insert_block.inserted_id();
  for (const auto& [pool_id, points] : block.pools) {
    BERTHMASTER_RETURN_IF_ERROR(statements_.insert_points.Run(
        pool_id, start_time, block_id, end_time, Blob{EncodePoints(points)}));
  }
  return statements_.delete_recent.Run(netns_id, end_time);
}

void Compactor::Clear() {
  recent_counts_.clear();
  due_.clear();
}

void Compactor::Forget(const absl::flat_hash_set<int64_t>& netns_ids) {
  for (int64_t netns_id : netns_ids) recent_counts_.erase(netns_id);
}

}  // namespace berthmaster
