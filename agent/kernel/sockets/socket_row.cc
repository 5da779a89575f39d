#include "agent/kernel/sockets/socket_row.h"

#include <cstring>

namespace berthmaster {

IpAddress RawAddress::ToIpAddress() const {
  std::array<uint8_t, 16> bytes;
  std::memcpy(bytes.data(), words.data(), bytes.size());
  return is_v4 ? IpAddress::V4(bytes.data()) : IpAddress::V6(bytes.data());
}

RawAddress RawAddress::From(const IpAddress& address) {
  RawAddress raw;
  raw.is_v4 = address.is_v4();
  std::memcpy(raw.words.data(), address.data(), address.size());
  return raw;
}

}  // namespace berthmaster
