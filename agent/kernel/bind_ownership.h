#ifndef BERTHMASTER_AGENT_KERNEL_BIND_OWNERSHIP_H_
#define BERTHMASTER_AGENT_KERNEL_BIND_OWNERSHIP_H_

#include "absl/status/statusor.h"
#include "agent/kernel/netns_directory.h"
#include "common/net/port_range.h"

namespace berthmaster {

// Tells ports that bind() took from ports that connect() took, which sock_diag does not say.
class BindOwnershipReader {
 public:
  virtual ~BindOwnershipReader() = default;

  // The local ports of the namespace that are closed to every connect() without bind, because their
  // bind bucket has a bind()-made user (__inet_hash_connect: fastreuse or fastreuseport is not -1):
  // listeners, bound clients, what they left in TIME_WAIT. Walks the socket table once; one thread.
  // UNIMPLEMENTED or PERMISSION_DENIED, with the remedy, where this host has no such program: then
  // there is no point in asking again.
  virtual absl::StatusOr<PortSet> ReadClosedPorts(const NetnsEntry& netns) = 0;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_BIND_OWNERSHIP_H_
