#ifndef BERTHMASTER_CONTROLLER_API_POLICY_CONVERSION_H_
#define BERTHMASTER_CONTROLLER_API_POLICY_CONVERSION_H_

#include <string>

#include "absl/status/statusor.h"
#include "berthmaster/v1/policy.pb.h"
#include "controller/engine/engine.h"
#include "controller/model/detection_policy.h"

namespace berthmaster {

// Thresholds go field by field of the same name (detect/threshold_fields), so that the tables there
// are the only list.

v1::DetectionPolicy ToProto(const DetectionPolicy& policy);
v1::ThresholdOverrides ToProto(const ThresholdOverrides& overrides);

// INVALID_ARGUMENT names the rule and the field. Bounds of the thresholds are for the engine.
absl::StatusOr<DetectionPolicyRequest> FromProto(const v1::UpdateDetectionPolicyRequest& request,
                                                 Caller updater);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_API_POLICY_CONVERSION_H_
