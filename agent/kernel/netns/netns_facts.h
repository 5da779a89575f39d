#ifndef BERTHMASTER_AGENT_KERNEL_NETNS_NETNS_FACTS_H_
#define BERTHMASTER_AGENT_KERNEL_NETNS_NETNS_FACTS_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/kernel/netns/netns_directory.h"
#include "agent/kernel/netns/proc_net.h"
#include "agent/kernel/proc_file.h"
#include "common/clock/clock.h"
#include "common/sysctl/catalogue.h"

namespace berthmaster {

// What takes a file to read for each, or a large one.
struct NetnsFacts {
  // The tunables of common/sysctl that this kernel has there, normalised. Those that say how many
  // ports there are and what is reusable, and those that Berthmaster writes, are as of now; the
  // others at most kSlowTunablesInterval old.
  std::map<std::string, std::string> sysctls;
  // Every counter of /proc/net/snmp, snmp6 and netstat that matters here, by name ("TcpExt.TW",
  // "Udp6.NoPorts"), since the namespace was made. What this kernel does not count is absent.
  std::map<std::string, int64_t> counters;
  // TcpExt TCPTimeWaitOverflow.
  int64_t time_wait_overflow_count = 0;
  // What could not be read, for a person.
  std::vector<std::string> limitations;
};

// The tunables that no figure hangs on are some thirty files, most of what a sample of a busy
// namespace would cost, and nobody changes them from one sample to the next.
inline constexpr absl::Duration kSlowTunablesInterval = absl::Minutes(2);
// Of how many namespaces they are kept, 1.5 KiB each: more than can be busy at once. Where there
// are more, theirs are read each time.
inline constexpr size_t kSlowTunablesKeptMax = 512;

// Reads what can be known of a namespace without a dump. One thread. Errors of both: NOT_FOUND,
// PERMISSION_DENIED and FAILED_PRECONDITION as of entering the namespace.
class NetnsFactsReader {
 public:
  virtual ~NetnsFactsReader() = default;

  // How many sockets there are: cheap, and enough to see that no pool can be near its limit.
  virtual absl::StatusOr<SockstatCounts> ReadCounts(const NetnsEntry& netns) = 0;

  virtual absl::StatusOr<NetnsFacts> ReadFacts(const NetnsEntry& netns) = 0;
};

// Reads from /proc. To be called on a thread of one's own, see RunInNetns().
class LinuxNetnsFactsReader final : public NetnsFactsReader {
 public:
  // `clock` must outlive the reader.
  explicit LinuxNetnsFactsReader(const Clock& clock) : clock_(clock) {}

  absl::StatusOr<SockstatCounts> ReadCounts(const NetnsEntry& netns) override;
  absl::StatusOr<NetnsFacts> ReadFacts(const NetnsEntry& netns) override;

 private:
  struct SlowTunables {
    absl::Duration read_at;
    // (tunable, value); only those that are there.
    std::vector<std::pair<const Tunable*, std::string>> values;
    std::vector<std::string> limitations;
  };

  absl::Status ReadSockstats(SockstatCounts& counts);
  void ReadFastTunables(NetnsFacts& facts);
  void AddSlowTunables(uint64_t netns_cookie, NetnsFacts& facts);
  void Keep(uint64_t netns_cookie, SlowTunables tunables);
  void ReadCounters(NetnsFacts& facts);

  const Clock& clock_;
  ProcFileReader file_reader_;
  // By cookie.
  std::map<uint64_t, SlowTunables> slow_tunables_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_NETNS_NETNS_FACTS_H_
