#ifndef BERTHMASTER_CONTROLLER_ENGINE_AGENT_SESSION_H_
#define BERTHMASTER_CONTROLLER_ENGINE_AGENT_SESSION_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/protocol/desired_state.h"

namespace berthmaster {

// The engine's view of one attached agent. The link implements it over gRPC, tests over a list.
// Methods are called on the engine's thread, never block, and do nothing once the session has
// ended.
class AgentSession {
 public:
  virtual ~AgentSession() = default;

  virtual void SendWelcome(int64_t committed_sequence) = 0;
  virtual void SendSampleAck(int64_t committed_sequence) = 0;
  // A newer desired state takes the place of an older one that is not sent yet. The session fills
  // in the nonce.
  virtual void SendDesiredState(const DesiredState& desired) = 0;
  virtual void SendRetryAfter(absl::Duration delay) = 0;
  // Ends the stream with `status`.
  virtual void End(const absl::Status& status) = 0;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_ENGINE_AGENT_SESSION_H_
