#ifndef BERTHMASTER_AGENT_KERNEL_SOCKETS_HELD_PORTS_H_
#define BERTHMASTER_AGENT_KERNEL_SOCKETS_HELD_PORTS_H_

#include "absl/status/statusor.h"
#include "agent/kernel/netns/netns_sysctl.h"
#include "common/net/port_range.h"

namespace berthmaster {

// Local ports that somebody chose and holds: those that connect() and bind(0) must not give away.
struct HeldPorts {
  // Of sockets that listen, and (Linux 6.8 and later) of those that are bound and not connected.
  PortSet tcp;
  // Of sockets that are bound and not connected.
  PortSet udp;
};

class HeldPortsReader {
 public:
  virtual ~HeldPortsReader() = default;

  // The ports that are held in the namespace now, in both families. One thread; blocks for as long
  // as the kernel walks its listeners and UDP sockets. Errors as of NetnsSysctl::Read; UNAVAILABLE
  // when the sockets would not stand still.
  virtual absl::StatusOr<HeldPorts> Read(const NetnsId& netns) = 0;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_SOCKETS_HELD_PORTS_H_
