#ifndef BERTHMASTER_COMMON_NET_IP_ADDRESS_H_
#define BERTHMASTER_COMMON_NET_IP_ADDRESS_H_

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace berthmaster {

// An IPv4 or IPv6 address. An IPv4-mapped IPv6 address (::ffff:a.b.c.d) is the IPv4 address: the
// kernel keeps both in one port space, so here they are one value. Immutable, cheap to copy.
class IpAddress {
 public:
  // 0.0.0.0
  IpAddress() = default;

  // Four bytes in network order.
  static IpAddress V4(const uint8_t* bytes);
  // Sixteen bytes in network order; a mapped address becomes IPv4.
  static IpAddress V6(const uint8_t* bytes);
  // Accepts what inet_pton(3) accepts, without a zone. INVALID_ARGUMENT otherwise.
  static absl::StatusOr<IpAddress> Parse(absl::string_view text);

  bool is_v4() const { return is_v4_; }
  // 127.0.0.0/8 or ::1, as tcp_twsk_unique() decides for tcp_tw_reuse = 2.
  bool is_loopback() const;
  // 0.0.0.0 or ::
  bool is_unspecified() const;
  // The address in network order: 4 bytes, or 16.
  const uint8_t* data() const { return bytes_.data(); }
  size_t size() const { return is_v4_ ? 4 : 16; }

  // The form of RFC 5952.
  std::string ToString() const;
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes a rewritten 0 for a pointer.
  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;

  template <typename H>
  friend H AbslHashValue(H h, const IpAddress& a) {
    return H::combine(std::move(h), a.is_v4_, a.bytes_);
  }

 private:
  bool is_v4_ = true;
  std::array<uint8_t, 16> bytes_{};
};

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_NET_IP_ADDRESS_H_
