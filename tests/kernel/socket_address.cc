#include "tests/kernel/socket_address.h"

#include <netinet/in.h>

#include <cstring>

#include "common/net/ip_address.h"

namespace berthmaster {

uint16_t SocketAddress::port_number() const {
  // sin_port and sin6_port are at the same place.
  return ntohs(reinterpret_cast<const sockaddr_in*>(&storage)->sin_port);
}

SocketAddress MakeAddress(absl::string_view text, uint16_t port_number, bool is_mapped) {
  const IpAddress address = IpAddress::Parse(text).value();
  SocketAddress result;
  if (address.is_v4() && !is_mapped) {
    auto* v4 = reinterpret_cast<sockaddr_in*>(&result.storage);
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port_number);
    std::memcpy(&v4->sin_addr, address.data(), address.size());
    result.size = sizeof(*v4);
    return result;
  }
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&result.storage);
  v6->sin6_family = AF_INET6;
  v6->sin6_port = htons(port_number);
  if (address.is_v4()) {
    v6->sin6_addr.s6_addr[10] = 0xff;
    v6->sin6_addr.s6_addr[11] = 0xff;
    std::memcpy(v6->sin6_addr.s6_addr + 12, address.data(), address.size());
  } else {
    std::memcpy(&v6->sin6_addr, address.data(), address.size());
  }
  result.size = sizeof(*v6);
  return result;
}

}  // namespace berthmaster
