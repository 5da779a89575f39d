#ifndef BERTHMASTER_CONTROLLER_ENGINE_DECISION_CHECKS_H_
#define BERTHMASTER_CONTROLLER_ENGINE_DECISION_CHECKS_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "controller/model/recommendation.h"

namespace berthmaster {

// INVALID_ARGUMENT with REASON_INVALID for an empty reason or one above kReasonBytesMax.
absl::Status RequireReason(absl::string_view reason);

// ABORTED with ETAG_MISMATCH when `etag` is given and is not that of `revision`. `name` is the
// resource, for the text.
absl::Status RequireEtag(absl::string_view name, absl::string_view etag, int64_t revision);

// Puts other values into the changes of `recommendation` in place of the proposed ones, and its
// durable form in step. INVALID_ARGUMENT with SYSCTL_UNKNOWN for a name that is not one of its
// sysctls, SYSCTL_VALUE_INVALID for a value that the catalogue does not accept or that is in force
// already; then it is unchanged. The values that stay are checked too.
absl::Status OverrideValues(const std::map<std::string, std::string>& desired_values,
                            Recommendation& recommendation);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_ENGINE_DECISION_CHECKS_H_
