#include "common/net/ip_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace berthmaster {
namespace {

constexpr uint8_t kMappedPrefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr uint8_t kLoopbackV6[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

}  // namespace

IpAddress IpAddress::V4(const uint8_t* bytes) {
  IpAddress address;
  std::memcpy(address.bytes_.data(), bytes, 4);
  return address;
}

IpAddress IpAddress::V6(const uint8_t* bytes) {
  if (std::memcmp(bytes, kMappedPrefix, sizeof(kMappedPrefix)) == 0) return V4(bytes + 12);
  IpAddress address;
  address.is_v4_ = false;
  std::memcpy(address.bytes_.data(), bytes, 16);
  return address;
}

absl::StatusOr<IpAddress> IpAddress::Parse(absl::string_view text) {
  std::string terminated(text);
  uint8_t bytes[16];
  // inet_pton() would stop at a NUL and take what stands before it.
  if (text.find('\0') != absl::string_view::npos) terminated.clear();
  if (inet_pton(AF_INET, terminated.c_str(), bytes) == 1) return V4(bytes);
  if (inet_pton(AF_INET6, terminated.c_str(), bytes) == 1) return V6(bytes);
  return absl::InvalidArgumentError(absl::StrCat("'", text, "' is not an IPv4 or IPv6 address"));
}

bool IpAddress::is_loopback() const {
  if (is_v4_) return bytes_[0] == 127;
  return std::memcmp(bytes_.data(), kLoopbackV6, sizeof(kLoopbackV6)) == 0;
}

bool IpAddress::is_unspecified() const {
  return std::all_of(bytes_.begin(), bytes_.end(), [](uint8_t b) { return b == 0; });
}

std::string IpAddress::ToString() const {
  char text[INET6_ADDRSTRLEN];
  inet_ntop(is_v4_ ? AF_INET : AF_INET6, bytes_.data(), text, sizeof(text));
  return text;
}

}  // namespace berthmaster
