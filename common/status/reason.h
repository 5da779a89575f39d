#ifndef BERTHMASTER_COMMON_STATUS_REASON_H_
#define BERTHMASTER_COMMON_STATUS_REASON_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace berthmaster {

// A status that also carries a reason for programs (AIP-193 ErrorInfo.reason), such as
// ETAG_MISMATCH: UPPER_SNAKE_CASE, at most 63 characters. The message is for people.
absl::Status ReasonStatus(absl::StatusCode code, absl::string_view reason,
                          absl::string_view message);

// The reason of `status`; empty when it has none.
std::string ReasonOf(const absl::Status& status);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_STATUS_REASON_H_
