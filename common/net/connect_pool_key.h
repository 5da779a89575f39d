#ifndef BERTHMASTER_COMMON_NET_CONNECT_POOL_KEY_H_
#define BERTHMASTER_COMMON_NET_CONNECT_POOL_KEY_H_

#include <compare>
#include <cstdint>
#include <utility>

#include "common/net/ip_address.h"

namespace berthmaster {

// What the kernel shares local ports by in connect(), within one network namespace
// (__inet_check_established).
struct ConnectPoolKey {
  IpAddress source;
  IpAddress destination;
  uint16_t destination_port = 0;

  friend auto operator<=>(const ConnectPoolKey&, const ConnectPoolKey&) = default;

  template <typename H>
  friend H AbslHashValue(H h, const ConnectPoolKey& key) {
    return H::combine(std::move(h), key.source, key.destination, key.destination_port);
  }
};

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_NET_CONNECT_POOL_KEY_H_
