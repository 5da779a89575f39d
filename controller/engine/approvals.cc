// What Decisions does about approvals: by people, k of n, and by the policy itself.

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/ids/ids.h"
#include "common/ids/names.h"
#include "common/log/log.h"
#include "common/status/annotate.h"
#include "common/status/reason.h"
#include "controller/engine/audit_draft.h"
#include "controller/engine/decision_checks.h"
#include "controller/engine/decisions.h"
#include "controller/engine/desired_state.h"
#include "controller/model/content_hash.h"
#include "controller/model/names.h"
#include "controller/model/workload.h"
#include "controller/rollout/wave_plan.h"

namespace berthmaster {
namespace {

constexpr absl::string_view kApproveMethod = "ApproveRecommendation";
// An approval that nobody joined for so long is no approval of today's fleet.
constexpr absl::Duration kApprovalLifetime = absl::Hours(24);
// For whoever runs the application.
constexpr absl::string_view kKeepAlive =
    "Keep the connections open and use them again; let the server close idle ones, later than the "
    "client would.";

absl::Status Refused(absl::string_view reason, absl::string_view why) {
  return ReasonStatus(absl::StatusCode::kFailedPrecondition, reason, why);
}

RolloutTarget OwnTarget(const Recommendation& recommendation) {
  RolloutTarget target;
  target.host_id = recommendation.host_id;
  target.netns_cookie = recommendation.netns_cookie;
  target.netns_inode = recommendation.netns_inode;
  target.netns_label = recommendation.netns_label;
  target.pool_name = recommendation.pool_name;
  target.before = recommendation.what_if.before;
  target.predicted = recommendation.what_if.after;
  for (const SysctlChange& change : recommendation.changes) {
    TargetSysctl sysctl;
    sysctl.change = change;
    sysctl.effective_value = change.expected_value;
    target.sysctls.push_back(std::move(sysctl));
  }
  return target;
}

// Those of exactly this content that are not too old.
void DropVoidApprovals(Recommendation& recommendation, absl::Time now) {
  const std::string content = ContentSha256(recommendation);
  std::erase_if(recommendation.approvals, [&](const Decision& approval) {
    return approval.content_sha256 != content || approval.decide_time + kApprovalLifetime < now;
  });
}

}  // namespace

absl::StatusOr<std::vector<RolloutTarget>> Decisions::TargetsOf(
    const Recommendation& recommendation) const {
  if (recommendation.pooling.has_value()) return AdviceTargetsOf(recommendation);
  if (recommendation.changes.empty()) return std::vector<RolloutTarget>();
  if (recommendation.plan.selector.empty()) {
    BERTHMASTER_RETURN_IF_ERROR(CheckPlace(*parts_.ledger, recommendation.host_id,
                                           recommendation.netns_cookie,
                                           recommendation.changes.size(), ""));
    return std::vector<RolloutTarget>{OwnTarget(recommendation)};
  }
  BERTHMASTER_ASSIGN_OR_RETURN(
      FoundTargets found,
      finder_.Find(recommendation.plan.selector, DesiredValuesOf(recommendation.changes), ""));
  if (!found.targets.empty()) return std::move(found.targets);
  return Refused("NO_TARGETS", absl::StrCat(RecommendationName(recommendation.id),
                                            " matches no namespace that it would change",
                                            found.left_out.empty() ? "" : "; left out: ",
                                            found.left_out.empty() ? "" : found.left_out.front()));
}

absl::StatusOr<std::vector<RolloutTarget>> Decisions::AdviceTargetsOf(
    const Recommendation& recommendation) const {
  for (const std::string& id : parts_.ledger->OpenRolloutsOf(recommendation.host_id)) {
    auto rollout = parts_.ledger->rollouts().Find(id);
    const bool same = rollout->pool_name == recommendation.pool_name &&
                      std::any_of(rollout->targets.begin(), rollout->targets.end(),
                                  [](const RolloutTarget& t) { return t.advice.has_value(); });
    if (!same) continue;
    return Refused("ROLLOUT_IN_PROGRESS",
                   absl::StrCat(RolloutName(id),
                                " has advice for the same connections; revert it "
                                "first"));
  }
  const NetnsSample* netns = finder_.FindNetns(recommendation.host_id, recommendation.netns_cookie);
  const PoolSample* pool = netns == nullptr
                               ? nullptr
                               : FindPool(*netns, recommendation.host_id, recommendation.pool_name);
  if (pool == nullptr) {
    return Refused("NO_TARGETS", absl::StrCat(recommendation.pool_name,
                                              " is not in the newest sample; there is nobody to "
                                              "advise"));
  }
  RolloutTarget target = OwnTarget(recommendation);
  const PoolingAdvice& pooling = *recommendation.pooling;
  DesiredAdvice& desired = target.advice.emplace().desired;
  desired.netns_cookie = recommendation.netns_cookie;
  desired.netns_inode = recommendation.netns_inode;
  desired.workload = WorkloadOf(netns->labels);
  desired.netns_label = recommendation.netns_label;
  desired.destination = pool->key.destination;
  desired.destination_port = pool->key.destination_port;
  desired.protocol = pool->key.protocol;
  desired.source = pool->key.source;
  desired.connection_pool_size = pooling.connection_pool_size;
  desired.connection_rate = pooling.connection_rate;
  desired.hold_time = pooling.hold_time;
  desired.ports_saved = pooling.ports_saved;
  desired.keep_alive = std::string(kKeepAlive);
  return std::vector<RolloutTarget>{std::move(target)};
}

std::vector<LabelView> Decisions::PlacesOf(const Recommendation& recommendation,
                                           const std::vector<RolloutTarget>& targets) const {
  std::vector<LabelView> places;
  auto add = [&](const std::string& host_id, uint64_t netns_cookie) {
    static const auto* none = new Labels;
    const NetnsSample* netns = finder_.FindNetns(host_id, netns_cookie);
    places.push_back({netns == nullptr ? *none : netns->labels, host_id,
                      netns == nullptr ? absl::string_view() : netns->label, std::nullopt});
  };
  for (const RolloutTarget& target : targets) add(target.host_id, target.netns_cookie);
  if (places.empty()) add(recommendation.host_id, recommendation.netns_cookie);
  return places;
}

absl::Status Decisions::CheckApprover(const Recommendation& recommendation,
                                      const Requirement& requirement,
                                      absl::string_view decider) const {
  const std::string name = RecommendationName(recommendation.id);
  if (!requirement.proposer_may_approve && recommendation.proposer == decider) {
    return Refused("PROPOSER_MAY_NOT_APPROVE",
                   absl::StrCat(decider, " proposed ", name,
                                ", and the approval policy wants others to approve it"));
  }
  const bool approved =
      std::any_of(recommendation.approvals.begin(), recommendation.approvals.end(),
                  [&](const Decision& approval) { return approval.decider == decider; });
  if (approved) {
    return Refused("APPROVED_ALREADY",
                   absl::StrCat(decider, " has approved ", name, " already; it needs ",
                                requirement.approvals, " different people"));
  }
  return absl::OkStatus();
}

absl::StatusOr<Recommendation> Decisions::Approve(const DecisionRequest& request) {
  absl::StatusOr<Recommendation> approved = TryApprove(request);
  if (!request.validate_only) {
    NoteDenial({request.decider, request.source}, RecommendationName(request.recommendation_id),
               approved.status());
  }
  return approved;
}

void Decisions::NoteDenial(const Caller& caller, absl::string_view object,
                           const absl::Status& status) {
  if (!absl::IsFailedPrecondition(status) && !absl::IsPermissionDenied(status)) return;
  parts_.ledger->Append(AuditDraft(now_, caller, AuditAction::kDenied, std::string(object),
                                   std::string(status.message())));
}

absl::StatusOr<Recommendation> Decisions::TryApprove(const DecisionRequest& request) {
  BERTHMASTER_ASSIGN_OR_RETURN(auto earlier, Replay(request, kApproveMethod));
  if (earlier != nullptr) return *earlier;
  BERTHMASTER_ASSIGN_OR_RETURN(Recommendation recommendation, FindProposed(request));
  const Recommendation as_it_was = recommendation;
  BERTHMASTER_RETURN_IF_ERROR(OverrideValues(request.desired_values, recommendation));
  DropVoidApprovals(recommendation, now_);
  BERTHMASTER_ASSIGN_OR_RETURN(std::vector<RolloutTarget> targets, TargetsOf(recommendation));
  const std::vector<LabelView> places = PlacesOf(recommendation, targets);
  const ControlLedger::ApprovalPolicyPointer policy = parts_.ledger->approval_policy();
  const Requirement requirement = RequirementFor(*policy, recommendation.risk, places, now_);
  BERTHMASTER_RETURN_IF_ERROR(CheckApprover(recommendation, requirement, request.decider));
  if (std::string freeze = FreezeIn(*policy, places, now_); !targets.empty() && !freeze.empty()) {
    return Refused("FROZEN", absl::StrCat(freeze, "; approve it after that"));
  }
  if (request.validate_only) return as_it_was;
  TakeApproval(request, requirement, std::move(targets), recommendation);
  return recommendation;
}

void Decisions::TakeApproval(const DecisionRequest& request, const Requirement& requirement,
                             std::vector<RolloutTarget> targets, Recommendation& recommendation) {
  recommendation.approvals.push_back(
      {request.decider, request.reason, now_, ContentSha256(recommendation)});
  recommendation.approvals_required = requirement.approvals;
  parts_.ledger->Append(AuditDraft(now_, {request.decider, request.source}, AuditAction::kApproved,
                                   RecommendationName(recommendation.id), request.reason,
                                   AuditValuesOf(recommendation)));
  const int given = static_cast<int>(recommendation.approvals.size());
  const bool by_policy = !requirement.automatic_rule.empty() &&
                         request.decider == absl::StrCat("policy/", requirement.automatic_rule);
  if (given < requirement.approvals && !by_policy) {
    recommendation.update_time = now_;
    ++recommendation.revision;
    const std::string name = RecommendationName(recommendation.id);
    LogInfo(name, ": approved by ", request.decider, ", ", given, " of ", requirement.approvals,
            ": ", request.reason);
    parts_.ledger->Put(recommendation);
    Remember(request, kApproveMethod, name);
    parts_.incidents->AddTimelineEntry(
        recommendation.incident_id,
        absl::StrCat(request.decider, " approved, ", given, " of ", requirement.approvals,
                     " that are needed: ", recommendation.summary),
        now_);
    return;
  }
  if (!targets.empty()) {
    Rollout rollout = MakeRollout(recommendation, std::move(targets));
    recommendation.rollout_id = rollout.id;
    parts_.rollouts->Begin(std::move(rollout), time_);
  }
  Decide(request, kApproveMethod, RecommendationState::kApproved, recommendation);
  parts_.incidents->AddTimelineEntry(
      recommendation.incident_id,
      absl::StrCat(request.decider, " approved: ", recommendation.summary), now_);
}

Rollout Decisions::MakeRollout(const Recommendation& recommendation,
                               std::vector<RolloutTarget> targets) {
  Rollout rollout;
  rollout.id = NewId(now_, *parts_.random);
  rollout.recommendation_id = recommendation.id;
  rollout.incident_id = recommendation.incident_id;
  rollout.pool_name = recommendation.pool_name;
  rollout.changes = recommendation.changes;
  rollout.plan = recommendation.plan;
  rollout.targets = std::move(targets);
  rollout.wave_count = AssignWaves(rollout.plan, rollout.targets);
  rollout.create_time = now_;
  rollout.update_time = now_;
  rollout.state_time = now_;
  rollout.approvals = recommendation.approvals;
  rollout.approver = recommendation.approvals.back().decider;
  for (RolloutTarget& target : rollout.targets) target.state_time = now_;
  return rollout;
}

void Decisions::ApproveByPolicy() {
  const ControlLedger::ApprovalPolicyPointer policy = parts_.ledger->approval_policy();
  const bool any =
      std::any_of(policy->rules.begin(), policy->rules.end(),
                  [](const ApprovalRule& rule) { return rule.approvals_required == 0; });
  if (!any) return;
  std::vector<ControlLedger::RecommendationPointer> proposed;
  for (const auto& entry : parts_.ledger->recommendations().rows()) {
    const Recommendation& row = *entry.second;
    if (row.state == RecommendationState::kProposed && !row.changes.empty() &&
        row.risk == RecommendationRisk::kLow) {
      proposed.push_back(entry.second);
    }
  }
  // The best of an incident first: when its rollout is on its way, the others are refused.
  std::stable_sort(proposed.begin(), proposed.end(), [](const auto& a, const auto& b) {
    return std::tie(a->incident_id, a->rank) < std::tie(b->incident_id, b->rank);
  });
  for (const auto& row : proposed) TryPolicy(*row);
}

void Decisions::TryPolicy(const Recommendation& proposed) {
  Recommendation recommendation = proposed;
  absl::StatusOr<std::vector<RolloutTarget>> targets = TargetsOf(recommendation);
  // Refusals are told to people who ask; a policy asks again by itself.
  if (!targets.ok()) return;
  const std::vector<LabelView> places = PlacesOf(recommendation, *targets);
  const ControlLedger::ApprovalPolicyPointer policy = parts_.ledger->approval_policy();
  const Requirement requirement = RequirementFor(*policy, recommendation.risk, places, now_);
  if (requirement.automatic_rule.empty() || !FreezeIn(*policy, places, now_).empty()) return;
  DropVoidApprovals(recommendation, now_);
  DecisionRequest request;
  request.recommendation_id = recommendation.id;
  request.decider = absl::StrCat("policy/", requirement.automatic_rule);
  request.reason = absl::StrCat("rule '", requirement.automatic_rule,
                                "' of policies/approval approves low risks by itself");
  TakeApproval(request, requirement, *std::move(targets), recommendation);
}

void Decisions::ExpireProposals() {
  std::vector<ControlLedger::RecommendationPointer> over;
  for (const auto& entry : parts_.ledger->recommendations().rows()) {
    const Recommendation& row = *entry.second;
    if (row.state == RecommendationState::kProposed && row.expire_time.has_value() &&
        *row.expire_time <= now_) {
      over.push_back(entry.second);
    }
  }
  for (const auto& row : over) {
    Recommendation expired = *row;
    expired.state = RecommendationState::kExpired;
    expired.update_time = now_;
    ++expired.revision;
    const std::string name = RecommendationName(expired.id);
    LogInfo(name, ": EXPIRED, since nobody decided on it in time");
    parts_.ledger->Append(AuditDraft(now_, ControllerCaller(), AuditAction::kExpired, name,
                                     "nobody decided on it in time"));
    parts_.ledger->Put(std::move(expired));
  }
}

}  // namespace berthmaster
