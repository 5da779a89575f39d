#ifndef BERTHMASTER_CONTROLLER_RECOMMEND_POOL_CHANGE_H_
#define BERTHMASTER_CONTROLLER_RECOMMEND_POOL_CHANGE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/net/port_range.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// The most that a load may be multiplied by, or spread over, in a what-if.
inline constexpr double kLoadFactorMax = 1000;
inline constexpr int kSpreadMax = 1000;
// No connection is asked about for longer.
inline constexpr absl::Duration kHoldTimeMax = absl::Hours(24 * 365);

// What is to be different about a pool. What is absent stays as it is.
struct PoolChange {
  std::optional<PortRange> port_range;
  // All reserved ports, not those to add.
  std::optional<PortSet> reserved_ports;
  // 0 to 2.
  std::optional<int32_t> time_wait_reuse;
  std::optional<int64_t> time_wait_buckets_max;
  std::optional<int32_t> syn_retries;
  std::optional<absl::Duration> fin_timeout;
  std::optional<absl::Duration> conntrack_time_wait;
  // Of pools whose capacity no sysctl of the sample gives: the masquerade range, nf_conntrack_max,
  // a backlog + 1.
  std::optional<int32_t> capacity;
  // Connections are kept open and used again; there are never more than so many.
  std::optional<int32_t> connection_pool_size;
  // New connections per second, times this.
  double rate_factor = 1;
  // How long a connection is open.
  std::optional<absl::Duration> hold_time;
  // The load spreads evenly over so many times as many source addresses, and over so many times as
  // many destination addresses or ports. 1 is as it is.
  int32_t source_factor = 1;
  int32_t destination_factor = 1;

  friend bool operator==(const PoolChange&, const PoolChange&) = default;
};

// `first` and then `second`, which wins where both say something; factors multiply.
PoolChange Combined(const PoolChange& first, const PoolChange& second);

// A pool as it is at the moment of a change.
struct ChangedPool {
  PoolSample pool;
  // Of its TIME_WAIT; nothing when it is not reusable then.
  std::optional<absl::Duration> reuse_delay;
  // What the pool's load is multiplied by, for figures that are not in the sample.
  double load_factor = 1;
  // What the time in TIME_WAIT is multiplied by, for a pool whose settled figure is not in the
  // sample either.
  double time_wait_factor = 1;
  // What a person should know of how it was reckoned.
  std::vector<std::string> notes;
};

// `pool` of `netns` with `change` made, for MakeForecast. Sockets that are there stay until they
// end, so what a change does to the load shows in the forecast, not at once. INVALID_ARGUMENT with
// reason WHAT_IF_INVALID for a value out of bounds, or one that changes nothing in a pool of this
// kind; FAILED_PRECONDITION with WHAT_IF_UNKNOWN when the sample does not have what it takes. Pure.
absl::StatusOr<ChangedPool> ApplyChange(const NetnsSample& netns, const PoolSample& pool,
                                        const PoolChange& change);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_RECOMMEND_POOL_CHANGE_H_
