#ifndef BERTHMASTER_AGENT_KERNEL_BPF_BPF_CONNECT_WATCH_H_
#define BERTHMASTER_AGENT_KERNEL_BPF_BPF_CONNECT_WATCH_H_

#include <memory>

#include "absl/status/statusor.h"
#include "agent/kernel/connect_watch.h"

namespace berthmaster {

// A ConnectWatch by a BPF program on the tracepoint sock:inet_sock_set_state, which begins to count
// now. UNIMPLEMENTED where this kernel has no BTF or refuses the program, PERMISSION_DENIED without
// CAP_BPF and CAP_PERFMON (or CAP_SYS_ADMIN); both name the remedy, and neither is a reason for the
// agent not to run.
absl::StatusOr<std::unique_ptr<ConnectWatch>> MakeBpfConnectWatch();

// How a program sees a tracepoint: with the types of its arguments (Linux 5.5), or without (4.17).
enum class TracepointKind { kBtf, kRaw };

// As MakeBpfConnectWatch(), which tries one kind after the other.
absl::StatusOr<std::unique_ptr<ConnectWatch>> MakeBpfConnectWatch(TracepointKind kind);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_BPF_BPF_CONNECT_WATCH_H_
