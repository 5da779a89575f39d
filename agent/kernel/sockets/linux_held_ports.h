#ifndef BERTHMASTER_AGENT_KERNEL_SOCKETS_LINUX_HELD_PORTS_H_
#define BERTHMASTER_AGENT_KERNEL_SOCKETS_LINUX_HELD_PORTS_H_

#include "agent/kernel/netns/netns_door.h"
#include "agent/kernel/sockets/held_ports.h"
#include "agent/kernel/sockets/linux_socket_dump.h"

namespace berthmaster {

// By sock_diag inside the namespace, on a thread of its own: a dump of listeners, of bound TCP
// sockets and of UDP sockets; no connection is looked at.
class LinuxHeldPorts final : public HeldPortsReader {
 public:
  LinuxHeldPorts() : door_({}) {}

  absl::StatusOr<HeldPorts> Read(const NetnsId& netns) override;

 private:
  NetnsDoor door_;
  LinuxSocketDump dump_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_SOCKETS_LINUX_HELD_PORTS_H_
