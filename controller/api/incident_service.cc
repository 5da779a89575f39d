#include "controller/api/incident_service.h"

#include <string>

#include "common/status/annotate.h"
#include "controller/api/caller.h"
#include "controller/api/incident_conversion.h"
#include "controller/api/list_filter.h"
#include "controller/api/newest_first.h"
#include "controller/api/request_check.h"
#include "controller/api/unary_reply.h"
#include "controller/api/watch_reactor.h"

namespace berthmaster {
namespace {

absl::StatusOr<std::string> Check(const v1::AcknowledgeIncidentRequest& request) {
  BERTHMASTER_RETURN_IF_ERROR(CheckEtag(request.etag()));
  return ParseId("name", "incidents", request.name());
}

absl::StatusOr<std::string> Check(const v1::ResolveIncidentRequest& request) {
  BERTHMASTER_RETURN_IF_ERROR(CheckReason(request.reason()));
  BERTHMASTER_RETURN_IF_ERROR(CheckEtag(request.etag()));
  return ParseId("name", "incidents", request.name());
}

}  // namespace

absl::Status IncidentServiceImpl::List(const v1::ListIncidentsRequest& request,
                                       v1::ListIncidentsResponse& response) const {
  BERTHMASTER_ASSIGN_OR_RETURN(const IncidentMatcher matcher,
                               IncidentMatcher::Parse(request.filter()));
  return FillNewestFirst(
      "ListIncidents", fleet_->Incidents(), matcher, request, response,
      [&response](const Incident& incident) { *response.add_incidents() = ToProto(incident); });
}

absl::Status IncidentServiceImpl::Get(const v1::GetIncidentRequest& request,
                                      v1::GetIncidentResponse& response) const {
  BERTHMASTER_ASSIGN_OR_RETURN(const std::string id, ParseId("name", "incidents", request.name()));
  const Fleet::IncidentPointer incident = fleet_->FindIncident(id);
  if (incident == nullptr) return NoSuch(request.name());
  *response.mutable_incident() = ToProto(*incident);
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* IncidentServiceImpl::ListIncidents(
    grpc::CallbackServerContext* context, const v1::ListIncidentsRequest* request,
    v1::ListIncidentsResponse* response) {
  return FinishNow(context, List(*request, *response));
}

grpc::ServerUnaryReactor* IncidentServiceImpl::GetIncident(grpc::CallbackServerContext* context,
                                                           const v1::GetIncidentRequest* request,
                                                           v1::GetIncidentResponse* response) {
  return FinishNow(context, Get(*request, *response));
}

grpc::ServerUnaryReactor* IncidentServiceImpl::AcknowledgeIncident(
    grpc::CallbackServerContext* context, const v1::AcknowledgeIncidentRequest* request,
    v1::AcknowledgeIncidentResponse* response) {
  absl::StatusOr<std::string> id = Check(*request);
  if (!id.ok()) return FinishNow(context, id.status());
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  engine_->AcknowledgeIncident(*std::move(id), IdentifyCaller(*context), request->etag(),
                               [reactor, response](absl::StatusOr<Incident> incident) {
                                 if (incident.ok()) {
                                   *response->mutable_incident() = ToProto(*incident);
                                 }
                                 reactor->Finish(ToGrpcStatus(incident.status()));
                               });
  return reactor;
}

grpc::ServerUnaryReactor* IncidentServiceImpl::ResolveIncident(
    grpc::CallbackServerContext* context, const v1::ResolveIncidentRequest* request,
    v1::ResolveIncidentResponse* response) {
  absl::StatusOr<std::string> id = Check(*request);
  if (!id.ok()) return FinishNow(context, id.status());
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  engine_->ResolveIncident(*std::move(id), IdentifyCaller(*context), request->reason(),
                           request->etag(), [reactor, response](absl::StatusOr<Incident> incident) {
                             if (incident.ok()) {
                               *response->mutable_incident() = ToProto(*incident);
                             }
                             reactor->Finish(ToGrpcStatus(incident.status()));
                           });
  return reactor;
}

grpc::ServerWriteReactor<v1::WatchIncidentsResponse>* IncidentServiceImpl::WatchIncidents(
    grpc::CallbackServerContext* /*context*/, const v1::WatchIncidentsRequest* request) {
  using Reactor = WatchReactor<v1::WatchIncidentsResponse>;
  using Source = ResourceWatchSource<Incident, v1::WatchIncidentsResponse>;
  absl::StatusOr<IncidentMatcher> matcher = IncidentMatcher::Parse(request->filter());
  if (!matcher.ok()) return Reactor::Refuse(matcher.status());
  Source::Traits traits;
  traits.kind = EventKind::kIncident;
  traits.all = [fleet = fleet_] { return fleet->Incidents(); };
  traits.find = [fleet = fleet_](const std::string& id) { return fleet->FindIncident(id); };
  traits.matches = [matcher = *std::move(matcher)](const Incident& incident) {
    return matcher.Matches(incident);
  };
  traits.convert = [](const Incident& incident, v1::WatchIncidentsResponse& response) {
    *response.mutable_incident() = ToProto(incident);
  };
  return Reactor::Start(pump_, std::make_unique<Source>(std::move(traits)), WatchLimits());
}

}  // namespace berthmaster
