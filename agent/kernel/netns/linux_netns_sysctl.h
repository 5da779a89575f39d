#ifndef BERTHMASTER_AGENT_KERNEL_NETNS_LINUX_NETNS_SYSCTL_H_
#define BERTHMASTER_AGENT_KERNEL_NETNS_LINUX_NETNS_SYSCTL_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "agent/kernel/netns/netns_sysctl.h"
#include "agent/kernel/netns/netns_thread.h"
#include "common/file/file.h"

namespace berthmaster {

// Reads and writes sysctls of the host's namespaces, on a thread of its own. Holds no namespace
// alive between calls.
class LinuxNetnsSysctl final : public NetnsSysctl {
 public:
  // `filter` as of IsWantedNetns(): a namespace outside it is NOT_FOUND for reads and writes.
  explicit LinuxNetnsSysctl(std::vector<std::string> filter);

  absl::StatusOr<std::string> Read(const NetnsId& netns, absl::string_view sysctl) override;
  absl::Status Write(const NetnsId& netns, absl::string_view sysctl,
                     absl::string_view value) override;

 private:
  absl::StatusOr<UniqueFd> Open(uint64_t inode);
  absl::Status RunChecked(const NetnsId& netns, absl::FunctionRef<absl::Status()> work);

  const std::vector<std::string> filter_;
  // Where each namespace was found last, by inode: looked at first, before /proc is scanned again.
  // Cleared when it grows past kNamespacesMax.
  std::map<uint64_t, std::string> paths_;
  NetnsThread thread_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_NETNS_LINUX_NETNS_SYSCTL_H_
