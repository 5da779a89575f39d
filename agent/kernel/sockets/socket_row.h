#ifndef BERTHMASTER_AGENT_KERNEL_SOCKETS_SOCKET_ROW_H_
#define BERTHMASTER_AGENT_KERNEL_SOCKETS_SOCKET_ROW_H_

#include <array>
#include <cstdint>
#include <span>
#include <utility>

#include "absl/strings/string_view.h"
#include "common/net/ip_address.h"
#include "common/protocol/tcp_state.h"

namespace berthmaster {

// An address as it lies in a socket row: cheap to compare and to hash, which happens once for each
// socket of a dump. IPv4-mapped IPv6 is IPv4 here already, with the last three words 0.
struct RawAddress {
  // Network order.
  std::array<uint32_t, 4> words{};
  bool is_v4 = true;

  IpAddress ToIpAddress() const;
  static RawAddress From(const IpAddress& address);

  // All at once: the first words of two addresses are rarely different where the others are equal.
  friend bool operator==(const RawAddress& a, const RawAddress& b) {
    return ((a.words[0] ^ b.words[0]) | (a.words[1] ^ b.words[1]) | (a.words[2] ^ b.words[2]) |
            (a.words[3] ^ b.words[3])) == 0 &&
           a.is_v4 == b.is_v4;
  }
  template <typename H>
  friend H AbslHashValue(H h, const RawAddress& address) {
    return H::combine(std::move(h), address.words, address.is_v4);
  }

  // 0.0.0.0 or ::
  bool is_unspecified() const { return (words[0] | words[1] | words[2] | words[3]) == 0; }
};

// One TCP or UDP socket as a source shows it. Plain data; valid for as long as the visitor's call.
struct SocketRow {
  TcpState state = TcpState::kClose;
  // A mini-socket (inet_timewait_sock): TIME_WAIT, or FIN_WAIT_2 after close(). Full sockets in
  // FIN_WAIT_2 are not.
  bool is_mini = false;
  uint16_t local_port = 0;
  uint16_t destination_port = 0;
  // A mini-socket's remaining time in ms; 0 while the timer wheel is late with it.
  uint32_t expires_ms = 0;
  RawAddress source;
  RawAddress destination;
  // The kernel's number for the socket, kept from connect() into TIME_WAIT (sock_gen_cookie); 0
  // from a source that has none.
  uint64_t cookie = 0;
  // Of the socket's file in sockfs; 0 for a socket that no process holds any more, and for a
  // mini-socket.
  uint32_t inode = 0;
  uint32_t uid = 0;
  // Of a listener: connections that wait for accept(), and its backlog. Else bytes.
  uint32_t receive_queue = 0;
  uint32_t send_queue = 0;
  // Of the dump's message, for what few rows are asked for (CgroupId() of sock_diag_codec.h); empty
  // from other sources.
  std::span<const uint8_t> attributes;
  // The path of a full socket's cgroup of v2, from a source that says it by name (ss); else empty.
  absl::string_view cgroup;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_SOCKETS_SOCKET_ROW_H_
