#ifndef BERTHMASTER_AGENT_KERNEL_BPF_BPF_BIND_OWNERSHIP_H_
#define BERTHMASTER_AGENT_KERNEL_BPF_BPF_BIND_OWNERSHIP_H_

#include <memory>

#include "absl/status/statusor.h"
#include "agent/kernel/bind_ownership.h"

namespace berthmaster {

// A BindOwnershipReader by a BPF iterator over TCP sockets (iter/tcp). UNIMPLEMENTED where this
// kernel has no BTF or refuses the program, PERMISSION_DENIED without CAP_BPF and CAP_PERFMON (or
// CAP_SYS_ADMIN); both name the remedy, and neither is a reason for the agent not to run.
absl::StatusOr<std::unique_ptr<BindOwnershipReader>> MakeBpfBindOwnershipReader();

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_BPF_BPF_BIND_OWNERSHIP_H_
