#ifndef BERTHMASTER_CONTROLLER_STORE_SQLITE_COMPACTOR_H_
#define BERTHMASTER_CONTROLLER_STORE_SQLITE_COMPACTOR_H_

#include <cstdint>
#include <deque>
#include <map>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "controller/store/sqlite/database.h"
#include "controller/store/sqlite/history_codec.h"

namespace berthmaster {

// Turns the samples of a namespace in `recent` into a block once there are enough: from a row per
// sample with all pools into a row per pool with all samples, which is what a history is read by,
// and where what does not change costs nothing. The database must outlive it. One thread.
class Compactor {
 public:
  static absl::StatusOr<Compactor> Prepare(const Database& database);

  // A row of the namespace was added to `recent`.
  absl::Status Added(int64_t netns_id);
  // Compacts namespaces that are due, at most `netns_max`; the others wait. Within the transaction
  // of the rows.
  absl::Status Run(size_t netns_max);

  // After a transaction that was not committed, or rows of `recent` were deleted: forgets what it
  // counted.
  void Clear();
  // After these namespaces were deleted.
  void Forget(const absl::flat_hash_set<int64_t>& netns_ids);

 private:
  struct Statements {
    Statement count_recent;
    Statement read_recent;
    Statement delete_recent;
    Statement insert_block;
    Statement insert_points;
  };
  struct Block {
    std::vector<NetnsValues> samples;
    // By pool id, which is the order of the table.
    std::map<int64_t, std::vector<BlockPoint>> pools;
  };

  explicit Compactor(Statements statements);
  absl::Status Compact(int64_t netns_id);
  absl::StatusOr<Block> ReadRecent(int64_t netns_id);

  Statements statements_;
  // How many rows of a namespace are in `recent`; of those that were touched since the start.
  absl::flat_hash_map<int64_t, int64_t> recent_counts_;
  std::deque<int64_t> due_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_STORE_SQLITE_COMPACTOR_H_
