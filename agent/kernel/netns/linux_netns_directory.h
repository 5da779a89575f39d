#ifndef BERTHMASTER_AGENT_KERNEL_NETNS_LINUX_NETNS_DIRECTORY_H_
#define BERTHMASTER_AGENT_KERNEL_NETNS_LINUX_NETNS_DIRECTORY_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/kernel/netns/netns_directory.h"
#include "agent/kernel/netns/netns_labels.h"
#include "agent/kernel/netns/netns_scan.h"
#include "common/clock/clock.h"

namespace berthmaster {

// How old the last look at the host may be. A new namespace is seen this much later, and one that
// is gone is kept this much longer. A look costs about 1 us for each process and 3 us for each
// namespace: 2.5 ms of CPU with 2,000 and 200 of them (netns_scan_bench).
inline constexpr absl::Duration kScanInterval = absl::Seconds(3);

// Finds namespaces as NetnsScanner does. Remembers each one's cookie and descriptor for as long as
// it is found, and drops them when the next look does not find it, so that a namespace is not kept
// alive by being watched. Holds at most HeldNetnsMax() of them, the host's first, and says how many
// it leaves out.
class LinuxNetnsDirectory final : public NetnsDirectory {
 public:
  // `filter` as of IsWantedNetns(). `clock` must outlive it.
  LinuxNetnsDirectory(std::vector<std::string> filter, const Clock& clock);

  // Enters each new namespace once, for its cookie: to be called on a thread of one's own, see
  // RunInNetns().
  absl::StatusOr<NetnsListing> List() override;

 private:
  // Namespaces that are not among the entries although they are there.
  struct LeftOut;

  absl::Status Scan();
  // Takes it over from `known_`, or opens it, and puts it into `still_known`.
  void Keep(uint64_t inode, const FoundNetns& found, std::map<uint64_t, NetnsEntry>& still_known,
            LeftOut& left_out);
  void SayLeftOut(const LeftOut& left_out);

  const std::vector<std::string> filter_;
  const Clock& clock_;
  NetnsScanner scanner_;
  NetnsLabels labels_;
  std::optional<absl::Duration> last_scan_;
  // By inode.
  std::map<uint64_t, NetnsEntry> known_;
  std::vector<std::string> limitations_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_NETNS_LINUX_NETNS_DIRECTORY_H_
