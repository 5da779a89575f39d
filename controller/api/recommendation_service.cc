#include "controller/api/recommendation_service.h"

#include <string>
#include <utility>

#include "common/ids/names.h"
#include "common/status/annotate.h"
#include "common/wire/field_check.h"
#include "controller/api/caller.h"
#include "controller/api/plan_conversion.h"
#include "controller/api/recommendation_conversion.h"
#include "controller/api/recommendation_page.h"
#include "controller/api/request_check.h"
#include "controller/api/simulation.h"
#include "controller/api/unary_reply.h"

namespace berthmaster {
namespace {

// So many of a proposal's namespaces are named in its answer.
constexpr int kShownTargetsMax = 1000;

// The checks and fields that an approval and a rejection share.
template <typename Request>
absl::StatusOr<DecisionRequest> ToDecision(const Request& request, Caller caller) {
  DecisionRequest decision;
  BERTHMASTER_ASSIGN_OR_RETURN(decision.recommendation_id,
                               ParseId("name", "recommendations", request.name()));
  BERTHMASTER_RETURN_IF_ERROR(CheckReason(request.reason()));
  BERTHMASTER_RETURN_IF_ERROR(CheckEtag(request.etag()));
  BERTHMASTER_RETURN_IF_ERROR(CheckRequestId(request.request_id()));
  decision.decider = std::move(caller.who);
  decision.source = std::move(caller.source);
  decision.reason = request.reason();
  decision.etag = request.etag();
  decision.request_id = request.request_id();
  decision.request_sha256 = DeterministicSha256(request);
  return decision;
}

absl::StatusOr<DecisionRequest> ToApproval(const v1::ApproveRecommendationRequest& request,
                                           Caller caller) {
  BERTHMASTER_ASSIGN_OR_RETURN(DecisionRequest decision, ToDecision(request, std::move(caller)));
  decision.validate_only = request.validate_only();
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldCount(
      "desired_values", static_cast<int>(request.desired_values_size()), kDesiredValuesMax));
  for (const auto& [sysctl, value] : request.desired_values()) {
    BERTHMASTER_RETURN_IF_ERROR(CheckFieldText("desired_values", sysctl));
    BERTHMASTER_RETURN_IF_ERROR(CheckFieldText("desired_values", value, kWireSysctlValueBytesMax));
    decision.desired_values.emplace(sysctl, value);
  }
  return decision;
}

template <typename Response>
Engine::Done<Recommendation> Answer(grpc::ServerUnaryReactor* reactor, Response* response) {
  return [reactor, response](absl::StatusOr<Recommendation> recommendation) {
    if (recommendation.ok()) *response->mutable_recommendation() = ToProto(*recommendation);
    reactor->Finish(ToGrpcStatus(recommendation.status()));
  };
}

absl::StatusOr<ProposalRequest> ToProposal(const v1::ProposeChangeRequest& request, Caller caller) {
  ProposalRequest proposal;
  BERTHMASTER_RETURN_IF_ERROR(CheckReason(request.reason()));
  BERTHMASTER_RETURN_IF_ERROR(CheckRequestId(request.request_id()));
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldCount(
      "desired_values", static_cast<int>(request.desired_values_size()), kDesiredValuesMax));
  for (const auto& [sysctl, value] : request.desired_values()) {
    BERTHMASTER_RETURN_IF_ERROR(CheckFieldText("desired_values", sysctl));
    BERTHMASTER_RETURN_IF_ERROR(CheckFieldText("desired_values", value, kWireSysctlValueBytesMax));
    proposal.desired_values.emplace(sysctl, value);
  }
  BERTHMASTER_ASSIGN_OR_RETURN(proposal.plan, FromProto(request.plan()));
  proposal.proposer = std::move(caller.who);
  proposal.source = std::move(caller.source);
  proposal.reason = request.reason();
  proposal.request_id = request.request_id();
  proposal.request_sha256 = DeterministicSha256(request);
  proposal.validate_only = request.validate_only();
  return proposal;
}

