#ifndef BERTHMASTER_TESTS_SIMULATION_SIM_NETWORK_H_
#define BERTHMASTER_TESTS_SIMULATION_SIM_NETWORK_H_

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include "absl/time/time.h"
#include "tests/simulation/dice.h"

namespace berthmaster::simulation {

// How a network treats messages.
struct NetworkFaults {
  double lost = 0;
  double doubled = 0;
  // Most messages take up to this long; so their order changes.
  absl::Duration delay_max = absl::Milliseconds(20);
};

// Messages on their way. Each is a call that happens later, more than once, or not at all.
class SimNetwork {
 public:
  SimNetwork(Dice* dice, NetworkFaults faults) : dice_(dice), faults_(faults) {}

  void Send(absl::Duration now, std::function<void()> deliver) {
    if (dice_->Chance(faults_.lost)) return;
    const int copies = dice_->Chance(faults_.doubled) ? 2 : 1;
    for (int i = 0; i < copies; ++i) {
      queue_.emplace(
          std::make_pair(now + dice_->Between(absl::ZeroDuration(), faults_.delay_max), next_++),
          deliver);
    }
  }
  // Delivers what is due; what that sends may be due too.
  void Deliver(absl::Duration now) {
    while (!queue_.empty() && queue_.begin()->first.first <= now) {
      std::function<void()> deliver = std::move(queue_.begin()->second);
      queue_.erase(queue_.begin());
      deliver();
    }
  }
  void Heal() { faults_ = {}; }

 private:
  Dice* dice_;
  NetworkFaults faults_;
  std::map<std::pair<absl::Duration, uint64_t>, std::function<void()>> queue_;
  uint64_t next_ = 0;
};

}  // namespace berthmaster::simulation

#endif  // BERTHMASTER_TESTS_SIMULATION_SIM_NETWORK_H_
