#include "agent/tune/refusal.h"

#include "absl/strings/str_cat.h"
#include "common/status/reason.h"

namespace berthmaster {

absl::Status Refuse(absl::string_view reason, absl::string_view message) {
  return ReasonStatus(absl::StatusCode::kFailedPrecondition, reason, message);
}

std::string RefusalText(const absl::Status& refusal) {
  const std::string reason = ReasonOf(refusal);
  return reason.empty() ? std::string(refusal.message())
                        : absl::StrCat(reason, ": ", refusal.message());
}

}  // namespace berthmaster
