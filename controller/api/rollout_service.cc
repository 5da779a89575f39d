#include "controller/api/rollout_service.h"

#include <string>
#include <utility>

#include "common/status/annotate.h"
#include "controller/api/caller.h"
#include "controller/api/list_filter.h"
#include "controller/api/newest_first.h"
#include "controller/api/request_check.h"
#include "controller/api/rollout_conversion.h"
#include "controller/api/unary_reply.h"
#include "controller/api/watch_reactor.h"

namespace berthmaster {
namespace {

template <typename Request>
absl::StatusOr<RolloutDecision> ToDecision(RolloutVerb verb, const Request& request,
                                           Caller caller) {
  BERTHMASTER_RETURN_IF_ERROR(CheckReason(request.reason()));
  BERTHMASTER_RETURN_IF_ERROR(CheckEtag(request.etag()));
  RolloutDecision decision;
  BERTHMASTER_ASSIGN_OR_RETURN(decision.rollout_id, ParseId("name", "rollouts", request.name()));
  decision.verb = verb;
  decision.who = std::move(caller.who);
  decision.source = std::move(caller.source);
  decision.reason = request.reason();
  decision.etag = request.etag();
  return decision;
}

template <typename Request, typename Response>
grpc::ServerUnaryReactor* DecideOn(Engine* engine, RolloutVerb verb,
                                   grpc::CallbackServerContext* context, const Request& request,
                                   Response* response) {
  absl::StatusOr<RolloutDecision> decision = ToDecision(verb, request, IdentifyCaller(*context));
  if (!decision.ok()) return FinishNow(context, decision.status());
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  engine->DecideRollout(*std::move(decision), [reactor, response](absl::StatusOr<Rollout> rollout) {
    if (rollout.ok()) *response->mutable_rollout() = ToProto(*rollout);
    reactor->Finish(ToGrpcStatus(rollout.status()));
  });
  return reactor;
}

}  // namespace

absl::Status RolloutServiceImpl::List(const v1::ListRolloutsRequest& request,
                                      v1::ListRolloutsResponse& response) const {
  BERTHMASTER_ASSIGN_OR_RETURN(const RolloutMatcher matcher,
                               RolloutMatcher::Parse(request.filter()));
  return FillNewestFirst(
      "ListRollouts", fleet_->Rollouts(), matcher, request, response,
      [&response](const Rollout& rollout) { *response.add_rollouts() = ToProto(rollout); });
}

absl::Status RolloutServiceImpl::Get(const v1::GetRolloutRequest& request,
                                     v1::GetRolloutResponse& response) const {
  BERTHMASTER_ASSIGN_OR_RETURN(const std::string id, ParseId("name", "rollouts", request.name()));
  const Fleet::RolloutPointer rollout = fleet_->FindRollout(id);
  if (rollout == nullptr) return NoSuch(request.name());
  *response.mutable_rollout() = ToProto(*rollout);
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* RolloutServiceImpl::ListRollouts(grpc::CallbackServerContext* context,
                                                           const v1::ListRolloutsRequest* request,
                                                           v1::ListRolloutsResponse* response) {
  return FinishNow(context, List(*request, *response));
}

grpc::ServerUnaryReactor* RolloutServiceImpl::GetRollout(grpc::CallbackServerContext* context,
                                                         const v1::GetRolloutRequest* request,
                                                         v1::GetRolloutResponse* response) {
  return FinishNow(context, Get(*request, *response));
}

grpc::ServerUnaryReactor* RolloutServiceImpl::RevertRollout(grpc::CallbackServerContext* context,
                                                            const v1::RevertRolloutRequest* request,
                                                            v1::RevertRolloutResponse* response) {
  return DecideOn(engine_, RolloutVerb::kRevert, context, *request, response);
}

grpc::ServerUnaryReactor* RolloutServiceImpl::PauseRollout(grpc::CallbackServerContext* context,
                                                           const v1::PauseRolloutRequest* request,
                                                           v1::PauseRolloutResponse* response) {
  return DecideOn(engine_, RolloutVerb::kPause, context, *request, response);
}

grpc::ServerUnaryReactor* RolloutServiceImpl::ResumeRollout(grpc::CallbackServerContext* context,
                                                            const v1::ResumeRolloutRequest* request,
                                                            v1::ResumeRolloutResponse* response) {
  return DecideOn(engine_, RolloutVerb::kResume, context, *request, response);
}

grpc::ServerUnaryReactor* RolloutServiceImpl::PromoteRollout(
    grpc::CallbackServerContext* context, const v1::PromoteRolloutRequest* request,
    v1::PromoteRolloutResponse* response) {
  return DecideOn(engine_, RolloutVerb::kPromote, context, *request, response);
}

grpc::ServerUnaryReactor* RolloutServiceImpl::AbortRollout(grpc::CallbackServerContext* context,
                                                           const v1::AbortRolloutRequest* request,
                                                           v1::AbortRolloutResponse* response) {
  return DecideOn(engine_, RolloutVerb::kAbort, context, *request, response);
}

grpc::ServerWriteReactor<v1::WatchRolloutsResponse>* RolloutServiceImpl::WatchRollouts(
    grpc::CallbackServerContext* /*context*/, const v1::WatchRolloutsRequest* request) {
  using Reactor = WatchReactor<v1::WatchRolloutsResponse>;
  using Source = ResourceWatchSource<Rollout, v1::WatchRolloutsResponse>;
  absl::StatusOr<RolloutMatcher> matcher = RolloutMatcher::Parse(request->filter());
  if (!matcher.ok()) return Reactor::Refuse(matcher.status());
  Source::Traits traits;
  traits.kind = EventKind::kRollout;
  traits.all = [fleet = fleet_] { return fleet->Rollouts(); };
  traits.find = [fleet = fleet_](const std::string& id) { return fleet->FindRollout(id); };
  traits.matches = [matcher = *std::move(matcher)](const Rollout& rollout) {
    return matcher.Matches(rollout);
  };
  traits.convert = [](const Rollout& rollout, v1::WatchRolloutsResponse& response) {
    *response.mutable_rollout() = ToProto(rollout);
  };
  return Reactor::Start(pump_, std::make_unique<Source>(std::move(traits)), WatchLimits());
}

}  // namespace berthmaster
