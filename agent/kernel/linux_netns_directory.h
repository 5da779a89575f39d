#ifndef BERTHMASTER_AGENT_KERNEL_LINUX_NETNS_DIRECTORY_H_
#define BERTHMASTER_AGENT_KERNEL_LINUX_NETNS_DIRECTORY_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/kernel/netns_directory.h"
#include "common/clock/clock.h"

namespace berthmaster {

// How old the last look at /proc may be. Looking costs some 5 us for each process of the host, more
// than the rest of a sample of a quiet host; a new namespace is seen this much later, and one that
// is gone is kept this much longer.
inline constexpr absl::Duration kScanInterval = absl::Seconds(3);

// Finds namespaces in /proc/*/ns/net and /run/netns. Remembers each one's cookie and descriptor for
// as long as it is found, and drops them when the next look does not find it, so that a namespace
// is not kept alive by being watched. Namespaces held only by an open descriptor, or by a thread
// that left its process's namespace, are not found.
class LinuxNetnsDirectory final : public NetnsDirectory {
 public:
  // `filter` as of IsWantedNetns(). `clock` must outlive it.
  LinuxNetnsDirectory(std::vector<std::string> filter, const Clock& clock);

  // Enters each new namespace once, for its cookie: to be called on a thread of one's own, see
  // RunInNetns().
  absl::StatusOr<NetnsListing> List() override;

 private:
  absl::Status Scan();

  const std::vector<std::string> filter_;
  const Clock& clock_;
  std::optional<absl::Duration> last_scan_;
  // By inode.
  std::map<uint64_t, NetnsEntry> known_;
  std::vector<std::string> limitations_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_LINUX_NETNS_DIRECTORY_H_
