#ifndef BERTHMASTER_CONTROLLER_API_PORT_PROBE_H_
#define BERTHMASTER_CONTROLLER_API_PORT_PROBE_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/net/endpoint.h"

namespace berthmaster {

// Why nobody can listen on `listen` now: gRPC says only that it could not. Tries it once with a
// socket of its own. FAILED_PRECONDITION when the port is in use, INVALID_ARGUMENT when the address
// is not this machine's, PERMISSION_DENIED for a port that needs privilege. `flag` is named as the
// remedy. Blocks for as long as a name takes to resolve.
absl::Status WhyNotListening(const Endpoint& listen, absl::string_view flag);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_API_PORT_PROBE_H_
