#include "controller/engine/decisions.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/ids/ids.h"
#include "common/ids/names.h"
#include "common/log/log.h"
#include "common/status/annotate.h"
#include "common/status/reason.h"
#include "controller/engine/decision_checks.h"
#include "controller/engine/desired_state.h"
#include "controller/model/content_hash.h"
#include "controller/model/names.h"

namespace berthmaster {
namespace {

constexpr absl::string_view kApproveMethod = "ApproveRecommendation";
constexpr absl::string_view kRejectMethod = "RejectRecommendation";

absl::Status NotFound(absl::string_view name) {
  return absl::NotFoundError(absl::StrCat(name, " does not exist"));
}

absl::string_view StateText(RecommendationState state) {
  switch (state) {
    case RecommendationState::kProposed:
      return "PROPOSED";
    case RecommendationState::kApproved:
      return "APPROVED";
    case RecommendationState::kRejected:
      return "REJECTED";
    case RecommendationState::kExpired:
      return "EXPIRED";
  }
  return "unknown";
}

bool MayApply(const HostIdentity& identity) {
  return identity.profile == AgentProfile::kEnforce &&
         std::find(identity.capabilities.begin(), identity.capabilities.end(),
                   AgentCapability::kApplySysctl) != identity.capabilities.end();
}

}  // namespace

absl::StatusOr<std::shared_ptr<const CompletedRequest>> Decisions::FindCompleted(
    absl::string_view request_id, absl::string_view method,
    absl::string_view request_sha256) const {
  if (request_id.empty()) return nullptr;
  auto earlier = parts_.ledger->FindRequest(request_id);
  if (earlier == nullptr) return nullptr;
  if (earlier->method != method || earlier->request_sha256 != request_sha256) {
    return ReasonStatus(
        absl::StatusCode::kInvalidArgument, "REQUEST_ID_REUSED",
        absl::StrCat("request_id ", request_id, " was used for another request; make a new UUID"));
  }
  return earlier;
}

absl::StatusOr<ControlLedger::RecommendationPointer> Decisions::Replay(
    const DecisionRequest& request, absl::string_view method) const {
  BERTHMASTER_ASSIGN_OR_RETURN(auto earlier,
                               FindCompleted(request.request_id, method, request.request_sha256));
  if (earlier == nullptr) return nullptr;
  auto recommendation = parts_.ledger->recommendations().Find(request.recommendation_id);
  if (recommendation == nullptr) return NotFound(earlier->resource_name);
  return recommendation;
}

absl::StatusOr<Recommendation> Decisions::FindProposed(const DecisionRequest& request) const {
  BERTHMASTER_RETURN_IF_ERROR(RequireReason(request.reason));
  const std::string name = RecommendationName(request.recommendation_id);
  auto row = parts_.ledger->recommendations().Find(request.recommendation_id);
  if (row == nullptr) return NotFound(name);
  if (row->state != RecommendationState::kProposed) {
    return ReasonStatus(absl::StatusCode::kFailedPrecondition, "RECOMMENDATION_NOT_PROPOSED",
                        absl::StrCat(name, " is ", StateText(row->state),
                                     "; only a PROPOSED one can be decided on"));
  }
  BERTHMASTER_RETURN_IF_ERROR(RequireEtag(name, request.etag, row->revision));
  return *row;
}

absl::Status Decisions::CheckHost(const Recommendation& recommendation) const {
  auto host = parts_.ledger->hosts().Find(recommendation.host_id);
  const std::string name = HostName(recommendation.host_id);
  if (host == nullptr) return NotFound(name);
  if (!MayApply(host->identity)) {
    return ReasonStatus(absl::StatusCode::kFailedPrecondition, "AGENT_NOT_ENFORCING",
                        absl::StrCat("the agent of ", name,
                                     " only observes; start it with --profile=enforce, or make the "
                                     "change by hand"));
  }
  for (const std::string& id : parts_.ledger->OpenRolloutsOf(recommendation.host_id)) {
    auto rollout = parts_.ledger->rollouts().Find(id);
    const bool same_netns = std::any_of(rollout->targets.begin(), rollout->targets.end(),
                                        [&](const RolloutTarget& target) {
                                          return target.host_id == recommendation.host_id &&
                                                 target.netns_cookie == recommendation.netns_cookie;
                                        });
    if (same_netns && rollout->state != RolloutState::kConfirmed) {
      return ReasonStatus(
          absl::StatusCode::kFailedPrecondition, "ROLLOUT_IN_PROGRESS",
          absl::StrCat(RolloutName(id), " works on the same namespace and is ",
                       RolloutStateText(rollout->state), "; wait for its end or revert it"));
    }
  }
  const int changes = CountDesiredChanges(*parts_.ledger, recommendation.host_id) +
                      static_cast<int>(recommendation.changes.size());
  if (changes > kDesiredChangesMax) {
    return absl::ResourceExhaustedError(
        absl::StrCat(name, " has ", kDesiredChangesMax,
                     " changes in force, which is the most an agent takes; revert some"));
  }
  return absl::OkStatus();
}

absl::StatusOr<Recommendation> Decisions::Approve(const DecisionRequest& request) {
  BERTHMASTER_ASSIGN_OR_RETURN(auto earlier, Replay(request, kApproveMethod));
  if (earlier != nullptr) return *earlier;
  BERTHMASTER_ASSIGN_OR_RETURN(Recommendation recommendation, FindProposed(request));
  const Recommendation as_it_was = recommendation;
  BERTHMASTER_RETURN_IF_ERROR(OverrideValues(request.desired_values, recommendation));
  const bool needs_rollout = !recommendation.changes.empty();
  if (needs_rollout) BERTHMASTER_RETURN_IF_ERROR(CheckHost(recommendation));
  if (request.validate_only) return as_it_was;
  std::string text = absl::StrCat(request.decider, " approved: ", recommendation.summary);
  if (needs_rollout) {
    Rollout rollout = MakeRollout(recommendation, request.decider);
    recommendation.rollout_id = rollout.id;
    parts_.ledger->Put(std::move(rollout));
    parts_.rollouts->RequestPush(recommendation.host_id);
  }
  Decide(request, kApproveMethod, RecommendationState::kApproved, recommendation);
  parts_.incidents->AddTimelineEntry(recommendation.incident_id, text, now_);
  return recommendation;
}

absl::StatusOr<Recommendation> Decisions::Reject(const DecisionRequest& request) {
  BERTHMASTER_ASSIGN_OR_RETURN(auto earlier, Replay(request, kRejectMethod));
  if (earlier != nullptr) return *earlier;
  BERTHMASTER_ASSIGN_OR_RETURN(Recommendation recommendation, FindProposed(request));
  if (request.validate_only) return recommendation;
  Decide(request, kRejectMethod, RecommendationState::kRejected, recommendation);
  parts_.incidents->AddTimelineEntry(
      recommendation.incident_id,
      absl::StrCat(request.decider, " rejected: ", recommendation.summary, " (", request.reason,
                   ")"),
      now_);
  return recommendation;
}

void Decisions::Decide(const DecisionRequest& request, absl::string_view method,
                       RecommendationState state, Recommendation& recommendation) {
  recommendation.state = state;
  recommendation.decision =
      Decision{request.decider, request.reason, now_, ContentSha256(recommendation)};
  recommendation.update_time = now_;
  ++recommendation.revision;
  const std::string name = RecommendationName(recommendation.id);
  LogInfo(name, ": ", StateText(state), " by ", request.decider, ": ", request.reason);
  parts_.ledger->Put(recommendation);
  if (request.request_id.empty()) return;
  parts_.ledger->Put(CompletedRequest{request.request_id, std::string(method),
                                      request.request_sha256, name, now_});
}

Rollout Decisions::MakeRollout(const Recommendation& recommendation, absl::string_view approver) {
  RolloutTarget target;
  target.host_id = recommendation.host_id;
  target.netns_cookie = recommendation.netns_cookie;
  target.netns_inode = recommendation.netns_inode;
  target.netns_label = recommendation.netns_label;
  for (const SysctlChange& change : recommendation.changes) {
    TargetSysctl sysctl;
    sysctl.change = change;
    sysctl.effective_value = change.expected_value;
    target.sysctls.push_back(std::move(sysctl));
  }
  target.desired_revision = BumpDesiredRevision(*parts_.ledger, recommendation.host_id);
  Rollout rollout;
  rollout.id = NewId(now_, *parts_.random);
  rollout.recommendation_id = recommendation.id;
  rollout.incident_id = recommendation.incident_id;
  rollout.pool_name = recommendation.pool_name;
  rollout.targets.push_back(std::move(target));
  rollout.message = "approved; waits for the host's session";
  rollout.create_time = now_;
  rollout.update_time = now_;
  rollout.state_time = now_;
  rollout.approver = std::string(approver);
  return rollout;
}

absl::StatusOr<Incident> Decisions::AcknowledgeIncident(absl::string_view id, absl::string_view who,
                                                        absl::string_view etag) {
  auto row = parts_.ledger->incidents().Find(id);
  if (row == nullptr) return NotFound(IncidentName(id));
  if (row->state == IncidentState::kAcknowledged) return *row;
  if (row->state == IncidentState::kResolved) {
    return ReasonStatus(
        absl::StatusCode::kFailedPrecondition, "INCIDENT_RESOLVED",
        absl::StrCat(IncidentName(id), " is over; there is nothing to acknowledge"));
  }
  BERTHMASTER_RETURN_IF_ERROR(RequireEtag(IncidentName(id), etag, row->revision));
  return parts_.incidents->Acknowledge(id, who, now_);
}

absl::StatusOr<Incident> Decisions::ResolveIncident(absl::string_view id, absl::string_view who,
                                                    absl::string_view reason,
                                                    absl::string_view etag) {
  BERTHMASTER_RETURN_IF_ERROR(RequireReason(reason));
  auto row = parts_.ledger->incidents().Find(id);
  if (row == nullptr) return NotFound(IncidentName(id));
  if (row->state == IncidentState::kResolved) return *row;
  BERTHMASTER_RETURN_IF_ERROR(RequireEtag(IncidentName(id), etag, row->revision));
  BERTHMASTER_ASSIGN_OR_RETURN(Incident incident, parts_.incidents->Resolve(id, who, reason, now_));
  parts_.proposals->Close(id, now_);
  return incident;
}

absl::StatusOr<Rollout> Decisions::RevertRollout(absl::string_view id, absl::string_view who,
                                                 absl::string_view reason, absl::string_view etag) {
  BERTHMASTER_RETURN_IF_ERROR(RequireReason(reason));
  auto row = parts_.ledger->rollouts().Find(id);
  const std::string name = RolloutName(id);
  if (row == nullptr) return NotFound(name);
  if (row->state == RolloutState::kReverting || row->state == RolloutState::kReverted) return *row;
  if (row->state == RolloutState::kFailed) {
    return ReasonStatus(absl::StatusCode::kFailedPrecondition, "ROLLOUT_FAILED",
                        absl::StrCat(name, " failed, and nothing of it is in force"));
  }
  BERTHMASTER_RETURN_IF_ERROR(RequireEtag(name, etag, row->revision));
  Rollout rollout = BeginRevert(*row, absl::StrCat("reverting: ", who, ": ", reason), now_);
  for (RolloutTarget& target : rollout.targets) {
    target.desired_revision = BumpDesiredRevision(*parts_.ledger, target.host_id);
    parts_.rollouts->RequestPush(target.host_id);
  }
  LogInfo(name, ": ", RolloutStateText(row->state), " -> ", RolloutStateText(rollout.state), ": ",
          rollout.message);
  parts_.ledger->Put(rollout);
  parts_.incidents->AddTimelineEntry(
      rollout.incident_id,
      absl::StrCat("rollout ", RolloutStateText(rollout.state), ": ", rollout.message), now_);
  return rollout;
}

}  // namespace berthmaster
