#ifndef BERTHMASTER_CONTROLLER_API_CALLER_H_
#define BERTHMASTER_CONTROLLER_API_CALLER_H_

#include <grpcpp/grpcpp.h>

#include <string>

namespace berthmaster {

// Who calls, as it is recorded with decisions. The one seam through which authentication will
// come: until then the controller listens on loopback only, and every caller is "local".
std::string CallerOf(const grpc::CallbackServerContext& context);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_API_CALLER_H_
