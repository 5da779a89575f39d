#ifndef BERTHMASTER_CONTROLLER_ROLLOUT_STEP_H_
#define BERTHMASTER_CONTROLLER_ROLLOUT_STEP_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
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

// What the agent of one host answered about one rollout.
struct RolloutReply {
  std::string host_id;
  // The revision that the agent has in force.
  int64_t revision = 0;
  // Of the agent's own accord: no answer to a push.
  bool unasked = false;
  // Only those of this rollout; empty when the reply is silent about it.
  std::vector<ChangeResult> results;
  std::vector<AdviceResult> advice_results;
};

// What is known of a target's host, and what its samples show since the target's state began.
struct TargetView {
  // How long the target has been in its state, by monotonic time.
  absl::Duration in_state;
  // Whether the host has a session, and for how long it has had none.
  bool attached = true;
  absl::Duration detached_for;
  // Whether the desired state with the target in it went out to an attached session.
  bool sent = false;
  // The newest revision that the agent has in force while it says nothing of the target; 0 for
  // none.
  int64_t silent_since_revision = 0;
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
  // New connections per second of that pool; nothing where they are not known.
  std::optional<double> connection_rate;
  // What the namespace counted lately, whatever the target's state, and since that began.
  GateCounts counts_lately;
  GateCounts counts_since;
};

// Everything that a step depends on.
struct RolloutInputs {
  // For the records.
  absl::Time now;
  // Replies since the last step, oldest first.
  std::vector<RolloutReply> replies;
  // One per target, in their order.
  std::vector<TargetView> targets;
  // Namespaces that match the plan's selector now and are no targets yet, as MakeTarget made them;
  // what is known of them is in `joining_views`.
  std::vector<RolloutTarget> joining;
  std::vector<TargetView> joining_views;
  // The freeze in which nothing new may begin, for a person; empty when there is none.
  std::string freeze;
  absl::Duration soak;
  absl::Duration apply_timeout;
};

// The rollout as it is after `inputs`, with its revision, update_time and (in a new state)
// state_time moved; nothing when nothing changes. Pure. The arrows are in README.md.
std::optional<Rollout> StepRollout(const Rollout& rollout, const RolloutInputs& inputs);

// A rollout that was just approved, with its waves assigned, as it begins: the canary in the
// desired state of its hosts. `views` is one per target, in their order.
Rollout BeginRollout(Rollout rollout, const std::vector<TargetView>& views, absl::Time now);

// The rollout on its way back, REVERTING: for a person's revert or abort. An APPROVED one too,
// since a push of it may be on its way. The state must be one that InForce() accepts.
Rollout BeginRevert(const Rollout& rollout, absl::string_view message, absl::Time now);

// The wave in progress is taken as holding, on a person's word. FAILED_PRECONDITION with reason
// NOTHING_TO_PROMOTE when it is not SOAKING, or a target of it was not seen with its new value.
absl::StatusOr<Rollout> Promote(const Rollout& rollout, const std::vector<TargetView>& views,
                                absl::string_view message, absl::Time now);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_ROLLOUT_STEP_H_
