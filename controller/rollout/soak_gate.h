#ifndef BERTHMASTER_CONTROLLER_ROLLOUT_SOAK_GATE_H_
#define BERTHMASTER_CONTROLLER_ROLLOUT_SOAK_GATE_H_

#include <optional>
#include <string>

#include "controller/model/rollout.h"
#include "controller/rollout/step.h"

namespace berthmaster {

enum class SoakVerdict : uint8_t { kWait, kConfirm, kRevert };

struct SoakResult {
  SoakVerdict verdict = SoakVerdict::kWait;
  // For a person: what it waits for, or why it ended so.
  std::string message;
};

// Judges an applied change of one target by the samples of its soak. A wider range, a larger table
// and tcp_tw_reuse all act on the pool at the next connect(), so a pool that the change cures shows
// it in the first sample after the write: the soak only has to see that it lasts, and that nothing
// else got worse. Pure.
SoakResult JudgeSoak(const RolloutTarget& target, const TargetView& view,
                     const RolloutInputs& inputs);

// What of failures, resets, retransmits and TIME_WAIT overflow rose since the write by more than
// chance and a doubled load explain, for a person; nothing when nothing did, or when there is
// nothing to compare with.
std::optional<std::string> WorseThanBefore(const RolloutTarget& target, const GateCounts& since);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_ROLLOUT_SOAK_GATE_H_
