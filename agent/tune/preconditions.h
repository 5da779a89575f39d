#ifndef BERTHMASTER_AGENT_TUNE_PRECONDITIONS_H_
#define BERTHMASTER_AGENT_TUNE_PRECONDITIONS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "agent/kernel/netns/netns_sysctl.h"
#include "agent/kernel/sockets/held_ports.h"
#include "common/net/port_range.h"
#include "common/protocol/desired_state.h"

namespace berthmaster {

// What a new value would meet in its namespace at this moment: the kernel, other sysctls, sockets.
// Reads only. What cannot be read is refused, since nobody can say then that the change is safe.
// One thread; what it is given must outlive it.
class Preconditions {
 public:
  // `kernel_release` as of uname(2). Without `held_ports` every change of ports is refused.
  Preconditions(std::string kernel_release, NetnsSysctl& sysctls, HeldPortsReader* held_ports)
      : kernel_release_(std::move(kernel_release)), sysctls_(sysctls), held_ports_(held_ports) {}

  // Whether `change`, which has passed CheckChange(), may be made where the sysctl is `current`
  // now. Refused as
  //   KERNEL_TOO_OLD            this kernel has one value of the sysctl for the whole host
  //   TIMESTAMPS_OFF            reuse of TIME_WAIT without timestamps would do nothing
  //   WOULD_LOWER               fewer TIME_WAIT would be kept than now
  //   BELOW_UNPRIVILEGED_START  the kernel does not take such a range
  //   NO_PORT_LEFT              connect() would find no port at all
  //   LISTENER_IN_RANGE         connect() would begin to take ports that listeners or bound sockets
  //                             hold now
  //   SURROUNDINGS_UNREADABLE   one of these cannot be told
  absl::Status Check(const DesiredChange& change, absl::string_view current);

 private:
  struct PortSpace;

  absl::Status CheckKernel(absl::string_view sysctl) const;
  absl::Status CheckTimestamps(const NetnsId& netns, absl::string_view desired);
  absl::Status CheckPorts(const DesiredChange& change, absl::string_view current);
  absl::Status CheckUnprivilegedStart(const NetnsId& netns, PortRange range);
  absl::Status CheckHeld(const NetnsId& netns, const PortSpace& before, const PortSpace& after);
  absl::StatusOr<std::string> ReadOther(const NetnsId& netns, absl::string_view sysctl);

  const std::string kernel_release_;
  NetnsSysctl& sysctls_;
  HeldPortsReader* const held_ports_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_TUNE_PRECONDITIONS_H_
