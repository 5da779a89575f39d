#ifndef BERTHMASTER_TESTS_SIMULATION_OPERATORS_H_
#define BERTHMASTER_TESTS_SIMULATION_OPERATORS_H_

#include "controller/model/rollout_plan.h"
#include "tests/simulation/dice.h"
#include "tests/simulation/sim_controller.h"

namespace berthmaster::simulation {

// The people: they propose, approve, pause, resume, promote, abort and revert, mostly without good
// reason. One thread.
class Operators {
 public:
  Operators(Dice* dice, SimController* controller) : dice_(dice), controller_(controller) {}

  // Now and then does one thing.
  void Act();
  // Nothing stays paused.
  void ResumeAll();

 private:
  void Propose();
  void Approve();
  void DecideOnSome();
  RolloutPlan Plan();

  Dice* dice_;
  SimController* controller_;
  int proposed_ = 0;
};

}  // namespace berthmaster::simulation

#endif  // BERTHMASTER_TESTS_SIMULATION_OPERATORS_H_
