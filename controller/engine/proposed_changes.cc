// What Decisions does about changes that people propose.

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/ids/ids.h"
#include "common/ids/names.h"
#include "common/log/log.h"
#include "common/status/annotate.h"
#include "common/status/reason.h"
#include "common/sysctl/catalogue.h"
#include "common/sysctl/value.h"
#include "controller/engine/audit_draft.h"
#include "controller/engine/decision_checks.h"
#include "controller/engine/decisions.h"
#include "controller/rollout/wave_plan.h"

namespace berthmaster {
namespace {

constexpr absl::string_view kProposeMethod = "ProposeChange";
constexpr size_t kProposedValuesMax = 16;
// What nobody decided on within a day is no longer about today's fleet.
constexpr absl::Duration kProposalLifetime = absl::Hours(24);

absl::Status Wrong(absl::string_view reason, absl::string_view what) {
  return ReasonStatus(absl::StatusCode::kInvalidArgument, reason, what);
}

RecommendationRisk RiskOf(const std::map<std::string, std::string>& desired_values) {
  TunableRisk worst = TunableRisk::kLow;
  for (const auto& [sysctl, value] : desired_values) {
    if (const Tunable* tunable = FindTunable(sysctl)) worst = std::max(worst, tunable->risk);
  }
  switch (worst) {
    case TunableRisk::kLow:
      return RecommendationRisk::kLow;
    case TunableRisk::kMedium:
      return RecommendationRisk::kMedium;
    case TunableRisk::kHigh:
      return RecommendationRisk::kHigh;
  }
  return RecommendationRisk::kHigh;
}

absl::Status CheckValues(const std::map<std::string, std::string>& desired_values) {
  if (desired_values.empty() || desired_values.size() > kProposedValuesMax) {
    return Wrong("PLAN_INVALID", absl::StrCat("desired_values: has ", desired_values.size(),
                                              "; give 1 to ", kProposedValuesMax));
  }
  for (const auto& [sysctl, value] : desired_values) {
    BERTHMASTER_RETURN_IF_ERROR(CheckWritable(sysctl, value));
  }
  return absl::OkStatus();
}

absl::Status CheckAdvice(const std::vector<SettingAdvice>& advice) {
  for (const SettingAdvice& one : advice) {
    if (one.advice.severity != AdviceSeverity::kError) continue;
    return ReasonStatus(
        absl::StatusCode::kFailedPrecondition, "BAD_ADVICE",
        absl::StrCat(one.setting, " = ", one.value, ": ", one.advice.reason,
                     one.advice.instead.empty() ? "" : " Instead: ", one.advice.instead));
  }
  return absl::OkStatus();
}

absl::Status CheckTargets(const FoundTargets& found) {
  if (!found.targets.empty()) return absl::OkStatus();
  return ReasonStatus(
      absl::StatusCode::kFailedPrecondition, "NO_TARGETS",
      found.left_out.empty()
          ? "the selector matches no namespace of the newest samples; `berthctl get netns` lists "
            "them with their labels"
          : absl::StrCat("nothing that the selector matches is to be changed: ",
                         absl::StrJoin(found.left_out, "; ")));
}

double Pressure(const Outlook& outlook) {
  return std::max(outlook.utilization, outlook.settled_utilization.value_or(outlook.utilization));
}

// Of the target whose pool is the fullest.
void TakeWhatIf(const std::vector<RolloutTarget>& targets, Recommendation& recommendation) {
  const RolloutTarget* worst = nullptr;
  for (const RolloutTarget& target : targets) {
    if (!target.before.has_value() || !target.predicted.has_value()) continue;
    if (worst == nullptr || Pressure(*target.before) > Pressure(*worst->before)) worst = &target;
  }
  if (worst == nullptr) return;
  recommendation.what_if = {*worst->before, *worst->predicted};
  recommendation.pool_name = worst->pool_name;
}

std::string Summary(const std::map<std::string, std::string>& desired_values,
                    const std::vector<RolloutTarget>& targets) {
  std::set<absl::string_view> hosts;
  for (const RolloutTarget& target : targets) hosts.insert(target.host_id);
  const std::string values =
      absl::StrJoin(desired_values, ", ", [](std::string* out, const auto& entry) {
        absl::StrAppend(out, entry.first, " to '", entry.second, "'");
      });
  return absl::StrCat("set ", values, " in ", targets.size(),
                      targets.size() == 1 ? " namespace of " : " namespaces of ", hosts.size(),
                      hosts.size() == 1 ? " host" : " hosts");
}

Recommendation MakeRecommendation(const ProposalRequest& request,
                                  const std::map<std::string, std::string>& desired_values,
                                  const FoundTargets& found, absl::Time now) {
  Recommendation recommendation;
  recommendation.kind = RecommendationKind::kCustom;
  recommendation.summary = Summary(desired_values, found.targets);
  recommendation.rationale = request.reason;
  recommendation.proposer = request.proposer;
  recommendation.plan = request.plan;
  recommendation.risk = RiskOf(desired_values);
  for (const auto& [sysctl, value] : desired_values) {
    // What is there before is each namespace's own.
    recommendation.changes.push_back({sysctl, "", value});
  }
  for (const SettingAdvice& one : found.advice) {
    if (one.advice.severity != AdviceSeverity::kWarning) continue;
    recommendation.caveats.push_back(absl::StrCat(one.setting, ": ", one.advice.reason));
  }
  recommendation.reversibility =
      "Each agent keeps the value that was there before and puts it back when the rollout is "
      "reverted, or by itself when it is not confirmed.";
  TakeWhatIf(found.targets, recommendation);
  recommendation.target_count = static_cast<int32_t>(found.targets.size());
  recommendation.create_time = now;
  recommendation.update_time = now;
  recommendation.expire_time = now + kProposalLifetime;
  return recommendation;
}

}  // namespace

absl::StatusOr<ProposedChange> Decisions::Propose(const ProposalRequest& request) {
  absl::StatusOr<ProposedChange> proposed = TryPropose(request);
  if (!request.validate_only) {
    NoteDenial({request.proposer, request.source}, "recommendations/-", proposed.status());
  }
  return proposed;
}

absl::StatusOr<ProposedChange> Decisions::TryPropose(const ProposalRequest& request) {
  BERTHMASTER_ASSIGN_OR_RETURN(
      auto earlier, FindCompleted(request.request_id, kProposeMethod, request.request_sha256));
  if (earlier != nullptr) {
    ProposedChange before;
    auto row = parts_.ledger->recommendations().Find(
        absl::string_view(earlier->resource_name).substr(earlier->resource_name.rfind('/') + 1));
    if (row == nullptr) {
      return absl::NotFoundError(absl::StrCat(earlier->resource_name, " does not exist"));
    }
    before.recommendation = *row;
    return before;
  }
  BERTHMASTER_RETURN_IF_ERROR(RequireReason(request.reason));
  BERTHMASTER_RETURN_IF_ERROR(CheckValues(request.desired_values));
  BERTHMASTER_RETURN_IF_ERROR(CheckPlan(request.plan));
  if (request.plan.selector.empty()) {
    return Wrong("PLAN_INVALID", "plan.selector: is empty; say where, host=NAME for example");
  }
  std::map<std::string, std::string> values;
  for (const auto& [sysctl, value] : request.desired_values) {
    values[sysctl] = NormalizeSysctlValue(value);
  }
  BERTHMASTER_ASSIGN_OR_RETURN(FoundTargets found, finder_.Find(request.plan.selector, values, ""));
  BERTHMASTER_RETURN_IF_ERROR(CheckTargets(found));
  BERTHMASTER_RETURN_IF_ERROR(CheckAdvice(found.advice));
  ProposedChange proposed;
  proposed.recommendation = MakeRecommendation(request, values, found, now_);
  const Requirement requirement =
      RequirementFor(*parts_.ledger->approval_policy(), proposed.recommendation.risk,
                     PlacesOf(proposed.recommendation, found.targets), now_);
  proposed.recommendation.approvals_required =
      requirement.automatic_rule.empty() ? requirement.approvals : 0;
  proposed.targets = std::move(found.targets);
  proposed.left_out = std::move(found.left_out);
  proposed.advice = std::move(found.advice);
  if (request.validate_only) return proposed;
  proposed.recommendation.id = NewId(now_, *parts_.random);
  const std::string name = RecommendationName(proposed.recommendation.id);
  LogInfo(name, ": proposed by ", request.proposer, ": ", proposed.recommendation.summary, ": ",
          request.reason);
  parts_.ledger->Append(AuditDraft(now_, {request.proposer, request.source}, AuditAction::kProposed,
                                   name, request.reason, AuditValuesOf(proposed.recommendation)));
  parts_.ledger->Put(proposed.recommendation);
  if (!request.request_id.empty()) {
    parts_.ledger->Put(CompletedRequest{request.request_id, std::string(kProposeMethod),
                                        request.request_sha256, name, now_});
  }
  return proposed;
}

}  // namespace berthmaster
