#ifndef BERTHMASTER_TESTS_FLEET_FLEET_H_
#define BERTHMASTER_TESTS_FLEET_FLEET_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/fleet/operator.h"
#include "tests/fleet/pods.h"
#include "tests/integration/running_controller.h"
#include "tests/process/child_process.h"
#include "tests/process/temp_directory.h"

namespace berthmaster {

// The real controller and a real agent for each host, each over its own ten pods. All end with the
// object. One thread.
class Fleet {
 public:
  // The times of the controller.
  struct Times {
    absl::Duration soak = absl::Seconds(2);
    absl::Duration lease = absl::Seconds(10);
    absl::Duration apply_timeout = absl::Seconds(10);
  };

  // Waits until the controller has samples of all pods for at least `sampled_for`; aborts the test
  // program otherwise.
  Fleet(const Pods& pods, Times times, absl::Duration sampled_for = absl::ZeroDuration());
  ~Fleet();

  RunningController& controller() { return controller_; }
  // With a connection of its own, so that it works after a restart of the controller too.
  Operator people() const { return Operator(controller_.Connect()); }

  ChildProcess& agent(size_t host) { return *agents_[host]; }
  // kill -9 by its number; waits until it is gone.
  void KillAgent(size_t host);
  // With what the one before had, state directory included.
  void StartAgent(size_t host);
  // To each agent.
  void SignalAgents(int signal_number);
  std::string Logs() const;

 private:
  const Pods& pods_;
  RunningController controller_;
  std::vector<std::unique_ptr<TempDirectory>> state_directories_;
  std::vector<std::unique_ptr<ChildProcess>> agents_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_FLEET_FLEET_H_
