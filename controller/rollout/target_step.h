#ifndef BERTHMASTER_CONTROLLER_ROLLOUT_TARGET_STEP_H_
#define BERTHMASTER_CONTROLLER_ROLLOUT_TARGET_STEP_H_

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "controller/model/rollout.h"
#include "controller/rollout/step.h"

namespace berthmaster {

// Moves one target of a rollout in force, or on its way back, by what was heard and seen of it.
// The arrows are in README.md. Pure.
void StepTarget(const Rollout& rollout, const TargetView& view, const RolloutInputs& inputs,
                RolloutTarget& target);

// A new state with its reason.
void MoveTarget(RolloutTarget& target, TargetState state, absl::string_view message,
                absl::Time now);

// Whether it refused, failed, drifted or was gated, in a rollout that goes on.
bool IsFailed(const RolloutTarget& target);

// Whether nothing more comes of it in its wave.
bool IsSettled(const RolloutTarget& target);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_ROLLOUT_TARGET_STEP_H_
