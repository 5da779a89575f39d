#ifndef BERTHMASTER_CONTROLLER_ROLLOUT_SOAK_GATE_H_
#define BERTHMASTER_CONTROLLER_ROLLOUT_SOAK_GATE_H_

#include <string>

#include "controller/rollout/step.h"

namespace berthmaster {

enum class SoakVerdict : uint8_t { kWait, kConfirm, kRevert };

struct SoakResult {
  SoakVerdict verdict = SoakVerdict::kWait;
  // For a person: what it waits for, or why it ended so.
  std::string message;
};

// Judges an applied change by the samples of its soak. A wider range, a larger table and
// tcp_tw_reuse all act on the pool at the next connect(), so a pool that the change cures shows it
// in the first sample after the write: the soak only has to see that it lasts. Pure.
SoakResult JudgeSoak(const RolloutInputs& inputs);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_ROLLOUT_SOAK_GATE_H_
