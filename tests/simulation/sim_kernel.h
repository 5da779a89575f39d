#ifndef BERTHMASTER_TESTS_SIMULATION_SIM_KERNEL_H_
#define BERTHMASTER_TESTS_SIMULATION_SIM_KERNEL_H_

#include <string>
#include <vector>

#include "agent/kernel/netns/netns_sysctl.h"
#include "common/protocol/sample.h"
#include "tests/fakes/agent_netns_sysctl.h"
#include "tests/simulation/dice.h"
#include "tests/simulation/oracle.h"

namespace berthmaster::simulation {

// The agent's process ends here, as by kill -9.
struct AgentCrash {};

// The kernel of one host: its namespaces and their sysctls, and the places at which the agent's
// process may die: before and after each read and write.
class SimKernel final : public NetnsSysctl {
 public:
  SimKernel(std::string host_id, Oracle* oracle, Dice* dice);

  absl::StatusOr<std::string> Read(const NetnsId& netns, absl::string_view sysctl) override;
  absl::Status Write(const NetnsId& netns, absl::string_view sysctl,
                     absl::string_view value) override;

  // After so many of its calls the agent dies; 0: not.
  void CrashAfter(int calls) { crash_after_ = calls; }
  // Writes fail so for as long as it is not OK.
  void FailWrites(const absl::Status& error) { kernel_.FailWrites(error); }

  // All namespaces are new, with the values of a boot.
  void Boot();
  void AddNetns();
  void RemoveNetns(const NetnsId& netns);
  // Somebody who is no agent writes a value of their own.
  void WriteAsAdministrator(const NetnsId& netns, const std::string& sysctl,
                            const std::string& value);

  const std::vector<NetnsId>& netns() const { return netns_; }
  std::string Get(const NetnsId& netns, const std::string& sysctl) const {
    return kernel_.Get(netns, sysctl);
  }
  // What a sample says of the namespace.
  NetnsSample Sample(const NetnsId& netns, absl::Duration interval) const;
  // The sysctls that the simulation changes.
  static const std::vector<std::string>& Changed();

 private:
  void MayCrash();

  const std::string host_id_;
  Oracle* oracle_;
  Dice* dice_;
  FakeNetnsSysctl kernel_;
  std::vector<NetnsId> netns_;
  uint64_t next_cookie_ = 1;
  int crash_after_ = 0;
};

}  // namespace berthmaster::simulation

#endif  // BERTHMASTER_TESTS_SIMULATION_SIM_KERNEL_H_
