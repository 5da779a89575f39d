#ifndef BERTHMASTER_COMMON_PROTOCOL_SAMPLE_H_
#define BERTHMASTER_COMMON_PROTOCOL_SAMPLE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/net/connect_pool_key.h"
#include "common/protocol/tcp_state.h"

namespace berthmaster {

// What an agent measures: the plain form of the contract's Sample. common/wire turns one into the
// other and back.

enum class PoolKind : uint8_t { kConnect = 1, kTimeWaitTable = 2 };

// TIME_WAIT lasts TCP_TIMEWAIT_LEN = 60 s plus the slack of the timer wheel (2.048 s at HZ=250):
// entry i of a release histogram is the number that end within [i, i + 1) seconds from the sample;
// the last entry holds whatever ends later.
inline constexpr int kReleaseSeconds = 62;

// One pool at one moment. Counts are sockets.
struct PoolSample {
  PoolKind kind = PoolKind::kConnect;
  // Meaningful for a connect pool only.
  ConnectPoolKey key;
  // What is guaranteed: range rounded down to even - reserved - blocked; or tcp_max_tw_buckets.
  int32_t capacity = 0;
  // Sockets of the key, any state, whose local port is in the range and not blocked; or
  // mini-sockets of the table.
  int32_t in_use = 0;
  // TIME_WAIT among them that connect() may take over now (tcp_twsk_unique).
  int32_t reusable = 0;
  // Ports of the range closed to every auto-bind by a bind()-made user.
  int32_t blocked = 0;
  StateCounts states;
  // New connections per second over the agent's rate window (5 s or more); nothing while not known.
  std::optional<double> connection_rate;
  // TIME_WAIT made per second: closed first by this side.
  std::optional<double> time_wait_rate;
  // Mean time from connect() to close (Little's law); nothing when nothing closes.
  std::optional<absl::Duration> hold_time;
  // kReleaseSeconds entries, or empty when there is no TIME_WAIT.
  std::vector<int32_t> time_wait_releases;

  // capacity - in_use + reusable, never below 0.
  int32_t headroom() const {
    int32_t left = capacity - in_use + reusable;
    return left > 0 ? left : 0;
  }
  // (in_use - reusable) / capacity; 1 when the capacity is 0.
  double utilization() const {
    return capacity > 0 ? static_cast<double>(in_use - reusable) / capacity : 1.0;
  }
  friend bool operator==(const PoolSample&, const PoolSample&) = default;
};

// One network namespace at one moment.
struct NetnsSample {
  // SO_NETNS_COOKIE: unique until reboot.
  uint64_t cookie = 0;
  // st_ino of the namespace's file in nsfs.
  uint64_t inode = 0;
  std::string label;
  std::map<std::string, std::string> labels;
  // Effective tunables by sysctl name, white space as one space ("32768 60999").
  std::map<std::string, std::string> sysctls;
  int32_t tcp_in_use = 0;
  int32_t time_wait = 0;
  std::vector<int32_t> listening_ports_in_range;
  int64_t time_wait_overflow_count = 0;
  // Time since the sample of this namespace before; nothing in the first.
  std::optional<absl::Duration> sample_interval;
  std::vector<std::string> limitations;
  std::vector<PoolSample> pools;

  friend bool operator==(const NetnsSample&, const NetnsSample&) = default;
};

// One host at one moment.
struct HostSample {
  // Rises by one in an epoch, from 1; 0 in a sample that was never queued for sending.
  int64_t sequence = 0;
  absl::Time sample_time;
  std::vector<NetnsSample> namespaces;
  // What could not be read at all, for a person.
  std::vector<std::string> limitations;
  absl::Duration cpu_time;

  friend bool operator==(const HostSample&, const HostSample&) = default;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_PROTOCOL_SAMPLE_H_
