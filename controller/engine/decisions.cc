#include "controller/engine/decisions.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/ids/names.h"
#include "common/log/log.h"
#include "common/status/annotate.h"
#include "common/status/reason.h"
#include "controller/engine/audit_draft.h"
#include "controller/engine/decision_checks.h"
#include "controller/model/content_hash.h"
#include "controller/model/names.h"

namespace berthmaster {
namespace {

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

absl::StatusOr<Recommendation> Decisions::Reject(const DecisionRequest& request) {
  BERTHMASTER_ASSIGN_OR_RETURN(auto earlier, Replay(request, kRejectMethod));
  if (earlier != nullptr) return *earlier;
  BERTHMASTER_ASSIGN_OR_RETURN(Recommendation recommendation, FindProposed(request));
  if (request.validate_only) return recommendation;
  parts_.ledger->Append(AuditDraft(now_, {request.decider, request.source}, AuditAction::kRejected,
                                   RecommendationName(recommendation.id), request.reason,
                                   AuditValuesOf(recommendation)));
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
  Remember(request, method, name);
}

void Decisions::Remember(const DecisionRequest& request, absl::string_view method,
                         absl::string_view resource_name) {
  if (request.request_id.empty()) return;
  parts_.ledger->Put(CompletedRequest{request.request_id, std::string(method),
                                      request.request_sha256, std::string(resource_name), now_});
}

absl::StatusOr<Incident> Decisions::AcknowledgeIncident(absl::string_view id, const Caller& who,
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
  parts_.ledger->Append(AuditDraft(now_, who, AuditAction::kAcknowledged, IncidentName(id)));
  return parts_.incidents->Acknowledge(id, who.who, now_);
}

absl::StatusOr<Incident> Decisions::ResolveIncident(absl::string_view id, const Caller& who,
                                                    absl::string_view reason,
                                                    absl::string_view etag) {
  BERTHMASTER_RETURN_IF_ERROR(RequireReason(reason));
  auto row = parts_.ledger->incidents().Find(id);
  if (row == nullptr) return NotFound(IncidentName(id));
  if (row->state == IncidentState::kResolved) return *row;
  BERTHMASTER_RETURN_IF_ERROR(RequireEtag(IncidentName(id), etag, row->revision));
  BERTHMASTER_ASSIGN_OR_RETURN(Incident incident,
                               parts_.incidents->Resolve(id, who.who, reason, now_));
  parts_.ledger->Append(
      AuditDraft(now_, who, AuditAction::kResolved, IncidentName(id), std::string(reason)));
  parts_.proposals->Close(id, now_);
  return incident;
}

}  // namespace berthmaster
