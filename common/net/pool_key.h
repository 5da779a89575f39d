#ifndef BERTHMASTER_COMMON_NET_POOL_KEY_H_
#define BERTHMASTER_COMMON_NET_POOL_KEY_H_

#include <compare>
#include <cstdint>
#include <utility>

#include "common/net/ip_address.h"

namespace berthmaster {

// The kinds of pool in which Linux really runs out (design section 3), with the numbers of the
// contract.
enum class PoolKind : uint8_t {
  kConnect = 1,
  kTimeWaitTable = 2,
  kBind = 3,
  kUdp = 4,
  kSnat = 5,
  kConntrackTable = 6,
  kListener = 7,
};
inline constexpr int kPoolKindMax = 7;

// With IANA's numbers.
enum class IpProtocol : uint8_t { kTcp = 6, kUdp = 17 };

// What names a pool among those of its kind in one network namespace. Which members mean something
// hangs on the kind; the others keep their defaults:
//   connect pool      source, destination, destination_port (__inet_check_established)
//   bind, UDP pool    source
//   SNAT pool         protocol, source (the address translated to), destination, destination_port
//   listener          destination, destination_port: what its clients connect to
//   tables            none
struct PoolKey {
  IpAddress source;
  IpAddress destination;
  uint16_t destination_port = 0;
  IpProtocol protocol = IpProtocol::kTcp;
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes a rewritten 0 for a pointer.
  friend auto operator<=>(const PoolKey&, const PoolKey&) = default;

  template <typename H>
  friend H AbslHashValue(H h, const PoolKey& key) {
    return H::combine(std::move(h), key.source, key.destination, key.destination_port,
                      key.protocol);
  }
};

// What names a pool in its network namespace.
struct PoolId {
  PoolKind kind = PoolKind::kConnect;
  PoolKey key;
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes a rewritten 0 for a pointer.
  friend auto operator<=>(const PoolId&, const PoolId&) = default;

  template <typename H>
  friend H AbslHashValue(H h, const PoolId& id) {
    return H::combine(std::move(h), id.kind, id.key);
  }
};

// Which members of a key mean something.
constexpr bool HasSource(PoolKind kind) {
  return kind == PoolKind::kConnect || kind == PoolKind::kBind || kind == PoolKind::kUdp ||
         kind == PoolKind::kSnat;
}
constexpr bool HasDestination(PoolKind kind) {
  return kind == PoolKind::kConnect || kind == PoolKind::kSnat || kind == PoolKind::kListener;
}

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_NET_POOL_KEY_H_
