#ifndef BERTHMASTER_COMMON_PROTOCOL_SAMPLE_H_
#define BERTHMASTER_COMMON_PROTOCOL_SAMPLE_H_

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/net/pool_key.h"
#include "common/protocol/tcp_state.h"

namespace berthmaster {

// What an agent measures: the plain form of the contract's Sample. common/wire turns one into the
// other and back.

// Where the socket states of a sample come from. A source that cannot see a figure leaves it out.
enum class SocketSource : uint8_t { kNetlink = 1, kSs = 2, kProcfs = 3 };

// TIME_WAIT lasts TCP_TIMEWAIT_LEN = 60 s plus the slack of the timer wheel (2.048 s at HZ=250):
// entry i of a release histogram is the number that end within [i, i + 1) seconds from the sample;
// the last entry holds whatever ends later.
inline constexpr int kReleaseSeconds = 62;

// Who owns sockets of a pool: a process, or a cgroup where the process is not known.
struct PoolOwner {
  // The process's name; empty when not known.
  std::string process;
  // Of the agent's pid namespace; 0 when not known. That of one of them where several processes of
  // one name in one cgroup are one owner, as they are where `sockets` has some that nobody was seen
  // holding.
  int32_t pid = 0;
  // The path below the mount of cgroup v2; empty when not known.
  std::string cgroup;
  // How many of the pool's sockets, those with a port of bind() too: what it was seen holding, also
  // when that is in TIME_WAIT by now; and where a BPF program counts closes, its part of the
  // TIME_WAIT that nobody was seen holding. That is shared out in proportion to the connections
  // that each ended first in the last kReleaseSeconds (at the pace seen, where the program is
  // younger), no more to each than it ended and no more in all than there is. What this leaves is
  // nobody's.
  int32_t sockets = 0;
  friend bool operator==(const PoolOwner&, const PoolOwner&) = default;
};

// One pool at one moment. Counts are sockets; conntrack entries for a SNAT pool and the conntrack
// table; distinct ports for a bind and a UDP pool; connections for a listener.
struct PoolSample {
  PoolKind kind = PoolKind::kConnect;
  PoolKey key;
  // What is guaranteed, by kind: range rounded down to even - reserved - blocked;
  // tcp_max_tw_buckets; range - reserved (bind, UDP); the masquerade range; nf_conntrack_max; the
  // backlog.
  int32_t capacity = 0;
  // What takes a place now, by kind: sockets of the key, any state, whose local port is in the
  // range and not blocked; mini-sockets; ports of the range that bind(0) may not share, or with a
  // UDP socket; conntrack entries; the accept queue.
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
  // Connections ended per second, by either side. Nothing where the source sees no more than the
  // TIME_WAIT of this side.
  std::optional<double> close_rate;
  // Which share of the closes this side made first, 0 to 1. Nothing while not known or without a
  // close.
  std::optional<double> local_close_share;
  // Which share of the pool's auto-bound sockets has the parity that connect() takes last, 0 to 1:
  // about 0 below the knee at half of the capacity, rising beyond it; high below it where clients
  // call bind() first. Nothing in a pool without sockets.
  std::optional<double> wrong_parity_share;
  // Which share of the key's sockets has a port made by bind() before connect(), 0 to 1. Such a
  // port is blocked, not in use here. Nothing where the kernel was not asked (a BPF iterator).
  std::optional<double> early_bind_share;
  // connect() calls that found no port since the sample before. Nothing where no BPF program counts
  // them.
  std::optional<int64_t> connect_failures;
  // Largest first; only for pools worth naming, and within bounds.
  std::vector<PoolOwner> owners;
  // kReleaseSeconds entries, or empty when there is no TIME_WAIT.
  std::vector<int32_t> time_wait_releases;

  PoolId id() const { return {kind, key}; }
  // capacity - in_use + reusable, never below 0.
  int32_t headroom() const {
    const int64_t left = int64_t{capacity} - in_use + reusable;
    return static_cast<int32_t>(std::clamp<int64_t>(left, 0, std::numeric_limits<int32_t>::max()));
  }
  // (in_use - reusable) / capacity; 1 when the capacity is 0.
  double utilization() const {
    return capacity > 0 ? (static_cast<double>(in_use) - reusable) / capacity : 1.0;
  }
  friend bool operator==(const PoolSample&, const PoolSample&) = default;
};

// The connect pools of a namespace that are too small to be told apart in a sample, added up, so
// that sums over the namespace stay exact.
struct PoolRemainder {
  // How many pools; at least this many where is_lower_bound.
  int32_t pool_count = 0;
  int64_t in_use = 0;
  int64_t reusable = 0;
  StateCounts states;
  // As of PoolSample; empty when there is no TIME_WAIT.
  std::vector<int32_t> time_wait_releases;
  // The number of pools beyond a bound of memory is not counted, their sockets are.
  bool is_lower_bound = false;
  friend bool operator==(const PoolRemainder&, const PoolRemainder&) = default;
};

// Something in a namespace that is worth saying and is no pool.
enum class FindingKind : uint8_t {
  // A socket connected to itself: a client dialled a dead local service whose port is in the range.
  kSelfConnect = 1,
  // A listener is gone and its port is held by TIME_WAIT (or by connections it left): bind() fails
  // with EADDRINUSE unless both listeners use SO_REUSEADDR.
  kRestartBlocked = 2,
};
struct NetnsFinding {
  FindingKind kind = FindingKind::kSelfConnect;
  // The local address; of a wildcard listener, the unspecified one.
  IpAddress address;
  uint16_t port = 0;
  // Sockets that show it.
  int32_t sockets = 0;
  friend bool operator==(const NetnsFinding&, const NetnsFinding&) = default;
};

// connect() calls of one process towards one destination that found no port (BPF).
struct ConnectFailure {
  PoolKey key;
  std::string process;
  int32_t pid = 0;
  std::string cgroup;
  // Since the sample before.
  int64_t count = 0;
  friend bool operator==(const ConnectFailure&, const ConnectFailure&) = default;
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
  SocketSource source = SocketSource::kNetlink;
  // UDP sockets of both families (sockstat).
  int32_t udp_in_use = 0;
  // By name, "TcpExt.ListenOverflows": how much each counter rose since the sample before. Those
  // that did not rise are left out; all are in the first sample.
  std::map<std::string, int64_t> counters;
  std::vector<NetnsFinding> findings;
  std::vector<ConnectFailure> connect_failures;
  // Rises each time that the pools are read: in a sample with the number of the one before, they
  // are still those of then, since it was not yet their turn. 0 from an agent that does not say.
  int64_t dump_number = 0;
  // Nothing when every connect pool is in `pools`.
  std::optional<PoolRemainder> remainder;
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
