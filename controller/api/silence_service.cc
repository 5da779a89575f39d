#include "controller/api/silence_service.h"

#include <string>
#include <utility>

#include "common/status/annotate.h"
#include "controller/api/caller.h"
#include "controller/api/list_filter.h"
#include "controller/api/newest_first.h"
#include "controller/api/request_check.h"
#include "controller/api/silence_conversion.h"
#include "controller/api/unary_reply.h"

namespace berthmaster {
namespace {

absl::StatusOr<std::string> Check(const v1::ExpireSilenceRequest& request) {
  BERTHMASTER_RETURN_IF_ERROR(CheckEtag(request.etag()));
  return ParseId("name", "silences", request.name());
}

}  // namespace

absl::Status SilenceServiceImpl::List(const v1::ListSilencesRequest& request,
                                      v1::ListSilencesResponse& response) const {
  const absl::Time now = clock_->SystemNow();
  BERTHMASTER_ASSIGN_OR_RETURN(const SilenceFilter filter,
                               SilenceFilter::Parse(request.filter(), now));
  return FillNewestFirst("ListSilences", fleet_->Silences(), filter, request, response,
                         [&response, now](const Silence& silence) {
                           *response.add_silences() = ToProto(silence, now);
                         });
}

absl::Status SilenceServiceImpl::Get(const v1::GetSilenceRequest& request,
                                     v1::GetSilenceResponse& response) const {
  BERTHMASTER_ASSIGN_OR_RETURN(const std::string id, ParseId("name", "silences", request.name()));
  const Fleet::SilencePointer silence = fleet_->FindSilence(id);
  if (silence == nullptr) return NoSuch(request.name());
  *response.mutable_silence() = ToProto(*silence, clock_->SystemNow());
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* SilenceServiceImpl::ListSilences(grpc::CallbackServerContext* context,
                                                           const v1::ListSilencesRequest* request,
                                                           v1::ListSilencesResponse* response) {
  return FinishNow(context, List(*request, *response));
}

grpc::ServerUnaryReactor* SilenceServiceImpl::GetSilence(grpc::CallbackServerContext* context,
                                                         const v1::GetSilenceRequest* request,
                                                         v1::GetSilenceResponse* response) {
  return FinishNow(context, Get(*request, *response));
}

grpc::ServerUnaryReactor* SilenceServiceImpl::CreateSilence(grpc::CallbackServerContext* context,
                                                            const v1::CreateSilenceRequest* request,
                                                            v1::CreateSilenceResponse* response) {
  absl::StatusOr<SilenceRequest> wanted = FromProto(*request, IdentifyCaller(*context));
  if (!wanted.ok()) return FinishNow(context, wanted.status());
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  engine_->CreateSilence(
      *std::move(wanted), [this, reactor, response](absl::StatusOr<CreatedSilence> created) {
        if (created.ok()) {
          *response->mutable_silence() = ToProto(created->silence, clock_->SystemNow());
          response->set_muted_incident_count(created->muted_incident_count);
        }
        reactor->Finish(ToGrpcStatus(created.status()));
      });
  return reactor;
}

grpc::ServerUnaryReactor* SilenceServiceImpl::ExpireSilence(grpc::CallbackServerContext* context,
                                                            const v1::ExpireSilenceRequest* request,
                                                            v1::ExpireSilenceResponse* response) {
  absl::StatusOr<std::string> id = Check(*request);
  if (!id.ok()) return FinishNow(context, id.status());
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  engine_->ExpireSilence(*std::move(id), IdentifyCaller(*context), request->etag(),
                         [this, reactor, response](absl::StatusOr<Silence> silence) {
                           if (silence.ok()) {
                             *response->mutable_silence() = ToProto(*silence, clock_->SystemNow());
                           }
                           reactor->Finish(ToGrpcStatus(silence.status()));
                         });
  return reactor;
}

}  // namespace berthmaster
