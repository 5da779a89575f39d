#ifndef BERTHMASTER_CONTROLLER_STORE_SQLITE_RECENT_POOLS_H_
#define BERTHMASTER_CONTROLLER_STORE_SQLITE_RECENT_POOLS_H_

#include <cstdint>
#include <optional>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "controller/store/sqlite/database.h"

namespace berthmaster {

// Which pools are in `recent`, for pruning: those must keep their row. The database must outlive
// it. One thread.
class RecentPools {
 public:
  static absl::StatusOr<RecentPools> Prepare(const Database& database);

  // Within the transaction that prunes.
  absl::StatusOr<bool> Contains(int64_t pool_id);
  // Forgets what it read: for each transaction anew.
  void Clear() { netns_id_.reset(); }

 private:
  RecentPools(Statement netns_of_pool, Statement read_recent);
  absl::Status ReadNetns(int64_t netns_id);

  Statement netns_of_pool_;
  Statement read_recent_;
  // Pools of one namespace mostly come one after the other.
  std::optional<int64_t> netns_id_;
  absl::flat_hash_set<int64_t> pool_ids_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_STORE_SQLITE_RECENT_POOLS_H_
