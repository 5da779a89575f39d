#ifndef BERTHMASTER_CONTROLLER_API_UNARY_REPLY_H_
#define BERTHMASTER_CONTROLLER_API_UNARY_REPLY_H_

#include <grpcpp/grpcpp.h>

#include "absl/status/status.h"
#include "common/status/grpc_status.h"

namespace berthmaster {

// Ends a unary call at once: the response is filled already, or `status` says why not.
inline grpc::ServerUnaryReactor* FinishNow(grpc::CallbackServerContext* context,
                                           const absl::Status& status) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(ToGrpcStatus(status));
  return reactor;
}

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_API_UNARY_REPLY_H_
