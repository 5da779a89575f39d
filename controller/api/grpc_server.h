#ifndef BERTHMASTER_CONTROLLER_API_GRPC_SERVER_H_
#define BERTHMASTER_CONTROLLER_API_GRPC_SERVER_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/net/endpoint.h"

namespace berthmaster {

// A message of a caller or an agent at most; what is larger is refused with RESOURCE_EXHAUSTED. The
// largest sample that an agent spools has 16 MiB (agent/link), and one that could never be taken
// would stop everything behind it.
inline constexpr int kReceivedBytesMax = 16 * 1024 * 1024 + 4096;

// The one gRPC server of the controller, with health (grpc.health.v1), reflection and channelz.
class GrpcServer {
 public:
  // Listens and serves what `add_services` registers; the services must outlive the server.
  // FAILED_PRECONDITION when the port is in use; other errors say what about the address is wrong.
  static absl::StatusOr<std::unique_ptr<GrpcServer>> Start(
      const Endpoint& listen, const std::function<void(grpc::ServerBuilder&)>& add_services);
  // Stops at once.
  ~GrpcServer();

  // Where it listens, with the port that the kernel chose.
  const Endpoint& address() const { return address_; }
  // A channel to the same services without a socket. It carries messages of any size, since they
  // come from this process.
  std::shared_ptr<grpc::Channel> InProcessChannel();

  // Tells health checks that this server leaves; calls go on.
  void Leave();
  // Takes no more calls, and cancels those that have not ended after `patience`. Idempotent.
  void Stop(absl::Duration patience);

 private:
  GrpcServer(std::unique_ptr<grpc::Server> server, Endpoint address)
      : server_(std::move(server)), address_(std::move(address)) {}

  const std::unique_ptr<grpc::Server> server_;
  const Endpoint address_;
};

// Sends gRPC's own log lines to ours at DEBUG: what matters to a person comes as a status of ours.
void QuietGrpcLog();

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_API_GRPC_SERVER_H_
