#include "agent/advise/link/advice_service.h"

#include <utility>

#include "agent/advise/link/advice_watch.h"
#include "common/status/annotate.h"
#include "common/status/grpc_status.h"
#include "common/wire/field_check.h"

namespace berthmaster {
namespace {

absl::StatusOr<AdviceFilter> ReadFilter(const v1::WatchAdviceRequest& request) {
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldText("workload", request.workload()));
  AdviceFilter filter;
  if (request.has_workload()) filter.workload = request.workload();
  if (request.has_netns_cookie()) {
    filter.netns_cookie = static_cast<uint64_t>(request.netns_cookie());
  }
  return filter;
}

}  // namespace

grpc::ServerWriteReactor<v1::WatchAdviceResponse>* AdviceService::WatchAdvice(
    grpc::CallbackServerContext* context, const v1::WatchAdviceRequest* request) {
  absl::StatusOr<AdviceFilter> filter = ReadFilter(*request);
  const absl::Status checked = filter.status();
  return AdviceWatch::Start(checked, checked.ok() ? *std::move(filter) : AdviceFilter(), *context,
                            board_, clock_);
}

grpc::ServerUnaryReactor* AdviceService::AcknowledgeAdvice(
    grpc::CallbackServerContext* context, const v1::AcknowledgeAdviceRequest* request,
    v1::AcknowledgeAdviceResponse* /*response*/) {
  AdviceAcknowledgement acknowledgement{request->rollout(), request->workload(), std::nullopt,
                                        request->text()};
  if (request->has_netns_cookie()) {
    acknowledgement.netns_cookie = static_cast<uint64_t>(request->netns_cookie());
  }
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(ToGrpcStatus(board_.Acknowledge(acknowledgement)));
  return reactor;
}

}  // namespace berthmaster
