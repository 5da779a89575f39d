#ifndef BERTHMASTER_TESTS_KERNEL_SOCKET_ADDRESS_H_
#define BERTHMASTER_TESTS_KERNEL_SOCKET_ADDRESS_H_

#include <sys/socket.h>

#include <cstdint>

#include "absl/strings/string_view.h"

namespace berthmaster {

// An address and a port as system calls take them.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  // 0 when it has none yet.
  uint16_t port_number() const;
};

// `text` is an address of either family; `is_mapped` makes an IPv6 one of an IPv4 one. Aborts on
// anything else.
SocketAddress MakeAddress(absl::string_view text, uint16_t port_number, bool is_mapped);

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_KERNEL_SOCKET_ADDRESS_H_
