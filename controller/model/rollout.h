#ifndef BERTHMASTER_CONTROLLER_MODEL_ROLLOUT_H_
#define BERTHMASTER_CONTROLLER_MODEL_ROLLOUT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/protocol/desired_state.h"
#include "controller/model/decision.h"
#include "controller/model/recommendation.h"
#include "controller/model/rollout_plan.h"

namespace berthmaster {

// Numbers of the contract.
enum class RolloutState : uint8_t {
  kApproved = 1,
  kCanary = 2,
  // The wave in progress is applied and must be seen to hold.
  kSoaking = 3,
  kConfirmed = 4,
  kReverting = 5,
  kReverted = 6,
  kFailed = 7,
  // A wave after the canary is on its way.
  kWave = 8,
};

// Numbers of the contract.
enum class TargetState : uint8_t {
  // Its wave has not begun.
  kWaiting = 1,
  // In the desired state of its host, not answered yet.
  kSent = 2,
  // Applied; must be seen to hold.
  kSoaking = 3,
  kHolding = 4,
  // Its host was away when its wave was on.
  kAway = 5,
  // Nothing of it is in force by our hand.
  kFailed = 6,
  kReverting = 7,
  kReverted = 8,
  // The namespace is gone.
  kGone = 9,
};

// One sysctl of a target: wanted, written, read back.
struct TargetSysctl {
  SysctlChange change;
  std::string applied_value;
  std::string effective_value;
  ApplyState state = ApplyState::kPending;
  std::string error;
  friend bool operator==(const TargetSysctl&, const TargetSysctl&) = default;
};

// Pooling advice on its way to a host, and what came of it.
struct TargetAdvice {
  // As it is pushed; the lease and its names come from the rollout.
  DesiredAdvice desired;
  // The agent's answer; nothing before it.
  std::optional<AdviceResult> result;
  // New connections per second in the newest sample in which it moved by a tenth; nothing while not
  // known. Before the advice it was desired.connection_rate.
  std::optional<double> connection_rate_now;
  friend bool operator==(const TargetAdvice&, const TargetAdvice&) = default;
};

// What must not rise when a change is made: totals of a span, over the namespace's counters.
struct GateCounts {
  absl::Duration span;
  // connect() calls that failed or found no port.
  int64_t failures = 0;
  int64_t resets = 0;
  int64_t retransmits = 0;
  int64_t time_wait_overflows = 0;
  friend bool operator==(const GateCounts&, const GateCounts&) = default;
};

struct RolloutTarget {
  std::string host_id;
  uint64_t netns_cookie = 0;
  uint64_t netns_inode = 0;
  std::string netns_label;
  std::vector<TargetSysctl> sysctls;
  // In a rollout of advice; then there are no sysctls.
  std::optional<TargetAdvice> advice;
  // The desired-state revision that carries it; 0 before it was sent.
  int64_t desired_revision = 0;
  // 0 is the canary; of one that joined when the last wave had begun, the number after that.
  int32_t wave = 0;
  TargetState state = TargetState::kWaiting;
  // What it waits for, or why it ended so.
  std::string message;
  absl::Time state_time;
  // The pool that verifies it; a full resource name, empty when there is none.
  std::string pool_name;
  // That pool before the change, and as it was forecast to be with it.
  std::optional<Outlook> before;
  std::optional<Outlook> predicted;
  // Of the same namespace before the write, and since.
  GateCounts counts_before;
  GateCounts counts_after;
  friend bool operator==(const RolloutTarget&, const RolloutTarget&) = default;
};

// Why a rollout goes no further for the time being.
struct RolloutPause {
  std::string pauser;
  std::string reason;
  absl::Time pause_time;
  friend bool operator==(const RolloutPause&, const RolloutPause&) = default;
};

// The staged execution of an approved recommendation.
struct Rollout {
  // The last part of "rollouts/{rollout}".
  std::string id;
  RolloutState state = RolloutState::kApproved;
  std::string recommendation_id;
  std::string incident_id;
  // The pool whose headroom verifies it, of a rollout for one incident; a full resource name.
  std::string pool_name;
  // What is to be set in each target, by name; expected values are each target's own.
  std::vector<SysctlChange> changes;
  RolloutPlan plan;
  // In the order of their waves; those that joined late come last.
  std::vector<RolloutTarget> targets;
  // The wave in progress, or the last one.
  int32_t wave = 0;
  int32_t wave_count = 1;
  std::optional<RolloutPause> pause;
  // Whether somebody let it go on after the pause that the plan has after the canary.
  bool canary_released = false;
  std::string message;
  // Why it was stopped; empty while it was not.
  std::string stop_reason;
  absl::Time create_time;
  absl::Time update_time;
  // When the present state began, for the deadlines of the step function.
  absl::Time state_time;
  std::string approver;
  std::vector<Decision> approvals;
  int64_t revision = 1;

  friend bool operator==(const Rollout&, const Rollout&) = default;
};

// Whether values of it are, or may be, in force on a host by its approval.
inline bool InForce(RolloutState state) {
  return state == RolloutState::kApproved || state == RolloutState::kCanary ||
         state == RolloutState::kWave || state == RolloutState::kSoaking ||
         state == RolloutState::kConfirmed;
}

// Whether the target's values belong into the desired state of its host, in a rollout in force.
inline bool IsDesired(TargetState state) {
  return state == TargetState::kSent || state == TargetState::kSoaking ||
         state == TargetState::kHolding;
}

// Whether the target keeps its values without a lease.
inline bool IsConfirmed(const Rollout& rollout, const RolloutTarget& target) {
  return rollout.state == RolloutState::kConfirmed && target.state == TargetState::kHolding;
}

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_MODEL_ROLLOUT_H_
