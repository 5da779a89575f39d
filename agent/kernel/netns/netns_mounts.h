#ifndef BERTHMASTER_AGENT_KERNEL_NETNS_NETNS_MOUNTS_H_
#define BERTHMASTER_AGENT_KERNEL_NETNS_NETNS_MOUNTS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "common/file/file.h"

namespace berthmaster {

// The mounts of one mount namespace that are read at most: fs.mount-max (100,000) of some 300 bytes
// each.
inline constexpr size_t kMountInfoBytesMax = size_t{32} << 20;

// A network namespace that is bind-mounted.
struct NetnsMount {
  uint64_t inode = 0;
  // Within its mount namespace: /run/netns/blue.
  std::string mount_point;
  friend bool operator==(const NetnsMount&, const NetnsMount&) = default;
};

// The network namespaces that are bind-mounted anywhere in one mount namespace: in /run/netns by
// iproute2, containerd and CRI-O, in /run/docker/netns by Docker. Reads mountinfo only when the
// kernel says that a mount has changed (poll(2), proc_pid_mountinfo(5)), so that a look at a host
// with thousands of mounts costs nothing most times. One thread.
class NetnsMounts {
 public:
  // `process` is the directory of a process of that mount namespace: /proc/self.
  explicit NetnsMounts(const std::string& process);

  // The mounts as they are now, in the order of mountinfo; at most kNamespacesMax. Empty when they
  // may not be looked at.
  const std::vector<NetnsMount>& Read();

  // Whether something is left out for one of the bounds.
  bool is_cut() const { return is_cut_; }

 private:
  bool HasChanged() const;
  void ReadAll();

  UniqueFd file_;
  bool is_read_ = false;
  bool is_cut_ = false;
  std::vector<NetnsMount> mounts_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_NETNS_NETNS_MOUNTS_H_
