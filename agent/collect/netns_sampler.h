#ifndef BERTHMASTER_AGENT_COLLECT_NETNS_SAMPLER_H_
#define BERTHMASTER_AGENT_COLLECT_NETNS_SAMPLER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/collect/exhaustion_watch.h"
#include "agent/collect/listener_memory.h"
#include "agent/collect/pool_counts.h"
#include "agent/collect/port_space.h"
#include "agent/collect/rate.h"
#include "agent/kernel/netns_facts.h"
#include "agent/kernel/socket_dump.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// How many pools of one namespace go into a sample: those nearest to exhaustion. More are of no use
// to anyone, and a crawler's tens of thousands of destinations would fill the history with pools of
// one socket.
inline constexpr size_t kPoolsPerNetnsMax = 4000;

// A dump walks the socket table of the whole host, so a namespace is dumped, and its files are
// read, at every sample only while it is busy: while sockstat's few numbers do not exclude that a
// pool of it is near its limit, because its sockets are at least this share of the smallest
// capacity.
inline constexpr double kQuietShare = 0.10;
// How often a quiet namespace's files are read, and how often it is dumped when the numbers have
// changed since the last dump.
inline constexpr absl::Duration kQuietInterval = absl::Seconds(10);
// How often it is dumped when they have not.
inline constexpr absl::Duration kUnchangedInterval = absl::Seconds(60);

// A namespace that may be near a limit is dumped before its time when its sockets have risen by
// this share of the smallest capacity since the last dump: a pool cannot have risen by more.
inline constexpr double kRiseShare = 0.05;
// How much of the interval between dumps has to be over: ticks are not exact.
inline constexpr double kIntervalSlack = 0.9;

// Takes the samples of one namespace, and remembers between them what rates and directions need.
// One thread.
class NetnsSampler {
 public:
  // The namespace now; `now` is monotonic. The pools of a namespace that is not dumped this time
  // are those of the last dump. The first call always reads and dumps; so does one that finds other
  // tunables than the last dump had. Errors: those of the reader, and of the dump after a second
  // try; NOT_FOUND or INVALID_ARGUMENT when the port range is not known.
  absl::StatusOr<NetnsSample> Sample(const NetnsEntry& netns, absl::Duration now,
                                     NetnsFactsReader& reader, SocketDump& dump);

  // How often a busy namespace is dumped while it is neither close to exhaustion nor rising; 0, as
  // at first, for at every sample.
  void set_sample_interval(absl::Duration interval) { sample_interval_ = interval; }

  // Whether these counts are worth a dump before its time.
  bool IsRising(const SockstatCounts& counts) const;

  // Whether the last dump showed a pool close to exhaustion.
  bool is_close() const { return exhaustion_.is_close(); }

 private:
  // What the last reading of the files gave.
  struct KnownFacts {
    NetnsFacts facts;
    PortSpace space;
    absl::Duration time;
  };
  // What the last dump was made from.
  struct LastDump {
    SockstatCounts counts;
    std::map<std::string, std::string> sysctls;
    absl::Duration time;
  };

  bool IsBusy(const SockstatCounts& counts) const;
  absl::Status ReadFacts(const NetnsEntry& netns, absl::Duration now, NetnsFactsReader& reader);
  bool IsDumpDue(const SockstatCounts& counts, absl::Duration now) const;
  absl::Status Dump(const NetnsEntry& netns, absl::Duration now, SocketDump& dump);
  void SetPools(const NetnsCounts& counts, absl::Duration now);
  void SetRates(const PoolCounts& counts, std::optional<absl::Duration> reuse_delay,
                absl::Duration now, PoolSample& pool);

  absl::Duration sample_interval_;
  ExhaustionWatch exhaustion_;
  ListenerMemory listeners_;
  // Of the pools in the last dump's sample.
  absl::flat_hash_map<RawPoolKey, LiveHistory> histories_;
  // Whether every pool of the last dump is in histories_.
  bool histories_are_whole_ = false;
  std::optional<absl::Duration> last_sample_;
  std::optional<KnownFacts> known_;
  std::optional<LastDump> last_dump_;
  // What the last dump gave: pools, listening ports, limitations.
  NetnsSample last_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_COLLECT_NETNS_SAMPLER_H_
