#ifndef BERTHMASTER_CONTROLLER_API_APPROVAL_POLICY_CONVERSION_H_
#define BERTHMASTER_CONTROLLER_API_APPROVAL_POLICY_CONVERSION_H_

#include <string>

#include "absl/status/statusor.h"
#include "berthmaster/v1/policy.pb.h"
#include "controller/engine/engine.h"
#include "controller/model/approval_policy.h"

namespace berthmaster {

v1::ApprovalPolicy ToProto(const ApprovalPolicy& policy);

// INVALID_ARGUMENT names the rule or freeze and the field. Bounds are for the engine.
absl::StatusOr<ApprovalPolicyRequest> FromProto(const v1::UpdateApprovalPolicyRequest& request,
                                                Caller updater);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_API_APPROVAL_POLICY_CONVERSION_H_
