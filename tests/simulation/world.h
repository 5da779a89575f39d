#ifndef BERTHMASTER_TESTS_SIMULATION_WORLD_H_
#define BERTHMASTER_TESTS_SIMULATION_WORLD_H_

#include <cstdint>
#include <string>
#include <vector>

namespace berthmaster::simulation {

// What one run came to.
struct Outcome {
  // Empty when every invariant held.
  std::vector<std::string> violations;
  // That the run was about something: rollouts that ended so.
  int confirmed = 0;
  int reverted = 0;
  int failed = 0;
  int agent_writes_seen = 0;
};

// Runs a fleet of a few to some hundred agents, their controller, operators and administrators for
// some minutes of simulated time, with faults, all by `seed`; then heals everything and sees where
// it comes to rest, or kills the controller for good and sees what is left past the leases.
// `directory` is for the agents' journals and must be empty. Any thread.
Outcome RunSeed(uint64_t seed, const std::string& directory);

}  // namespace berthmaster::simulation

#endif  // BERTHMASTER_TESTS_SIMULATION_WORLD_H_
