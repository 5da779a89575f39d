#ifndef BERTHMASTER_COMMON_PROTOCOL_DESIRED_STATE_H_
#define BERTHMASTER_COMMON_PROTOCOL_DESIRED_STATE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/protocol/advice.h"

namespace berthmaster {

// The plain form of the contract's DesiredState: what an agent is to bring about, and what it
// answers.

// The bounds of a lease; an agent refuses one outside.
inline constexpr absl::Duration kLeaseMin = absl::Seconds(5);
inline constexpr absl::Duration kLeaseMax = absl::Hours(1);
// More changes than a host has reasons for; an agent refuses a desired state with more.
inline constexpr int kDesiredChangesMax = 1000;

// One sysctl to set. Values are compared with white space as one space.
struct SysctlChange {
  std::string sysctl;
  std::string expected_value;
  std::string desired_value;
  friend bool operator==(const SysctlChange&, const SysctlChange&) = default;
};

struct DesiredChange {
  // "rollouts/{rollout}"; with the sysctl it keys the journal.
  std::string rollout;
  uint64_t netns_cookie = 0;
  uint64_t netns_inode = 0;
  SysctlChange change;
  // A confirmed change stays without a lease.
  bool confirmed = false;
  absl::Duration lease;
  // Once confirmed, the value is to outlive a reboot; only for the host's own namespace.
  bool persist = false;
  friend bool operator==(const DesiredChange&, const DesiredChange&) = default;
};

// State of the world for one host: what is not in it is put back.
struct DesiredState {
  int64_t revision = 0;
  int64_t nonce = 0;
  std::vector<DesiredChange> changes;
  // What is not in it is withdrawn.
  std::vector<DesiredAdvice> advice = {};
  friend bool operator==(const DesiredState&, const DesiredState&) = default;
};

enum class ApplyState : uint8_t {
  kPending = 1,
  kApplied = 2,
  kRefused = 3,
  kFailed = 4,
  kReverted = 5,
  kDrifted = 6,
};

struct ChangeResult {
  std::string rollout;
  uint64_t netns_cookie = 0;
  std::string sysctl;
  ApplyState state = ApplyState::kPending;
  // Read back after the attempt; empty when it could not be read.
  std::string effective_value;
  // Why it was refused or failed, with the next step; empty otherwise.
  std::string error;
  friend bool operator==(const ChangeResult&, const ChangeResult&) = default;
};

// Nonce 0: of the agent's own accord (an expired lease, drift, an acknowledgement of advice).
struct DesiredStateReply {
  int64_t nonce = 0;
  int64_t revision = 0;
  std::vector<ChangeResult> results;
  std::vector<AdviceResult> advice_results = {};
  friend bool operator==(const DesiredStateReply&, const DesiredStateReply&) = default;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_PROTOCOL_DESIRED_STATE_H_
