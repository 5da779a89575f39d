#ifndef BERTHMASTER_AGENT_KERNEL_PROC_NET_H_
#define BERTHMASTER_AGENT_KERNEL_PROC_NET_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace berthmaster {

// Parsers of files under /proc/net. Pure; any thread.

// Sockets of both families, and mini-sockets.
struct SockstatCounts {
  int32_t tcp_in_use = 0;
  int32_t time_wait = 0;
  int32_t udp_in_use = 0;
  friend bool operator==(const SockstatCounts&, const SockstatCounts&) = default;
};

// Adds what sockstat or sockstat6 says of TCP: "TCP: inuse 5 orphan 0 tw 2 alloc 7 mem 1", "TCP6:
// inuse 3". INVALID_ARGUMENT when there is no such line or it has no such number.
absl::Status AddSockstat(absl::string_view text, SockstatCounts& counts);

// The counter `name` of the group TcpExt in /proc/net/netstat; 0 where the kernel has no such
// counter. INVALID_ARGUMENT when the file is not of that form.
absl::StatusOr<int64_t> ParseTcpExt(absl::string_view text, absl::string_view name);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_PROC_NET_H_
