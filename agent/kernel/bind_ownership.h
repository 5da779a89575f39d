#ifndef BERTHMASTER_AGENT_KERNEL_BIND_OWNERSHIP_H_
#define BERTHMASTER_AGENT_KERNEL_BIND_OWNERSHIP_H_

#include "absl/status/statusor.h"
#include "agent/kernel/netns/netns_directory.h"
#include "common/net/port_range.h"

namespace berthmaster {

// Tells ports that bind() took from ports that connect() took, which sock_diag does not say.
class BindOwnershipReader {
 public:
  virtual ~BindOwnershipReader() = default;

  // The local ports of the namespace that are closed to every connect() without bind, because their
  // bind bucket has a bind()-made user (__inet_hash_connect: fastreuse or fastreuseport is not -1):
  // listeners of either family, their accepted connections, bound clients, and what these left in
  // FIN_WAIT_2 and TIME_WAIT. Sockets that are only bound may be missing, so the caller unites the
  // result with their rows and those of listeners (SocketDump). A port that is closed in one VRF
  // only is in it too; ip_local_reserved_ports are not. Sockets that come or go meanwhile may be
  // seen or not. For the thread that RunInNetns() is for, one call at a time.
  // NOT_FOUND and FAILED_PRECONDITION when the namespace is not the one that was meant, see
  // RunInNetns(). UNIMPLEMENTED or PERMISSION_DENIED, with the remedy, where this host has no such
  // program: then there is no point in asking again.
  virtual absl::StatusOr<PortSet> ReadClosedPorts(const NetnsEntry& netns) = 0;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_BIND_OWNERSHIP_H_
