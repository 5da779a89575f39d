#include "controller/approval/policy_check.h"

#include <set>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/status/annotate.h"
#include "common/status/reason.h"

namespace berthmaster {
namespace {

constexpr size_t kNameBytesMax = 128;
constexpr size_t kFreezeReasonBytesMax = 4000;

absl::Status Wrong(absl::string_view what) {
  return ReasonStatus(absl::StatusCode::kInvalidArgument, "POLICY_INVALID", what);
}

absl::Status CheckName(absl::string_view what, absl::string_view name,
                       std::set<absl::string_view>& names) {
  if (name.empty() || name.size() > kNameBytesMax) {
    return Wrong(absl::StrCat(what, ": a name has 1 to ", kNameBytesMax, " bytes"));
  }
  if (!names.insert(name).second) {
    return Wrong(absl::StrCat(what, " '", absl::Utf8SafeCEscape(name),
                              "': is there twice; each has a name of its own"));
  }
  return absl::OkStatus();
}

absl::Status CheckWindow(absl::string_view where, const ApprovalWindow& window) {
  constexpr absl::Duration kDay = absl::Hours(24);
  for (int32_t day : window.days) {
    if (day < 1 || day > 7) {
      return Wrong(absl::StrCat(where, ": days: ", day, " is not 1 (Monday) to 7 (Sunday)"));
    }
  }
  if (window.start < absl::ZeroDuration() || window.start > kDay) {
    return Wrong(absl::StrCat(where, ": start: ", absl::FormatDuration(window.start),
                              " is not 0 s to 24 h"));
  }
  if (window.length < absl::Minutes(1) || window.length > kDay) {
    return Wrong(absl::StrCat(where, ": length: ", absl::FormatDuration(window.length),
                              " is not 1 min to 24 h"));
  }
  return absl::OkStatus();
}

absl::Status CheckRule(const ApprovalRule& rule) {
  const std::string where = absl::StrCat("rule '", absl::Utf8SafeCEscape(rule.name), "'");
  absl::Status selector = CheckSelector("selector", rule.selector, SelectorUse::kNamespaces);
  if (!selector.ok()) return Wrong(absl::StrCat(where, ": ", selector.message()));
  if (rule.approvals_required < 0 || rule.approvals_required > kApprovalsRequiredMax) {
    return Wrong(absl::StrCat(where, ": approvals_required: ", rule.approvals_required,
                              " is not 0 to ", kApprovalsRequiredMax));
  }
  const bool only_low = rule.risks == std::set<RecommendationRisk>{RecommendationRisk::kLow};
  if (rule.approvals_required == 0 && !only_low) {
    return Wrong(absl::StrCat(where,
                              ": approvals_required: 0, by the policy itself, is for a low risk "
                              "only; say risks: LOW, or let one person approve"));
  }
  if (rule.approvals_required > 0 && !rule.windows.empty()) {
    return Wrong(absl::StrCat(where, ": windows: are for approvals_required 0; leave them out"));
  }
  if (rule.windows.size() > kApprovalWindowsMax) {
    return Wrong(absl::StrCat(where, ": windows: has ", rule.windows.size(), "; at most ",
                              kApprovalWindowsMax, " are allowed"));
  }
  for (const ApprovalWindow& window : rule.windows) {
    BERTHMASTER_RETURN_IF_ERROR(CheckWindow(where, window));
  }
  return absl::OkStatus();
}

absl::Status CheckFreeze(const Freeze& freeze) {
  const std::string where = absl::StrCat("freeze '", absl::Utf8SafeCEscape(freeze.name), "'");
  absl::Status selector = CheckSelector("selector", freeze.selector, SelectorUse::kNamespaces);
  if (!selector.ok()) return Wrong(absl::StrCat(where, ": ", selector.message()));
  if (freeze.end_time <= freeze.start_time) {
    return Wrong(absl::StrCat(where,
                              ": ends before it begins; give it an end_time after its "
                              "start_time"));
  }
  if (freeze.reason.empty() || freeze.reason.size() > kFreezeReasonBytesMax) {
    return Wrong(absl::StrCat(where, ": reason: say in 1 to 1000 characters why"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckApprovalPolicy(const ApprovalPolicy& policy) {
  if (policy.rules.size() > kApprovalRulesMax || policy.freezes.size() > kFreezesMax) {
    return Wrong(absl::StrCat("has ", policy.rules.size(), " rules and ", policy.freezes.size(),
                              " freezes; at most ", kApprovalRulesMax, " and ", kFreezesMax,
                              " are allowed"));
  }
  std::set<absl::string_view> rules;
  for (const ApprovalRule& rule : policy.rules) {
    BERTHMASTER_RETURN_IF_ERROR(CheckName("rule", rule.name, rules));
    BERTHMASTER_RETURN_IF_ERROR(CheckRule(rule));
  }
  std::set<absl::string_view> freezes;
  for (const Freeze& freeze : policy.freezes) {
    BERTHMASTER_RETURN_IF_ERROR(CheckName("freeze", freeze.name, freezes));
    BERTHMASTER_RETURN_IF_ERROR(CheckFreeze(freeze));
  }
  return absl::OkStatus();
}

}  // namespace berthmaster
