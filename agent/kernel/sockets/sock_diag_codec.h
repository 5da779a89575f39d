#ifndef BERTHMASTER_AGENT_KERNEL_SOCKETS_SOCK_DIAG_CODEC_H_
#define BERTHMASTER_AGENT_KERNEL_SOCKETS_SOCK_DIAG_CODEC_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "agent/kernel/sockets/socket_row.h"
#include "common/net/pool_key.h"

namespace berthmaster {

// The bytes of a sock_diag dump of TCP or UDP sockets (linux/inet_diag.h, net/ipv4/inet_diag.c).
// Pure; any thread.

// Which sockets to ask for. Bit n of a mask is the state with the number n.
inline constexpr uint32_t kListenStateMask = 1u << 10;
inline constexpr uint32_t kBoundStatesMask = kListenStateMask | 1u << 13;  // BOUND_INACTIVE too
// TCP_BOUND_INACTIVE (6.8 and later) is not in the kernel's own 0xfff; older kernels ignore the
// bit.
inline constexpr uint32_t kAllStatesMask = 0xfff | 1u << 12 | 1u << 13;

// How to ask. The compat form (TCPDIAG_GETSOCK with family 0) returns IPv4 and IPv6 in one walk of
// the socket table, bound sockets first; the plain form (SOCK_DIAG_BY_FAMILY) has one family.
enum class SockDiagForm : uint8_t { kBothFamilies, kIpv4, kIpv6 };

// A request, ready to send. The two forms differ in length.
struct SockDiagRequest {
  // nlmsghdr (16) + inet_diag_req (60), the longer of the two.
  std::array<uint8_t, 76> bytes{};
  size_t size = 0;
};

// kBothFamilies is for TCP only.
SockDiagRequest EncodeSockDiagRequest(SockDiagForm form, uint32_t states_mask, uint32_t sequence,
                                      IpProtocol protocol = IpProtocol::kTcp);

// The id of the socket's cgroup in the hierarchy of v2 (its inode there). Nothing in a row without
// it: a mini-socket, a kernel before 5.7, another source.
std::optional<uint64_t> CgroupId(const SocketRow& row);

// Whether an IPv6 socket that listens or is only bound takes no IPv4 (IPV6_V6ONLY). Nothing in any
// other row, and in one of another source.
std::optional<bool> IsV6Only(const SocketRow& row);

// kInterrupted: the kernel says that the table changed while it was walked (NLM_F_DUMP_INTR), so
// rows may be missing or twice; no further message was looked at. tcp_diag does not say so up to
// Linux 6.18.
enum class SockDiagProgress : uint8_t { kMore, kDone, kInterrupted };

using SocketRowVisitor = absl::FunctionRef<void(const SocketRow&)>;

// Calls `visit` for each socket in one received buffer. Messages of another sequence number are
// skipped, as are attributes and sockets of another family than IPv4 and IPv6. Errors: DATA_LOSS
// for a message that is cut short or says a length that cannot be; the code that fits errno for
// NLMSG_ERROR and for an error in NLMSG_DONE. Rows before an error have been visited.
absl::StatusOr<SockDiagProgress> DecodeSockDiag(std::span<const uint8_t> buffer, uint32_t sequence,
                                                SocketRowVisitor visit);

// Whether a received buffer's first message is a socket's, and no error or end.
bool BeginsWithSocket(std::span<const uint8_t> buffer);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_SOCKETS_SOCK_DIAG_CODEC_H_
