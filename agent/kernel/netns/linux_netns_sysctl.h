#ifndef BERTHMASTER_AGENT_KERNEL_NETNS_LINUX_NETNS_SYSCTL_H_
#define BERTHMASTER_AGENT_KERNEL_NETNS_LINUX_NETNS_SYSCTL_H_

#include <string>
#include <vector>

#include "agent/kernel/netns/netns_door.h"
#include "agent/kernel/netns/netns_sysctl.h"

namespace berthmaster {

// Reads and writes sysctls of the host's namespaces, on a thread of its own. Holds no namespace
// alive between calls.
class LinuxNetnsSysctl final : public NetnsSysctl {
 public:
  // `filter` as of IsWantedNetns(): a namespace outside it is PERMISSION_DENIED for reads and
  // writes.
  explicit LinuxNetnsSysctl(std::vector<std::string> filter);

  absl::StatusOr<std::string> Read(const NetnsId& netns, absl::string_view sysctl) override;
  absl::Status Write(const NetnsId& netns, absl::string_view sysctl,
                     absl::string_view value) override;

 private:
  NetnsDoor door_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_NETNS_LINUX_NETNS_SYSCTL_H_
