#ifndef BERTHMASTER_AGENT_KERNEL_NETNS_NETNS_SYSCTL_H_
#define BERTHMASTER_AGENT_KERNEL_NETNS_NETNS_SYSCTL_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace berthmaster {

// Names one network namespace. Both must match: an inode is used again after a namespace is gone, a
// cookie is not.
struct NetnsId {
  uint64_t cookie = 0;
  uint64_t inode = 0;
  friend bool operator==(const NetnsId&, const NetnsId&) = default;
};

// Reads and writes sysctls inside one network namespace. The only door through which the agent
// changes a kernel. Implementations may be called from one thread at a time; a call may block for
// as long as a file in /proc/sys takes.
class NetnsSysctl {
 public:
  virtual ~NetnsSysctl() = default;

  // The effective value, normalised (common/sysctl/value.h). NOT_FOUND only when the namespace is
  // gone; UNIMPLEMENTED when this kernel has no such sysctl there; PERMISSION_DENIED when the
  // namespace may not be entered, or may be one of those that could not be looked at.
  virtual absl::StatusOr<std::string> Read(const NetnsId& netns, absl::string_view sysctl) = 0;

  // Writes `value`. Before the write the implementation has entered the namespace and has checked
  // its cookie and the inode of /proc/thread-self/ns/net; when either differs nothing is written
  // and FAILED_PRECONDITION is returned. An empty value clears a port list. Other errors: NOT_FOUND
  // and UNIMPLEMENTED as for Read, PERMISSION_DENIED (EACCES, EPERM, EROFS), INVALID_ARGUMENT when
  // the kernel refuses it.
  virtual absl::Status Write(const NetnsId& netns, absl::string_view sysctl,
                             absl::string_view value) = 0;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_NETNS_NETNS_SYSCTL_H_
