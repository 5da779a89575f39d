#ifndef BERTHMASTER_AGENT_KERNEL_HOST_IDENTITY_H_
#define BERTHMASTER_AGENT_KERNEL_HOST_IDENTITY_H_

#include "absl/strings/string_view.h"
#include "common/protocol/identity.h"

namespace berthmaster {

// What this host is and what the agent can see and do on it, found out by trying without changing
// anything: a dump of listeners, the entering of the own namespace, the opening of pid 1's, the
// opening of a sysctl for writing. What is not possible is in the limitations with its remedy.
// Never fails: what cannot be read is empty and said. Uses a thread of its own for a moment.
HostIdentity ReadHostIdentity(AgentProfile profile, absl::string_view agent_version);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_HOST_IDENTITY_H_
