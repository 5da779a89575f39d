#ifndef BERTHMASTER_CONTROLLER_LINK_OUTBOUND_H_
#define BERTHMASTER_CONTROLLER_LINK_OUTBOUND_H_

#include <cstdint>
#include <optional>

#include "absl/time/time.h"
#include "berthmaster/v1/agent.pb.h"
#include "common/protocol/desired_state.h"

namespace berthmaster {

// What waits to be written to one agent: at most one message of each kind, since a newer one says
// everything that an older one said. So a slow reader costs no memory. Not thread-safe.
class Outbound {
 public:
  void PutWelcome(int64_t committed_sequence) { welcome_ = committed_ = committed_sequence; }
  void PutAck(int64_t committed_sequence) { ack_ = committed_ = committed_sequence; }
  // With what is committed when it is taken.
  void PutFullStateRequest() { wants_full_state_ = true; }
  void PutDesiredState(const DesiredState& desired) { desired_ = desired; }
  void PutRetryAfter(absl::Duration delay) { retry_after_ = delay; }

  // Takes the next message to write: the welcome before everything, then desired state, acks, the
  // request for full samples, and the plea to wait. Gives each desired state the next nonce of the
  // stream. Nothing when there is nothing, or nothing may go before the welcome.
  std::optional<v1::AttachResponse> Next();

 private:
  bool welcomed_ = false;
  int64_t last_nonce_ = 0;
  // What the agent was, or will be, told last.
  int64_t committed_ = 0;
  bool wants_full_state_ = false;
  std::optional<int64_t> welcome_;
  std::optional<DesiredState> desired_;
  std::optional<int64_t> ack_;
  std::optional<absl::Duration> retry_after_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_LINK_OUTBOUND_H_
