#ifndef BERTHMASTER_CONTROLLER_MODEL_ROLLOUT_H_
#define BERTHMASTER_CONTROLLER_MODEL_ROLLOUT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/protocol/desired_state.h"

namespace berthmaster {

enum class RolloutState : uint8_t {
  kApproved = 1,
  kCanary = 2,
  kSoaking = 3,
  kConfirmed = 4,
  kReverting = 5,
  kReverted = 6,
  kFailed = 7,
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

struct RolloutTarget {
  std::string host_id;
  uint64_t netns_cookie = 0;
  uint64_t netns_inode = 0;
  std::string netns_label;
  std::vector<TargetSysctl> sysctls;
  // The desired-state revision that carries it; 0 before it was sent.
  int64_t desired_revision = 0;
  friend bool operator==(const RolloutTarget&, const RolloutTarget&) = default;
};

// The staged execution of an approved recommendation.
struct Rollout {
  // The last part of "rollouts/{rollout}".
  std::string id;
  RolloutState state = RolloutState::kApproved;
  std::string recommendation_id;
  std::string incident_id;
  // The pool whose headroom verifies it; a full resource name.
  std::string pool_name;
  std::vector<RolloutTarget> targets;
  std::string message;
  absl::Time create_time;
  absl::Time update_time;
  // When the present state began, for the deadlines of the step function.
  absl::Time state_time;
  std::string approver;
  int64_t revision = 1;

  friend bool operator==(const Rollout&, const Rollout&) = default;
};

// Whether values of it are, or may be, in force on a host: it belongs into the host's desired
// state.
inline bool InForce(RolloutState state) {
  return state == RolloutState::kApproved || state == RolloutState::kCanary ||
         state == RolloutState::kSoaking || state == RolloutState::kConfirmed;
}

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_MODEL_ROLLOUT_H_
