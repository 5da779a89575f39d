#ifndef BERTHMASTER_CONTROLLER_ROLLOUT_WAVE_PLAN_H_
#define BERTHMASTER_CONTROLLER_ROLLOUT_WAVE_PLAN_H_

#include <vector>

#include "absl/status/status.h"
#include "controller/model/rollout.h"
#include "controller/model/rollout_plan.h"

namespace berthmaster {

// The bounds of a plan from outside. INVALID_ARGUMENT with reason PLAN_INVALID names the field and
// says what is allowed.
absl::Status CheckPlan(const RolloutPlan& plan);

// Gives each target its wave by `plan` and puts them in the order of their waves. One wave has as
// many hosts as it can, since what goes wrong mostly goes wrong on a host: of the targets as given,
// the first of each host come before the second of any. The number of waves, none of which is
// empty; 0 without targets. Pure.
int32_t AssignWaves(const RolloutPlan& plan, std::vector<RolloutTarget>& targets);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_ROLLOUT_WAVE_PLAN_H_
