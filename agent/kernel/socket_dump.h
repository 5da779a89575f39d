#ifndef BERTHMASTER_AGENT_KERNEL_SOCKET_DUMP_H_
#define BERTHMASTER_AGENT_KERNEL_SOCKET_DUMP_H_

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "agent/kernel/netns_directory.h"
#include "agent/kernel/socket_row.h"

namespace berthmaster {

// Visits the sockets of one namespace.
class SocketDump {
 public:
  virtual ~SocketDump() = default;

  // Calls `visit` for every TCP socket, listening and bound ones before all others. One thread.
  // After an error the rows visited so far are not the whole: forget them. UNAVAILABLE is worth
  // another try; PERMISSION_DENIED and UNIMPLEMENTED are not.
  virtual absl::Status Visit(const NetnsEntry& netns,
                             absl::FunctionRef<void(const SocketRow&)> visit) = 0;

  // The same for every UDP socket, in no order. One that is not connected is BOUND_INACTIVE.
  // UNIMPLEMENTED from a source that cannot see them.
  virtual absl::Status VisitUdp(const NetnsEntry& netns,
                                absl::FunctionRef<void(const SocketRow&)> visit) = 0;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_SOCKET_DUMP_H_
