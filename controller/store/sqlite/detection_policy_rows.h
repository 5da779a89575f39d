#ifndef BERTHMASTER_CONTROLLER_STORE_SQLITE_DETECTION_POLICY_ROWS_H_
#define BERTHMASTER_CONTROLLER_STORE_SQLITE_DETECTION_POLICY_ROWS_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "controller/store/sqlite/child_table.h"
#include "controller/store/sqlite/parent_table.h"

namespace berthmaster {

// The one detection policy with its rules. The database must outlive it.
class DetectionPolicyRows {
 public:
  static absl::StatusOr<DetectionPolicyRows> Prepare(const Database& database);

  absl::Status Put(const DetectionPolicy& policy);
  // Nothing before the first Put.
  absl::StatusOr<std::optional<DetectionPolicy>> Load();

 private:
  DetectionPolicyRows(ParentTable<DetectionPolicy> policies, ChildTable<DetectionRule> rules);

  ParentTable<DetectionPolicy> policies_;
  ChildTable<DetectionRule> rules_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_STORE_SQLITE_DETECTION_POLICY_ROWS_H_
