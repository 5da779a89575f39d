#include "controller/store/sqlite/history_connection.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/annotate.h"
#include "controller/store/sqlite/sqlite_status.h"
#include "controller/store/sqlite/transaction.h"

namespace berthmaster {
namespace {

PoolHistoryPoint PointOf(absl::Time sample_time, const PoolValues& values) {
  return {.sample_time = sample_time,
          .capacity = values.capacity,
          .in_use = values.in_use,
          .reusable = values.reusable,
          .time_wait = values.time_wait,
          .established = values.established,
          .connection_rate = values.connection_rate};
}

}  // namespace

HistoryConnection::HistoryConnection(Database database, Statements statements)
    : database_(std::move(database)), statements_(std::move(statements)) {}

absl::StatusOr<std::unique_ptr<HistoryConnection>> HistoryConnection::Open(
    const std::string& path) {
  BERTHMASTER_ASSIGN_OR_RETURN(Database database, Database::Open(path, Database::Mode::kReadOnly));
  BERTHMASTER_ASSIGN_OR_RETURN(Statement find_pool,
                               database.Prepare("SELECT id, netns_id FROM pool WHERE name = ?"));
  // ?1 pool, ?2 namespace, ?3 start, ?4 end. Blocks overlap in time only after a clock was set
  // back.
  BERTHMASTER_ASSIGN_OR_RETURN(
      Statement first,
      database.Prepare("SELECT min(time) FROM ("
                       "SELECT min(start_time) AS time FROM pool_block WHERE pool_id = ?1 "
                       "AND start_time < ?4 AND end_time >= ?3 UNION ALL "
                       "SELECT min(sample_time) FROM recent WHERE netns_id = ?2 "
                       "AND sample_time >= ?3 AND sample_time < ?4)"));
  BERTHMASTER_ASSIGN_OR_RETURN(
      Statement last,
      database.Prepare("SELECT max(time) FROM ("
                       "SELECT max(end_time) AS time FROM pool_block WHERE pool_id = ?1 "
                       "AND start_time < ?4 AND end_time >= ?3 UNION ALL "
                       "SELECT max(sample_time) FROM recent WHERE netns_id = ?2 "
                       "AND sample_time >= ?3 AND sample_time < ?4)"));
  BERTHMASTER_ASSIGN_OR_RETURN(
      Statement blocks,
      database.Prepare("SELECT block.samples, pool_block.points FROM pool_block "
                       "JOIN block ON block.id = pool_block.block_id "
                       "WHERE pool_block.pool_id = ?1 AND pool_block.start_time < ?3 "
                       "AND pool_block.end_time >= ?2 ORDER BY pool_block.start_time"));
  BERTHMASTER_ASSIGN_OR_RETURN(
      Statement recent,
      database.Prepare("SELECT sample_time, pools FROM recent WHERE netns_id = ? "
                       "AND sample_time >= ? AND sample_time < ? ORDER BY sample_time"));
  BERTHMASTER_ASSIGN_OR_RETURN(Statement count,
                               database.Prepare("SELECT count(*) FROM sample WHERE stream_id = "
                                                "(SELECT id FROM stream WHERE host_id = ? "
                                                "AND epoch = ?)"));
  return std::unique_ptr<HistoryConnection>(new HistoryConnection(
      std::move(database), {std::move(find_pool), std::move(first), std::move(last),
                            std::move(blocks), std::move(recent), std::move(count)}));
}

absl::StatusOr<PoolHistory> HistoryConnection::ReadPool(absl::string_view pool_name,
                                                        absl::Time start, absl::Time end,
                                                        int points_max) {
  // Between two statements the writer may compact, or prune the pool and give its number away.
  BERTHMASTER_ASSIGN_OR_RETURN(Transaction transaction, Transaction::BeginRead(database_));
  Range range{.pool_id = 0, .netns_id = 0, .start = start, .end = end};
  {
    BERTHMASTER_ASSIGN_OR_RETURN(Query query, statements_.find_pool.Select(pool_name));
    BERTHMASTER_ASSIGN_OR_RETURN(bool found, query.Next());
    if (!found) return absl::NotFoundError(absl::StrCat("no history of '", pool_name, "'"));
    BERTHMASTER_RETURN_IF_ERROR(query.Read(range.pool_id, range.netns_id));
  }
  BERTHMASTER_ASSIGN_OR_RETURN(
      std::optional<absl::Time> first,
      statements_.first.SelectValue<absl::Time>(range.pool_id, range.netns_id, start, end));
  BERTHMASTER_ASSIGN_OR_RETURN(
      std::optional<absl::Time> last,
      statements_.last.SelectValue<absl::Time>(range.pool_id, range.netns_id, start, end));
  if (start >= end || !first.has_value() || !last.has_value()) return PoolHistory{};
  Thinning thinning(std::max(*first, start), std::min(*last, end), points_max);
  BERTHMASTER_RETURN_IF_ERROR(AddBlocks(range, thinning));
  BERTHMASTER_RETURN_IF_ERROR(AddRecent(range, thinning));
  return std::move(thinning).Finish();
}

absl::Status HistoryConnection::AddBlocks(const Range& range, Thinning& thinning) {
  BERTHMASTER_ASSIGN_OR_RETURN(Query query,
                               statements_.blocks.Select(range.pool_id, range.start, range.end));
  while (true) {
    BERTHMASTER_ASSIGN_OR_RETURN(bool found, query.Next());
    if (!found) return absl::OkStatus();
    Blob samples;
    Blob points;
    BERTHMASTER_RETURN_IF_ERROR(query.Read(samples, points));
    BERTHMASTER_RETURN_IF_ERROR(AddBlock(range, samples.bytes, points.bytes, thinning));
  }
}

absl::Status HistoryConnection::AddBlock(const Range& range, absl::string_view samples,
                                         absl::string_view points, Thinning& thinning) const {
  std::optional<std::vector<int64_t>> times = DecodeSampleTimes(samples);
  std::optional<std::vector<BlockPoint>> decoded = DecodePoints(points);
  if (!times.has_value() || !decoded.has_value()) return Damaged(range);
  for (const BlockPoint& point : *decoded) {
    if (point.sample < 0 || point.sample >= static_cast<int64_t>(times->size())) {
      return Damaged(range);
    }
    absl::Time sample_time = absl::FromUnixMicros((*times)[static_cast<size_t>(point.sample)]);
    if (sample_time < range.start || sample_time >= range.end) continue;
    thinning.Add(PointOf(sample_time, point.values));
  }
  return absl::OkStatus();
}

absl::Status HistoryConnection::AddRecent(const Range& range, Thinning& thinning) {
  BERTHMASTER_ASSIGN_OR_RETURN(Query query,
                               statements_.recent.Select(range.netns_id, range.start, range.end));
  while (true) {
    BERTHMASTER_ASSIGN_OR_RETURN(bool found, query.Next());
    if (!found) return absl::OkStatus();
    absl::Time sample_time;
    Blob pools;
    BERTHMASTER_RETURN_IF_ERROR(query.Read(sample_time, pools));
    bool intact = true;
    std::optional<PoolValues> pool = FindPool(pools.bytes, range.pool_id, intact);
    if (!intact) return Damaged(range);
    if (pool.has_value()) thinning.Add(PointOf(sample_time, *pool));
  }
}

absl::Status HistoryConnection::Damaged(const Range& range) const {
  return DamagedError(database_.path(), absl::StrCat("samples of pool ", range.pool_id));
}

absl::StatusOr<int64_t> HistoryConnection::CountSamples(absl::string_view host_id, int64_t epoch) {
  BERTHMASTER_ASSIGN_OR_RETURN(std::optional<int64_t> count,
                               statements_.count.SelectValue<int64_t>(host_id, epoch));
  return count.value_or(0);
}

}  // namespace berthmaster
