#ifndef BERTHMASTER_CONTROLLER_API_CALLER_H_
#define BERTHMASTER_CONTROLLER_API_CALLER_H_

#include <grpcpp/grpcpp.h>

#include <string>

#include "absl/strings/string_view.h"
#include "controller/model/caller.h"

namespace berthmaster {

// Who calls and from where, as it is recorded with decisions. The one seam through which
// authentication will come: until then a name is a claim that nobody checks, and the controller
// listens on loopback only. A caller is "local/NAME" with the name that it gives itself, and
// "local" without one or with what is none (common/ids/user_name.h).
Caller IdentifyCaller(const grpc::CallbackServerContext& context);
// The `who` of it.
std::string CallerOf(const grpc::CallbackServerContext& context);

// The address in gRPC's name of a peer: "127.0.0.1:43210" of "ipv4:127.0.0.1:43210",
// "[::1]:43210" of "ipv6:%5B::1%5D:43210"; "web" of a call within this process, which is the
// gateway's; anything else as it is, at most kAuditSourceBytesMax bytes.
std::string SourceOf(absl::string_view peer);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_API_CALLER_H_
