#include "agent/tune/refusal.h"

#include "absl/strings/str_cat.h"
#include "common/status/reason.h"

namespace berthmaster {
namespace {

// A controller refuses a reply with a longer text (common/wire/bounds.h), values can be longer than
// that, and a log is no place for them either.
constexpr size_t kRefusalBytesMax = 1000;

}  // namespace

absl::Status Refuse(absl::string_view reason, absl::string_view message) {
  return ReasonStatus(absl::StatusCode::kFailedPrecondition, reason, message);
}

std::string RefusalText(const absl::Status& refusal) {
  const std::string reason = ReasonOf(refusal);
  const std::string text = reason.empty() ? std::string(refusal.message())
                                          : absl::StrCat(reason, ": ", refusal.message());
  return text.size() <= kRefusalBytesMax ? text
                                         : absl::StrCat(text.substr(0, kRefusalBytesMax), "...");
}

}  // namespace berthmaster
