#ifndef BERTHMASTER_COMMON_STATUS_GRPC_STATUS_H_
#define BERTHMASTER_COMMON_STATUS_GRPC_STATUS_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace berthmaster {

// Both directions keep the code and the message. A reason (common/status/reason.h) travels as
// google.rpc.ErrorInfo with the domain "berthmaster" inside grpc-status-details-bin (AIP-193).
grpc::Status ToGrpcStatus(const absl::Status& status);
absl::Status FromGrpcStatus(const grpc::Status& status);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_STATUS_GRPC_STATUS_H_
