#ifndef BERTHMASTER_CONTROLLER_APPROVAL_POLICY_CHECK_H_
#define BERTHMASTER_CONTROLLER_APPROVAL_POLICY_CHECK_H_

#include "absl/status/status.h"
#include "controller/model/approval_policy.h"

namespace berthmaster {

// The bounds of rules and freezes from outside. INVALID_ARGUMENT with reason POLICY_INVALID names
// the rule or freeze, the field, and what is allowed.
absl::Status CheckApprovalPolicy(const ApprovalPolicy& policy);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_APPROVAL_POLICY_CHECK_H_
