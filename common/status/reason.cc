#include "common/status/reason.h"

#include "absl/strings/cord.h"

namespace berthmaster {
namespace {

constexpr absl::string_view kReasonUrl = "berthmaster.v1/reason";

}  // namespace

absl::Status ReasonStatus(absl::StatusCode code, absl::string_view reason,
                          absl::string_view message) {
  absl::Status status(code, message);
  status.SetPayload(kReasonUrl, absl::Cord(reason));
  return status;
}

std::string ReasonOf(const absl::Status& status) {
  auto payload = status.GetPayload(kReasonUrl);
  return payload.has_value() ? std::string(*payload) : std::string();
}

}  // namespace berthmaster
