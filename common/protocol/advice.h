#ifndef BERTHMASTER_COMMON_PROTOCOL_ADVICE_H_
#define BERTHMASTER_COMMON_PROTOCOL_ADVICE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/net/ip_address.h"
#include "common/net/pool_key.h"

namespace berthmaster {

// Pooling advice as it is pushed to a host, published there and answered for.

// More than a host has workloads and destinations worth advice; an agent refuses a desired state
// with more.
inline constexpr int kDesiredAdviceMax = 1000;
// No host has room for more connections towards one destination than some ten addresses have ports.
inline constexpr int kConnectionPoolSizeMax = 1'000'000;
// A sentence of an application.
inline constexpr size_t kAcknowledgementBytesMax = 200;

// Advice for the connections of one workload in one namespace towards one destination.
struct DesiredAdvice {
  // "rollouts/{rollout}"
  std::string rollout;
  uint64_t netns_cookie = 0;
  uint64_t netns_inode = 0;
  // Such as "shop/checkout"; empty when nobody knows, and the advice is for the namespace then.
  std::string workload;
  std::string netns_label;
  IpAddress destination;
  uint16_t destination_port = 0;
  IpProtocol protocol = IpProtocol::kTcp;
  // Nothing when it is for any local address.
  std::optional<IpAddress> source;
  // From 1 to kConnectionPoolSizeMax.
  int connection_pool_size = 0;
  // Per second, when the advice was made.
  double connection_rate = 0;
  // The mean time a connection was open then; not negative.
  absl::Duration hold_time;
  int ports_saved = 0;
  // Who should close, and how a connection is kept alive, for a person.
  std::string keep_alive;
  // By the host's wall clock. Nothing when the advice holds until it is withdrawn.
  std::optional<absl::Time> expire_time;
  friend bool operator==(const DesiredAdvice&, const DesiredAdvice&) = default;
};

// All advice of one workload, as it is published.
struct WorkloadAdvice {
  // When any of it last changed, by the host's wall clock.
  absl::Time update_time;
  // Empty for advice that is for one namespace: all entries have the same cookie then.
  std::string workload;
  std::vector<DesiredAdvice> advice;
  friend bool operator==(const WorkloadAdvice&, const WorkloadAdvice&) = default;
};

// With the numbers of the contract.
enum class AdviceState : uint8_t { kPublished = 1, kWithdrawn = 2, kFailed = 3 };

struct AdviceResult {
  std::string rollout;
  uint64_t netns_cookie = 0;
  IpAddress destination;
  uint16_t destination_port = 0;
  AdviceState state = AdviceState::kPublished;
  // The file that has it; empty when there is none.
  std::string path;
  // Applications that watch for it now.
  int follower_count = 0;
  // A claim of any local process that reaches the socket, with what it said: at most
  // kAcknowledgementBytesMax.
  bool acknowledged = false;
  std::string acknowledgement;
  // Why it could not be published or withdrawn, with the next step; empty otherwise.
  std::string error;
  friend bool operator==(const AdviceResult&, const AdviceResult&) = default;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_PROTOCOL_ADVICE_H_
