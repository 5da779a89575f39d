#ifndef BERTHMASTER_AGENT_KERNEL_CGROUP_IDS_H_
#define BERTHMASTER_AGENT_KERNEL_CGROUP_IDS_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "common/file/file.h"

namespace berthmaster {

// Paths that are remembered; when there are more, all are forgotten and asked for again.
inline constexpr size_t kCgroupPathsMax = 4096;

// Turns the ids of cgroups of v2, as sock_diag (INET_DIAG_CGROUP_ID) and BPF say them, into paths.
// The id is the file handle of the cgroup's directory (FILEID_KERNFS), so that it can be opened by
// it; this takes CAP_DAC_READ_SEARCH. One thread.
class CgroupIds {
 public:
  // Finds the mount of cgroup v2 by itself: /sys/fs/cgroup, or /sys/fs/cgroup/unified beside v1.
  CgroupIds();
  // `mount_point` is that of cgroup v2.
  explicit CgroupIds(const std::string& mount_point);

  // Below the mount: "/system.slice/nginx.service", "/" of the root. Empty when there is no such
  // cgroup, when it lies outside of the mount (in a cgroup namespace), when v2 is not mounted or
  // without the privilege. About 5 us for the first time, then nothing: an id is not used again,
  // and a cgroup that is gone keeps its path, as its sockets in TIME_WAIT may still name it.
  std::string PathOf(uint64_t cgroup_id);

 private:
  std::string ReadPath(uint64_t cgroup_id) const;

  std::string mount_point_;
  UniqueFd mount_;
  absl::flat_hash_map<uint64_t, std::string> known_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_CGROUP_IDS_H_
