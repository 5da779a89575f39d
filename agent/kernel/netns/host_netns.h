#ifndef BERTHMASTER_AGENT_KERNEL_NETNS_HOST_NETNS_H_
#define BERTHMASTER_AGENT_KERNEL_NETNS_HOST_NETNS_H_

#include "absl/status/statusor.h"
#include "agent/kernel/netns/netns_sysctl.h"

namespace berthmaster {

// The network namespace of process 1, which is the host's own where the agent is in the host's pid
// namespace. Unlike NetnsScan, never the agent's own in its place. PERMISSION_DENIED when process 1
// may not be looked at or its namespace not be entered. Any thread; starts one for the moment.
absl::StatusOr<NetnsId> ReadHostNetns();

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_NETNS_HOST_NETNS_H_
