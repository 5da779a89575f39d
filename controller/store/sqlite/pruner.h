#ifndef BERTHMASTER_CONTROLLER_STORE_SQLITE_PRUNER_H_
#define BERTHMASTER_CONTROLLER_STORE_SQLITE_PRUNER_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "controller/store/sqlite/database.h"

namespace berthmaster {

// Drops old rows from one table of samples, and parents that have none left, in bounded steps. A
// sweep goes through the parents by id. The database must outlive it. One thread.
class Pruner {
 public:
  // The statements for one pair of parent and sample table. The key is what samples of one parent
  // are ordered by.
  struct Sql {
    // (id, count): the next parents after the id.
    SqlText parents;
    // (parent): the time of the first sample.
    SqlText first_time;
    // (parent, count): the key of the sample after the first so many; none when there are fewer.
    SqlText key_after;
    // (parent, time, key): deletes samples older than the time, below the key; all keys when NULL.
    SqlText delete_samples;
    // (parent): deletes the parent, which has no samples here, unless another table needs it.
    SqlText delete_parent;
  };
  static absl::StatusOr<Pruner> Prepare(const Database& database, const Sql& sql);

  struct Step {
    // The sweep has reached the last parent; the next step starts a new one.
    bool swept = false;
    // How many samples were deleted.
    int64_t deleted_count = 0;
    // The parents that are gone.
    absl::flat_hash_set<int64_t> deleted_parents;
  };
  // Whether a parent without samples here has them elsewhere.
  using IsNeeded = std::function<absl::StatusOr<bool>(int64_t parent)>;
  // Goes on with the sweep. Within a write transaction; takes some 10 ms.
  absl::StatusOr<Step> Run(absl::Time oldest, const IsNeeded& is_needed);
  // Starts the sweep again: after a transaction that was not committed.
  void Restart() { last_parent_ = 0; }

 private:
  struct Statements {
    Statement parents;
    Statement first_time;
    Statement key_after;
    Statement delete_samples;
    Statement delete_parent;
  };
  explicit Pruner(Statements statements);

  absl::StatusOr<std::vector<int64_t>> NextParents();
  // How many rows went, at most `count_max`; those of one parent.
  absl::StatusOr<int64_t> DeleteOld(int64_t parent, absl::Time oldest, int64_t count_max);

  Statements statements_;
  // Parents up to this one are done in this sweep.
  int64_t last_parent_ = 0;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_STORE_SQLITE_PRUNER_H_
