#ifndef BERTHMASTER_AGENT_KERNEL_NETNS_MOUNT_INFO_H_
#define BERTHMASTER_AGENT_KERNEL_NETNS_MOUNT_INFO_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace berthmaster {

// One line of /proc/<pid>/mountinfo (proc_pid_mountinfo(5)), as far as it is of use here. The parts
// point into the line and are escaped as the kernel does it (UnescapeMountText).
struct MountLine {
  // What of the file system is mounted: "/"; of a namespace "net:[4026532281]".
  absl::string_view root;
  absl::string_view mount_point;
  // nsfs, cgroup2.
  absl::string_view file_system;
};

// Nothing for a line that is none.
std::optional<MountLine> ParseMountLine(absl::string_view line);

// The inode of the network namespace that is mounted; nothing when something else is.
std::optional<uint64_t> NetnsInodeOf(const MountLine& line);

// The kernel writes space, tab, newline and backslash as "\040" and so on (mangle()).
std::string UnescapeMountText(absl::string_view text);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_NETNS_MOUNT_INFO_H_
