#ifndef BERTHMASTER_AGENT_KERNEL_NETNS_SYSCTL_FILE_H_
#define BERTHMASTER_AGENT_KERNEL_NETNS_SYSCTL_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace berthmaster {

// Sysctls as files. /proc/sys/net shows the namespace of the thread that opens a file
// (net_ctl_header_lookup), so all of this speaks of the calling thread's namespace.

// "net.ipv4.tcp_tw_reuse" → "/proc/sys/net/ipv4/tcp_tw_reuse". INVALID_ARGUMENT unless the name
// matches
// ^[a-z0-9_]+(\.[a-z0-9_-]+)+$: no slash and no empty part can get in, so no other file can be
// named.
absl::StatusOr<std::string> SysctlPath(absl::string_view sysctl);

// The value, normalised. NOT_FOUND when this kernel has no such sysctl here.
absl::StatusOr<std::string> ReadSysctlFile(absl::string_view sysctl);

// Writes `value` with one write(2); an empty one as a line end, which clears a list. NOT_FOUND,
// PERMISSION_DENIED (EACCES, EPERM, EROFS), INVALID_ARGUMENT when the kernel refuses the value.
absl::Status WriteSysctlFile(absl::string_view sysctl, absl::string_view value);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_NETNS_SYSCTL_FILE_H_
