#ifndef BERTHMASTER_AGENT_KERNEL_BPF_BPF_BIND_OWNERSHIP_H_
#define BERTHMASTER_AGENT_KERNEL_BPF_BPF_BIND_OWNERSHIP_H_

#include <memory>

#include "absl/status/statusor.h"
#include "agent/kernel/bind_ownership.h"

namespace berthmaster {

// A BindOwnershipReader by a BPF program, in the best of the ways below that this kernel takes.
// Needs BTF, and CAP_BPF and CAP_PERFMON (or CAP_SYS_ADMIN) on the calling thread. Afterwards
// ReadClosedPorts() needs none of them where Linux is 5.19 or later or
// kernel.unprivileged_bpf_disabled is 0, else CAP_BPF; and what RunInNetns() needs for a namespace
// that is not the caller's. UNIMPLEMENTED where this kernel has no BTF or refuses the program,
// PERMISSION_DENIED without the capabilities; both name the remedy, and neither is a reason for the
// agent not to run.
absl::StatusOr<std::unique_ptr<BindOwnershipReader>> MakeBpfBindOwnershipReader();

enum class BindOwnershipWay {
  // Looks through the kernel's table of bind buckets: what connect() itself looks at. Takes the
  // same time whatever the number of sockets, locks nothing, and is complete. Linux 6.1.
  kBuckets,
  // Walks over the sockets of the namespace (iter/tcp), in time linear in the sockets of the host.
  // Does not see sockets that are only bound, so its result is to be united with what SocketDump
  // says of them. Takes the lock of each socket in turn, and so waits for a process that sends from
  // memory which does not come (FUSE, NFS), for as long as that takes. Linux 5.14.
  kSockets,
};

// As MakeBpfBindOwnershipReader(), which tries one way after the other.
absl::StatusOr<std::unique_ptr<BindOwnershipReader>> MakeBpfBindOwnershipReader(
    BindOwnershipWay way);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_BPF_BPF_BIND_OWNERSHIP_H_
