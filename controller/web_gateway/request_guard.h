#ifndef BERTHMASTER_CONTROLLER_WEB_GATEWAY_REQUEST_GUARD_H_
#define BERTHMASTER_CONTROLLER_WEB_GATEWAY_REQUEST_GUARD_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/net/endpoint.h"

namespace berthmaster {

// Keeps other web pages from using a browser's way to a loopback port. Pure.

// Whether `host_header` may name this server. On a loopback listener only loopback names and
// addresses and the name it listens on may: any other name that resolves to this machine belongs to
// somebody else (DNS rebinding). PERMISSION_DENIED says what to do; INVALID_ARGUMENT for no Host.
absl::Status CheckHost(const Endpoint& listen, absl::string_view host_header);

// Whether a page of `origin_header` may call: a page of this server itself, and whatever is not a
// page, which sends no Origin. PERMISSION_DENIED otherwise.
absl::Status CheckOrigin(absl::string_view origin_header, absl::string_view host_header);

// Whether the path "/package.Service/Method" is one that the web may call: the services for people,
// never that of the agents, nor reflection.
bool IsCallable(absl::string_view path);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_WEB_GATEWAY_REQUEST_GUARD_H_