void FillProposal(const ProposedChange& proposed, v1::ProposeChangeResponse& response) {
  *response.mutable_recommendation() = ToProto(proposed.recommendation);
  if (proposed.recommendation.id.empty()) response.mutable_recommendation()->clear_name();
  for (const RolloutTarget& target : proposed.targets) {
    if (response.netns_size() >= kShownTargetsMax) break;
    response.add_netns(NetnsName(target.host_id, target.netns_cookie));
  }
  for (const std::string& text : proposed.left_out) response.add_left_out(text);
  for (const SettingAdvice& advice : proposed.advice) *response.add_advice() = ToProto(advice);
}

}  // namespace

absl::Status RecommendationServiceImpl::Get(const v1::GetRecommendationRequest& request,
                                            v1::GetRecommendationResponse& response) const {
  BERTHMASTER_ASSIGN_OR_RETURN(const std::string id,
                               ParseId("name", "recommendations", request.name()));
  const Fleet::RecommendationPointer recommendation = fleet_->FindRecommendation(id);
  if (recommendation == nullptr) return NoSuch(request.name());
  *response.mutable_recommendation() = ToProto(*recommendation);
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* RecommendationServiceImpl::ListRecommendations(
    grpc::CallbackServerContext* context, const v1::ListRecommendationsRequest* request,
    v1::ListRecommendationsResponse* response) {
  return FinishNow(context, FillRecommendationPage(*fleet_, *request, *response));
}

grpc::ServerUnaryReactor* RecommendationServiceImpl::GetRecommendation(
    grpc::CallbackServerContext* context, const v1::GetRecommendationRequest* request,
    v1::GetRecommendationResponse* response) {
  return FinishNow(context, Get(*request, *response));
}

grpc::ServerUnaryReactor* RecommendationServiceImpl::ApproveRecommendation(
    grpc::CallbackServerContext* context, const v1::ApproveRecommendationRequest* request,
    v1::ApproveRecommendationResponse* response) {
  absl::StatusOr<DecisionRequest> decision = ToApproval(*request, IdentifyCaller(*context));
  if (!decision.ok()) return FinishNow(context, decision.status());
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  engine_->Approve(*std::move(decision), Answer(reactor, response));
  return reactor;
}

grpc::ServerUnaryReactor* RecommendationServiceImpl::RejectRecommendation(
    grpc::CallbackServerContext* context, const v1::RejectRecommendationRequest* request,
    v1::RejectRecommendationResponse* response) {
  absl::StatusOr<DecisionRequest> decision = ToDecision(*request, IdentifyCaller(*context));
  if (!decision.ok()) return FinishNow(context, decision.status());
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  engine_->Reject(*std::move(decision), Answer(reactor, response));
  return reactor;
}

grpc::ServerUnaryReactor* RecommendationServiceImpl::ProposeChange(
    grpc::CallbackServerContext* context, const v1::ProposeChangeRequest* request,
    v1::ProposeChangeResponse* response) {
  absl::StatusOr<ProposalRequest> proposal = ToProposal(*request, IdentifyCaller(*context));
  if (!proposal.ok()) return FinishNow(context, proposal.status());
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  engine_->Propose(*std::move(proposal),
                   [reactor, response](const absl::StatusOr<ProposedChange>& proposed) {
                     if (proposed.ok()) FillProposal(*proposed, *response);
                     reactor->Finish(ToGrpcStatus(proposed.status()));
                   });
  return reactor;
}

grpc::ServerUnaryReactor* RecommendationServiceImpl::SimulateRecommendation(
    grpc::CallbackServerContext* context, const v1::SimulateRecommendationRequest* request,
    v1::SimulateRecommendationResponse* response) {
  return FinishNow(context, FillSimulation(*fleet_, *request, *response));
}

}  // namespace berthmaster
