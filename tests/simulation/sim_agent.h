#ifndef BERTHMASTER_TESTS_SIMULATION_SIM_AGENT_H_
#define BERTHMASTER_TESTS_SIMULATION_SIM_AGENT_H_

#include <memory>
#include <string>

#include "absl/time/time.h"
#include "agent/tune/tuner.h"
#include "tests/fakes/agent_held_ports.h"
#include "tests/fakes/fake_clock.h"
#include "tests/simulation/dice.h"
#include "tests/simulation/oracle.h"
#include "tests/simulation/sim_controller.h"
#include "tests/simulation/sim_kernel.h"
#include "tests/simulation/sim_network.h"
#include "tests/simulation/sim_session.h"

namespace berthmaster::simulation {

// A host with its agent: the real tuner and its journal on a simulated kernel, with a loop like the
// agent's. It can die at each call of the kernel, and its host can boot anew.
class SimAgent {
 public:
  struct World {
    Oracle* oracle = nullptr;
    Dice* dice = nullptr;
    SimNetwork* network = nullptr;
    SimController* controller = nullptr;
    // Whether a lie may say that it is confirmed: that stays until the true controller is heard.
    bool lies_confirmed = false;
    // A directory in memory, for journals.
    std::string directory;
  };

  SimAgent(std::string host_id, const World& world);
  SimAgent(const SimAgent&) = delete;

  // One turn of its loop, `tick` after the last one.
  void Tick(absl::Duration tick);

  // Faults.
  void Kill();
  void Reboot();
  void CrashSoon() { kernel_.CrashAfter(world_.dice->Between(1, 12)); }
  // No message passes for so long; both sides learn it late.
  void CutOff(absl::Duration span) { cut_off_ = std::max(cut_off_, span); }
  // A controller that lies takes the true one's place for so long.
  void LieTo(absl::Duration span);
  void Heal();

  SimKernel& kernel() { return kernel_; }
  const std::string& host_id() const { return host_id_; }
  bool attached() const { return session_ != nullptr && !session_->ended() && tuner_ != nullptr; }

 private:
  void Start();
  void Attach();
  void TakePush(const std::shared_ptr<SimSession>& session, const DesiredState& desired);
  void SendReply(DesiredStateReply reply);
  void SendSample();
  void Lie();
  void Leave();

  const std::string host_id_;
  const World world_;
  // Its monotonic clock; its wall clock matters to nothing.
  FakeClock clock_;
  SimKernel kernel_;
  FakeHeldPorts held_ports_;
  std::unique_ptr<Tuner> tuner_;
  std::shared_ptr<SimSession> session_;
  int session_generation_ = 0;
  int64_t epoch_ = 0;
  int64_t sequence_ = 0;
  int boot_ = 0;
  absl::Duration down_for_;
  absl::Duration cut_off_;
  absl::Duration silent_for_;
  absl::Duration lied_to_;
  absl::Duration next_lie_;
  absl::Duration since_check_;
  absl::Duration since_sample_;
  bool is_first_sample_ = true;
};

}  // namespace berthmaster::simulation

#endif  // BERTHMASTER_TESTS_SIMULATION_SIM_AGENT_H_
