#include "controller/store/sqlite/recent_pools.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/annotate.h"
#include "controller/store/sqlite/history_codec.h"
#include "controller/store/sqlite/sqlite_status.h"

namespace berthmaster {

RecentPools::RecentPools(Statement netns_of_pool, Statement read_recent)
    : netns_of_pool_(std::move(netns_of_pool)), read_recent_(std::move(read_recent)) {}

absl::StatusOr<RecentPools> RecentPools::Prepare(const Database& database) {
  BERTHMASTER_ASSIGN_OR_RETURN(Statement netns_of_pool,
                               database.Prepare("SELECT netns_id FROM pool WHERE id = ?"));
  BERTHMASTER_ASSIGN_OR_RETURN(Statement read_recent,
                               database.Prepare("SELECT pools FROM recent WHERE netns_id = ?"));
  return RecentPools(std::move(netns_of_pool), std::move(read_recent));
}

absl::StatusOr<bool> RecentPools::Contains(int64_t pool_id) {
  BERTHMASTER_ASSIGN_OR_RETURN(std::optional<int64_t> netns_id,
                               netns_of_pool_.SelectValue<int64_t>(pool_id));
  if (!netns_id.has_value()) return false;
  if (netns_id_ != netns_id) BERTHMASTER_RETURN_IF_ERROR(ReadNetns(*netns_id));
  return pool_ids_.contains(pool_id);
}

absl::Status RecentPools::ReadNetns(int64_t netns_id) {
  netns_id_.reset();
  pool_ids_.clear();
  BERTHMASTER_ASSIGN_OR_RETURN(Query query, read_recent_.Select(netns_id));
  while (true) {
    BERTHMASTER_ASSIGN_OR_RETURN(bool found, query.Next());
    if (!found) break;
    Blob blob;
    BERTHMASTER_RETURN_IF_ERROR(query.Read(blob));
    std::optional<std::vector<PoolValues>> pools = DecodePools(blob.bytes);
    if (!pools.has_value()) {
      return DamagedError("history.db", absl::StrCat("pools of namespace ", netns_id));
    }
    for (const PoolValues& pool : *pools) pool_ids_.insert(pool.pool_id);
  }
  netns_id_ = netns_id;
  return absl::OkStatus();
}

}  // namespace berthmaster
