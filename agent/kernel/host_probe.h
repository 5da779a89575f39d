#ifndef BERTHMASTER_AGENT_KERNEL_HOST_PROBE_H_
#define BERTHMASTER_AGENT_KERNEL_HOST_PROBE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "agent/kernel/capabilities.h"
#include "agent/kernel/open_files_limit.h"

namespace berthmaster {

enum class HidePid : uint8_t { kOff, kNoAccess, kInvisible, kPtraceable };

// What the kernel offers this process, as far as trying tells without changing anything. A status
// that is not OK says what failed; what is nothing could not be found out.
struct HostFacts {
  std::string kernel_release;
  std::optional<CapabilityState> capabilities;
  std::optional<FileLimit> file_limit;
  // A dump of sockets in the own namespace by netlink.
  absl::Status sock_diag;
  // SO_NETNS_COOKIE.
  absl::Status netns_cookie;
  // Entering the own namespace, which takes what entering any takes.
  absl::Status setns;
  // Looking at the namespaces of process 1.
  absl::Status process_1;
  // The kernel's type information, which BPF programs are fitted with.
  absl::Status btf;
  // Opening a sysctl for writing.
  absl::Status sysctl_write;
  // Whether conntrack is loaded.
  bool has_conntrack = false;
  // 1, 2, or both at once (hybrid).
  bool has_cgroup_v1 = false;
  bool has_cgroup_v2 = false;
  std::optional<HidePid> hide_pid;
  // The namespaces that are found now, and what could not be looked at.
  int netns_count = 0;
  std::vector<std::string> netns_limitations;
};

// Uses a thread of its own for a moment.
HostFacts ProbeHost();

// The value of hidepid= among the options of the /proc mount in the text of /proc/self/mounts;
// nothing where there is no such mount. Pure.
std::optional<HidePid> ParseHidePid(absl::string_view mounts);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_HOST_PROBE_H_
