#ifndef BERTHMASTER_AGENT_COLLECT_NETNS_SAMPLER_H_
#define BERTHMASTER_AGENT_COLLECT_NETNS_SAMPLER_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/collect/connect_traffic.h"
#include "agent/collect/conntrack_sampler.h"
#include "agent/collect/counter_deltas.h"
#include "agent/collect/exhaustion_watch.h"
#include "agent/collect/failure_log.h"
#include "agent/collect/port_space.h"
#include "agent/collect/quiet_dump_budget.h"
#include "agent/collect/socket_pools.h"
#include "agent/collect/time_wait_makers.h"
#include "agent/collect/udp_pools.h"
#include "agent/kernel/bind_ownership.h"
#include "agent/kernel/connect_watch.h"
#include "agent/kernel/netfilter/conntrack_reader.h"
#include "agent/kernel/netns/netns_facts.h"
#include "agent/kernel/sockets/socket_dump.h"
#include "agent/kernel/sockets/socket_owners.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// Where the figures of a namespace come from, and how often. Those that this host has not are null.
struct NetnsReaders {
  NetnsFactsReader& facts;
  SocketDump& dump;
  BindOwnershipReader* bind_ownership = nullptr;
  ConntrackReader* conntrack = nullptr;
  SocketOwners* owners = nullptr;
  // Of the dumps of quiet namespaces; null when they may cost what they will.
  QuietDumpBudget* quiet_budget = nullptr;
  // How often a busy namespace is read and dumped; one that is close to exhaustion or rises is at
  // every sample.
  absl::Duration busy_interval;
};

// What ConnectWatch saw in one namespace since the sample before.
struct NetnsActivity {
  std::vector<FailedConnects> failures;
  std::vector<PoolTraffic> pools;
  std::vector<TimeWaitMaker> time_wait_makers;
  // False where some of the host's traffic was not counted.
  bool is_traffic_whole = true;
};

// A namespace that may be near a limit is dumped before its time when its sockets have risen by
// this share of the smallest capacity since the last dump: a pool cannot have risen by more.
inline constexpr double kRiseShare = 0.05;
// How much of the interval between dumps has to be over: ticks are not exact.
inline constexpr double kIntervalSlack = 0.9;

// Takes the samples of one namespace, and remembers between them what they need. One thread.
class NetnsSampler {
 public:
  // Notes what the watch saw; to be called before each Sample() while there is a watch, also when
  // it saw nothing. `now` is monotonic.
  void NoteActivity(const NetnsActivity& activity, absl::Duration now);

  // Makes the next Sample() read the tunables and counters, however quiet the namespace is.
  void ReadAtNextSample() { is_reading_asked_ = true; }

  // The namespace now. The pools of a namespace that is not dumped this time are those of the last
  // dump; before the first there are none, and a limitation says so. One that finds other tunables
  // than the last dump had, or failed connects, dumps; the others of a quiet namespace, the first
  // too, are made when the budget has room. `inodes_left`: see SocketPools. Errors: those of the
  // reader, and of the dump after a second try; NOT_FOUND or INVALID_ARGUMENT when the port range
  // is not known. Nothing that was counted is lost with one.
  absl::StatusOr<NetnsSample> Sample(const NetnsEntry& netns, absl::Duration now,
                                     const NetnsReaders& readers, size_t& inodes_left);

  // Whether these counts are worth a dump before its time.
  bool IsRising(const SockstatCounts& counts) const;

  // Whether the last dump showed a pool close to exhaustion.
  bool is_close() const { return exhaustion_.is_close(); }

 private:
  // What the last reading of the files gave.
  struct KnownFacts {
    NetnsFacts facts;
    // Another one for other tunables.
    int64_t sysctls_version = 0;
    // Nothing where no tunable can be read: then there are no pools, only counts.
    std::optional<PortSpace> space;
    absl::Duration time;
    // Then.
    SockstatCounts counts;
  };
  // What the last dump was made from.
  struct LastDump {
    SockstatCounts counts;
    int64_t sysctls_version = 0;
    absl::Duration time;
    // Of this thread; 0 without a budget.
    absl::Duration cpu;
  };

  bool IsNetnsBusy(const SockstatCounts& counts) const;
  bool IsBusyTurn(const SockstatCounts& counts, absl::Duration last, absl::Duration now,
                  absl::Duration busy_interval) const;
  bool IsReadingDue(const SockstatCounts& counts, absl::Duration now,
                    absl::Duration busy_interval) const;
  absl::Status ReadFacts(const NetnsEntry& netns, const SockstatCounts& counts, absl::Duration now,
                         NetnsFactsReader& reader);
  bool HasNews() const;
  bool IsQuietDumpDue(const SockstatCounts& counts, absl::Duration now,
                      const QuietDumpBudget* budget) const;
  bool IsDumpDue(const SockstatCounts& counts, absl::Duration now,
                 const NetnsReaders& readers) const;
  absl::Status Dump(const NetnsEntry& netns, const SockstatCounts& counts, absl::Duration now,
                    const NetnsReaders& readers, size_t& inodes_left);
  void AddFacts(const SockstatCounts& counts, NetnsSample& sample);
  void AddActivity(SocketOwners* owners, NetnsSample& sample);

  std::optional<KnownFacts> known_;
  bool is_reading_asked_ = false;
  std::optional<LastDump> last_dump_;
  bool has_tried_dump_ = false;
  SocketPools socket_pools_;
  UdpPools udp_pools_;
  ConntrackSampler conntrack_;
  CounterDeltas counters_;
  // Nothing without a watch.
  std::optional<ConnectTraffic> traffic_;
  // None without a watch.
  TimeWaitMakers makers_;
  FailureLog failures_;
  std::optional<absl::Duration> last_sample_;
  // What the last dump gave.
  NetnsSample last_;
  int64_t dump_count_ = 0;
  ExhaustionWatch exhaustion_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_COLLECT_NETNS_SAMPLER_H_
