#ifndef BERTHMASTER_CONTROLLER_ROLLOUT_STEP_H_
#define BERTHMASTER_CONTROLLER_ROLLOUT_STEP_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/protocol/desired_state.h"
#include "controller/model/recommendation.h"
#include "controller/model/rollout.h"

namespace berthmaster {

// A pool that is this full counts as exhausting even when no forecast says so: from here a burst of
// a few connections decides.
inline constexpr double kExhaustingUtilization = 0.95;
// How many soaks in a row a change may be watched without the pool getting well, before it is
// judged: with the default soak of 10 s two minutes, twice the life of a TIME_WAIT, so that what
// was there before the change is gone.
inline constexpr int kSoaksMax = 12;
// How much better a pool must be than before the change, for the change to stay although the pool
// still runs out: a tenth is more than the noise of a rate window.
inline constexpr double kImprovementMin = 0.1;
// Samples without the namespace, and for how long, before it is taken for gone: one sample may have
// failed to read it.
inline constexpr int kNetnsGoneSamples = 3;
inline constexpr absl::Duration kNetnsGoneAfter = absl::Seconds(60);
// Samples that contradict the agent's read-back before that is called drift: one may have been
// taken before the write and sent after it.
inline constexpr int kDriftSamples = 2;

// What an agent answered about one rollout.
struct RolloutReply {
  // The revision that the agent has in force.
  int64_t revision = 0;
  // Only those of this rollout; empty when the reply is silent about it.
  std::vector<ChangeResult> results;
};

// What the samples show of a target since the present state began.
struct TargetView {
  // Committed samples of the host in this state, and the last ones in a row without the namespace.
  int samples = 0;
  int samples_without_netns = 0;
  absl::Duration without_netns_for;
  // The last samples in a row in which some sysctl was not as desired.
  int samples_mismatching = 0;
  // The last samples in a row in which all were as desired.
  int samples_matching = 0;
  // By sysctl, in the newest sample; empty when the namespace is not in it.
  std::map<std::string, std::string> effective_values;
  // The pool, in the newest sample; nothing when it is not there, which means that nothing is in
  // use.
  std::optional<Outlook> pool;
};

// Everything that a step depends on.
struct RolloutInputs {
  // For the records.
  absl::Time now;
  // How long the rollout has been in its state, by monotonic time.
  absl::Duration in_state;
  // Whether the desired state with it went out to an attached session.
  bool sent = false;
  // Replies since the last step, oldest first.
  std::vector<RolloutReply> replies;
  // One per target, in their order.
  std::vector<TargetView> targets;
  // How the pool stood before the change; nothing when it is not known.
  std::optional<Outlook> before;
  absl::Duration soak;
  absl::Duration apply_timeout;
};

// The rollout as it is after `inputs`, with its revision, update_time and (in a new state)
// state_time moved; nothing when nothing changes. Pure. The arrows are in README.md.
std::optional<Rollout> StepRollout(const Rollout& rollout, const RolloutInputs& inputs);

// The rollout on its way back, REVERTING: for a person's revert. An APPROVED one too, since a push
// of it may be on its way. The state must be one that InForce() accepts.
Rollout BeginRevert(const Rollout& rollout, absl::string_view message, absl::Time now);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_ROLLOUT_STEP_H_
