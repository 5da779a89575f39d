#ifndef BERTHMASTER_CONTROLLER_STORE_SQLITE_ROLLOUT_ROWS_H_
#define BERTHMASTER_CONTROLLER_STORE_SQLITE_ROLLOUT_ROWS_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "controller/model/rollout.h"
#include "controller/store/sqlite/child_table.h"
#include "controller/store/sqlite/parent_table.h"

namespace berthmaster {

// Rollouts with their targets and the targets' sysctls. The database must outlive it.
class RolloutRows {
 public:
  static absl::StatusOr<RolloutRows> Prepare(const Database& database);

  absl::Status Put(const Rollout& rollout);
  // The active ones and the newest `ended_max` of the others, oldest first.
  absl::StatusOr<std::vector<Rollout>> Load(int ended_max);

 private:
  struct Children {
    ChildTable<TargetRow> targets;
    ChildTable<TargetSysctl> sysctls;
    ChildTable<AdviceRow> advice;
    ChildTable<SysctlChange> changes;
    ChildTable<WaveSize> waves;
    ChildTable<Decision> approvals;
    ChildTable<RolloutPause> pause;
  };
  static absl::StatusOr<Children> PrepareChildren(const Database& database);

  RolloutRows(ParentTable<Rollout> rollouts, Children children);
  absl::Status LoadChildren(Rollout& rollout);
  absl::Status PutAdvice(const Rollout& rollout);
  absl::Status LoadAdvice(Rollout& rollout);

  ParentTable<Rollout> rollouts_;
  Children children_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_STORE_SQLITE_ROLLOUT_ROWS_H_
