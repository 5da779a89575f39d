#ifndef BERTHMASTER_TESTS_SIMULATION_SIM_SESSION_H_
#define BERTHMASTER_TESTS_SIMULATION_SIM_SESSION_H_

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "common/protocol/desired_state.h"
#include "common/protocol/nonce_order.h"
#include "controller/engine/agent_session.h"
#include "tests/simulation/oracle.h"

namespace berthmaster::simulation {

// One stream between an agent and the controller, as the links of both sides make one: pushes and
// answers count once and in order, whatever the network does.
class SimSession final : public AgentSession {
 public:
  // What the agent's end gets, through the network.
  struct AgentEnd {
    std::function<void(const DesiredState&)> push;
    std::function<void()> end;
  };

  SimSession(std::string host_id, Oracle* oracle, AgentEnd agent)
      : host_id_(std::move(host_id)), oracle_(oracle), agent_(std::move(agent)) {}

  void SendWelcome(int64_t) override {}
  void SendSampleAck(int64_t) override {}
  void SendRetryAfter(absl::Duration) override {}
  void SendDesiredState(const DesiredState& desired) override {
    if (ended_) return;
    DesiredState numbered = desired;
    numbered.nonce = ++last_nonce_;
    std::set<int64_t> unanswered;
    for (const auto& [nonce, revision] : unanswered_) unanswered.insert(revision);
    oracle_->OnPush(host_id_, numbered, unanswered);
    unanswered_[numbered.nonce] = numbered.revision;
    agent_.push(numbered);
  }
  void End(const absl::Status&) override {
    if (std::exchange(ended_, true)) return;
    agent_.end();
  }

  // Whether the controller's end takes the answer, and the agent's end the push.
  bool TakeReply(const DesiredStateReply& reply) {
    if (ended_) return false;
    if (reply.nonce == 0) return true;
    if (!replies_.Take(reply.nonce)) return false;
    unanswered_.erase(unanswered_.begin(), unanswered_.upper_bound(reply.nonce));
    return true;
  }
  bool TakePush(const DesiredState& desired) { return pushes_.Take(desired.nonce); }
  bool ended() const { return ended_; }

 private:
  const std::string host_id_;
  Oracle* oracle_;
  AgentEnd agent_;
  int64_t last_nonce_ = 0;
  std::map<int64_t, int64_t> unanswered_;
  NonceOrder replies_;
  NonceOrder pushes_;
  bool ended_ = false;
};

}  // namespace berthmaster::simulation

#endif  // BERTHMASTER_TESTS_SIMULATION_SIM_SESSION_H_
