#ifndef BERTHMASTER_CONTROLLER_STORE_SQLITE_APPROVAL_POLICY_ROWS_H_
#define BERTHMASTER_CONTROLLER_STORE_SQLITE_APPROVAL_POLICY_ROWS_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "controller/store/sqlite/child_table.h"
#include "controller/store/sqlite/parent_table.h"

namespace berthmaster {

// The one approval policy with its rules, their windows, and freezes. The database must outlive it.
class ApprovalPolicyRows {
 public:
  static absl::StatusOr<ApprovalPolicyRows> Prepare(const Database& database);

  absl::Status Put(const ApprovalPolicy& policy);
  // Nothing before the first Put.
  absl::StatusOr<std::optional<ApprovalPolicy>> Load();

 private:
  ApprovalPolicyRows(ParentTable<ApprovalPolicy> policies, ChildTable<ApprovalRuleRow> rules,
                     ChildTable<ApprovalWindowRow> windows, ChildTable<Freeze> freezes);
  absl::Status LoadRules(ApprovalPolicy& policy);

  ParentTable<ApprovalPolicy> policies_;
  ChildTable<ApprovalRuleRow> rules_;
  ChildTable<ApprovalWindowRow> windows_;
  ChildTable<Freeze> freezes_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_STORE_SQLITE_APPROVAL_POLICY_ROWS_H_
