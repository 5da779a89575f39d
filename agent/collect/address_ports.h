#ifndef BERTHMASTER_AGENT_COLLECT_ADDRESS_PORTS_H_
#define BERTHMASTER_AGENT_COLLECT_ADDRESS_PORTS_H_

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "agent/collect/port_space.h"
#include "agent/kernel/sockets/socket_row.h"

namespace berthmaster {

// How many local addresses are told apart in one dump: 3.5 KiB each for the default range. Ports of
// further ones count for the wildcards only.
inline constexpr size_t kLocalAddressesMax = 128;

// Ports of the range that bind(address, 0) may not have, since a socket has them that the new one
// would conflict with (inet_rcv_saddr_equal): one on the same address, or on a wildcard of it.
struct AddressUse {
  IpAddress address;
  int32_t ports = 0;
  // Whether a client there called bind() itself.
  bool has_bound = false;
};
struct PortUse {
  // Largest first; no wildcards.
  std::vector<AddressUse> addresses;
  // bind(0.0.0.0, 0): every IPv4 address is in its way.
  AddressUse any_v4;
  // bind("::", 0) of a socket that takes IPv4 too: every address is.
  AddressUse any_v6;
  // Whether an IPv6 address has a port.
  bool has_v6 = false;
  // Addresses beyond kLocalAddressesMax were met.
  bool is_cut = false;
};

// Which ports of the range each local address has a socket on, in one dump. The same for TCP and
// for UDP, which have a space of ports each. One thread.
class AddressPorts {
 public:
  // `space` must outlive it.
  explicit AddressPorts(const PortSpace& space);

  // The number to Add() ports of that address under, for as long as the object lives. The wildcard
  // "::" has two: that of sockets that take no IPv4 is not in IPv4's way.
  uint32_t IndexOf(const RawAddress& address, bool is_v6_only);

  // A socket on that address has the port, which must be in the range.
  void Add(uint32_t index, uint16_t local_port) {
    const uint32_t bit = static_cast<uint32_t>(local_port) - low_;
    bits_[index * words_each_ + bit / 64] |= uint64_t{1} << (bit % 64);
  }
  void NoteBound(uint32_t index) { has_bound_[index] = true; }

  // Reserved ports are left out: bind(0) has no use for them anyway.
  PortUse Finish() const;

 private:
  using Words = std::vector<uint64_t>;
  // What is not a named address comes first.
  enum FixedIndex : uint32_t { kAnyV4, kAnyBoth, kAnyV6Only, kOtherV4, kOtherV6, kFirstNamed };

  uint32_t Append();
  void Or(uint32_t index, Words& words) const;
  int32_t CountOffered(const Words& words) const;

  const PortSpace& space_;
  const uint32_t low_;
  const size_t words_each_;
  std::vector<uint64_t> bits_;
  std::vector<bool> has_bound_;
  std::vector<RawAddress> addresses_;
  absl::flat_hash_map<RawAddress, uint32_t> index_;
  bool is_cut_ = false;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_COLLECT_ADDRESS_PORTS_H_
