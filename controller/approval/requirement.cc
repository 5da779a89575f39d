#include "controller/approval/requirement.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace berthmaster {
namespace {

constexpr int32_t kHighRiskApprovals = 2;

Requirement Default(RecommendationRisk risk) {
  Requirement requirement;
  if (risk == RecommendationRisk::kHigh) {
    requirement.approvals = kHighRiskApprovals;
    requirement.proposer_may_approve = false;
  }
  return requirement;
}

bool IsOpen(const ApprovalRule& rule, absl::Time now) {
  return rule.windows.empty() ||
         std::any_of(rule.windows.begin(), rule.windows.end(),
                     [now](const ApprovalWindow& window) { return Contains(window, now); });
}

Requirement RequirementIn(const ApprovalPolicy& policy, RecommendationRisk risk,
                          const LabelView& place, absl::Time now) {
  Requirement requirement = Default(risk);
  for (const ApprovalRule& rule : policy.rules) {
    if (!rule.risks.empty() && rule.risks.count(risk) == 0) continue;
    if (!Matches(rule.selector, place)) continue;
    requirement.approvals = std::max(rule.approvals_required, 1);
    requirement.proposer_may_approve = rule.proposer_may_approve;
    const bool automatic = rule.approvals_required == 0 && risk == RecommendationRisk::kLow;
    requirement.automatic_rule = automatic && IsOpen(rule, now) ? rule.name : "";
  }
  return requirement;
}

}  // namespace

bool Contains(const ApprovalWindow& window, absl::Time now) {
  const absl::TimeZone utc = absl::UTCTimeZone();
  const absl::CivilDay today = absl::ToCivilDay(now, utc);
  // A window of yesterday may go on into today.
  for (const absl::CivilDay day : {today - 1, today}) {
    const int number = static_cast<int>(absl::GetWeekday(day)) + 1;
    if (!window.days.empty() && window.days.count(number) == 0) continue;
    const absl::Time start = absl::FromCivil(day, utc) + window.start;
    if (now >= start && now < start + window.length) return true;
  }
  return false;
}

Requirement RequirementFor(const ApprovalPolicy& policy, RecommendationRisk risk,
                           const std::vector<LabelView>& places, absl::Time now) {
  Requirement strictest = Default(risk);
  bool first = true;
  for (const LabelView& place : places) {
    const Requirement here = RequirementIn(policy, risk, place, now);
    if (first) {
      strictest = here;
      first = false;
      continue;
    }
    strictest.approvals = std::max(strictest.approvals, here.approvals);
    strictest.proposer_may_approve = strictest.proposer_may_approve && here.proposer_may_approve;
    if (here.automatic_rule.empty()) strictest.automatic_rule.clear();
  }
  return strictest;
}

std::string FreezeIn(const ApprovalPolicy& policy, const std::vector<LabelView>& places,
                     absl::Time now) {
  for (const Freeze& freeze : policy.freezes) {
    if (now < freeze.start_time || now >= freeze.end_time) continue;
    const bool here = freeze.selector.empty() ||
                      std::any_of(places.begin(), places.end(), [&](const LabelView& place) {
                        return Matches(freeze.selector, place);
                      });
    if (!here) continue;
    return absl::StrCat(
        "freeze '", freeze.name, "' until ",
        absl::FormatTime("%Y-%m-%d %H:%M UTC", freeze.end_time, absl::UTCTimeZone()), ": ",
        freeze.reason);
  }
  return "";
}

}  // namespace berthmaster
