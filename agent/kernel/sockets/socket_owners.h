#ifndef BERTHMASTER_AGENT_KERNEL_SOCKETS_SOCKET_OWNERS_H_
#define BERTHMASTER_AGENT_KERNEL_SOCKETS_SOCKET_OWNERS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"

namespace berthmaster {

// A process that holds a socket.
struct ProcessId {
  int32_t pid = 0;
  // Cleaned for a terminal.
  std::string name;
  // Below the mount of cgroup v2 (of the named hierarchy of v1); empty when not known.
  std::string cgroup;
};

// Finds the processes that hold sockets.
class SocketOwners {
 public:
  virtual ~SocketOwners() = default;

  // The process of each of these sockets (SocketRow::inode), as far as they are found within the
  // budget: looking through /proc/<pid>/fd costs about a microsecond for each open file of the
  // host, so a call looks at a bounded number of files and goes on there in the next call. One
  // thread. PERMISSION_DENIED, with the remedy, when no other process may be looked at.
  virtual absl::StatusOr<absl::flat_hash_map<uint32_t, ProcessId>> Find(
      const absl::flat_hash_set<uint32_t>& inodes) = 0;

  // The path of a cgroup of v2 by its id; empty when there is none.
  virtual std::string CgroupPath(uint64_t cgroup_id) = 0;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_SOCKETS_SOCKET_OWNERS_H_
