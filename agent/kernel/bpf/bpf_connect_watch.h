#ifndef BERTHMASTER_AGENT_KERNEL_BPF_BPF_CONNECT_WATCH_H_
#define BERTHMASTER_AGENT_KERNEL_BPF_BPF_CONNECT_WATCH_H_

#include <memory>

#include "absl/status/statusor.h"
#include "agent/kernel/connect_watch.h"

namespace berthmaster {

// A ConnectWatch by a BPF program on the tracepoint sock:inet_sock_set_state, which begins to count
// now. Needs BTF, and CAP_BPF and CAP_PERFMON (or CAP_SYS_ADMIN) on the calling thread. Afterwards
// Take() needs none of them where Linux is 5.19 or later or kernel.unprivileged_bpf_disabled is 0,
// else CAP_BPF. UNIMPLEMENTED where this kernel has no BTF or refuses the program,
// PERMISSION_DENIED without the capabilities; both name the remedy, and neither is a reason for the
// agent not to run.
//
// Failures are exact. Between two calls of Take() there is room for 4096 different ones, for 16,384
// pools with traffic and for 8192 makers of TIME_WAIT; what is beyond is in the three sums
// `not_told_apart`. A close counts when its pool is among the 16,384 in which connect() succeeded
// last. A socket of the kernel's own is closed by whichever of its threads does it. The kernel does
// not run a program in an interrupt of a processor that is running it: such state changes of any
// socket are in `traffic_not_told_apart` as well. Take() waits some 20 ms, with no use of a
// processor, until all programs that were running have ended. After an error nothing is lost: the
// next call returns it.
absl::StatusOr<std::unique_ptr<ConnectWatch>> MakeBpfConnectWatch();

// How a program sees a tracepoint: with the types of its arguments (Linux 5.5), or without (4.17).
enum class TracepointKind { kBtf, kRaw };

// As MakeBpfConnectWatch(), which tries one kind after the other.
absl::StatusOr<std::unique_ptr<ConnectWatch>> MakeBpfConnectWatch(TracepointKind kind);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_BPF_BPF_CONNECT_WATCH_H_
