#ifndef BERTHMASTER_CONTROLLER_LINK_AGENT_SERVICE_H_
#define BERTHMASTER_CONTROLLER_LINK_AGENT_SERVICE_H_

#include <grpcpp/support/server_callback.h>

#include <atomic>

#include "absl/time/time.h"
#include "berthmaster/v1/agent.grpc.pb.h"
#include "controller/engine/engine.h"

namespace berthmaster {

struct AgentServiceOptions {
  // Streams at once. Above the 15,000 agents that one controller is to serve, below what would take
  // a gibibyte (about 36 KiB each).
  int sessions_max = 20000;
  // How long a stream may be silent before its Hello.
  absl::Duration hello_timeout = absl::Seconds(10);
  // How long an agent is asked to wait, and its sample held, while the engine's queue is full.
  absl::Duration retry_delay = absl::Seconds(1);
};

// AgentService on the callback API: turns streams into sessions of the engine. Its reactions never
// block.
//
// Order of the end: Engine::Stop(), which ends every attached session; grpc::Server::Shutdown()
// with a deadline, which cancels the rest; then the server, this service and the engine are
// destroyed, in this order.
class AgentServiceImpl final : public v1::AgentService::CallbackService {
 public:
  // `engine` must outlive the server that serves this.
  explicit AgentServiceImpl(Engine* engine, AgentServiceOptions options = {});

  grpc::ServerBidiReactor<v1::AttachRequest, v1::AttachResponse>* Attach(
      grpc::CallbackServerContext* context) override;

  // How many streams there are now. Any thread.
  int session_count() const { return session_count_.load(); }

 private:
  Engine* engine_;
  AgentServiceOptions options_;
  std::atomic<int> session_count_ = 0;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_LINK_AGENT_SERVICE_H_
