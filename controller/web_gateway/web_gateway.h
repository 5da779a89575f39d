#ifndef BERTHMASTER_CONTROLLER_WEB_GATEWAY_WEB_GATEWAY_H_
#define BERTHMASTER_CONTROLLER_WEB_GATEWAY_WEB_GATEWAY_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/net/endpoint.h"
#include "controller/web_gateway/gateway_limits.h"

namespace berthmaster {

// The dashboard's door: an HTTP/1.1 server that serves the files of the dashboard and forwards
// gRPC-Web calls to the services in this process. One thread of its own; see README.md.
class WebGateway {
 public:
  struct Options {
    Endpoint listen;
    // Where the built dashboard is. When it is not there, a page says how to build it.
    std::string web_root;
    GatewayLimits limits = {};
  };

  // Listens and starts the thread. `channel` leads to the services in this process.
  // FAILED_PRECONDITION when the port is in use; other errors say what about the address is wrong.
  static absl::StatusOr<std::unique_ptr<WebGateway>> Start(Options options,
                                                           std::shared_ptr<grpc::Channel> channel);
  // Stops.
  ~WebGateway();

  // Where it listens, with the port that the kernel chose.
  const Endpoint& address() const;
  // Closes every connection, cancels their calls and joins; takes two seconds at most. Idempotent.
  void Stop();

 private:
  class Listener;
  explicit WebGateway(std::unique_ptr<Listener> listener);
  std::unique_ptr<Listener> listener_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_WEB_GATEWAY_WEB_GATEWAY_H_
