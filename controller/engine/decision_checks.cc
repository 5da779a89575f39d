#include "controller/engine/decision_checks.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/annotate.h"
#include "common/status/reason.h"
#include "common/sysctl/catalogue.h"
#include "common/sysctl/value.h"
#include "controller/engine/decisions.h"
#include "controller/model/names.h"
#include "controller/recommend/durable_forms.h"

namespace berthmaster {
absl::Status RequireReason(absl::string_view reason) {
  if (!reason.empty() && reason.size() <= kReasonBytesMax) return absl::OkStatus();
  return ReasonStatus(absl::StatusCode::kInvalidArgument, "REASON_INVALID",
                      absl::StrCat("reason: ", reason.empty() ? "is missing" : "is too long",
                                   "; say in 1 to 1000 characters why"));
}

absl::Status RequireEtag(absl::string_view name, absl::string_view etag, int64_t revision) {
  if (etag.empty() || etag == EtagOf(revision)) return absl::OkStatus();
  return ReasonStatus(
      absl::StatusCode::kAborted, "ETAG_MISMATCH",
      absl::StrCat(name, " has changed since you read it: its etag is '", EtagOf(revision),
                   "', not '", etag, "'; read it again and decide on what it says now"));
}

absl::Status OverrideValues(const std::map<std::string, std::string>& desired_values,
                            Recommendation& recommendation) {
  std::vector<SysctlChange> changes = recommendation.changes;
  for (const auto& wanted : desired_values) {
    auto change = std::find_if(changes.begin(), changes.end(),
                               [&](const SysctlChange& c) { return c.sysctl == wanted.first; });
    if (change == changes.end()) {
      return ReasonStatus(absl::StatusCode::kInvalidArgument, "SYSCTL_UNKNOWN",
                          absl::StrCat(wanted.first,
                                       ": the recommendation does not set it; give "
                                       "values for its own sysctls only"));
    }
    change->desired_value = NormalizeSysctlValue(wanted.second);
  }
  for (const SysctlChange& change : changes) {
    BERTHMASTER_RETURN_IF_ERROR(CheckWritable(change.sysctl, change.desired_value));
    if (change.desired_value == NormalizeSysctlValue(change.expected_value)) {
      return ReasonStatus(
          absl::StatusCode::kInvalidArgument, "SYSCTL_VALUE_INVALID",
          absl::StrCat(change.sysctl, ": '", change.desired_value, "' is in force already"));
    }
  }
  recommendation.durable_forms =
      WithValues(std::move(recommendation.durable_forms), recommendation.changes, changes);
  recommendation.changes = std::move(changes);
  return absl::OkStatus();
}

}  // namespace berthmaster
