#ifndef BERTHMASTER_AGENT_KERNEL_NETNS_FACTS_H_
#define BERTHMASTER_AGENT_KERNEL_NETNS_FACTS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "agent/kernel/netns_directory.h"
#include "agent/kernel/proc_net.h"

namespace berthmaster {

// What changes seldom, and takes a file to read for each.
struct NetnsFacts {
  // The tunables of common/sysctl that this kernel has, normalised.
  std::map<std::string, std::string> sysctls;
  // Every counter of /proc/net/snmp and netstat that matters here, by name ("TcpExt.TW"), since the
  // namespace was made.
  std::map<std::string, int64_t> counters;
  // TcpExt TCPTimeWaitOverflow.
  int64_t time_wait_overflow_count = 0;
  // What could not be read, for a person.
  std::vector<std::string> limitations;
};

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
  absl::StatusOr<SockstatCounts> ReadCounts(const NetnsEntry& netns) override;
  absl::StatusOr<NetnsFacts> ReadFacts(const NetnsEntry& netns) override;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_NETNS_FACTS_H_
