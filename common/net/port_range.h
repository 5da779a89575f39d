#ifndef BERTHMASTER_COMMON_NET_PORT_RANGE_H_
#define BERTHMASTER_COMMON_NET_PORT_RANGE_H_

#include <bitset>
#include <compare>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace berthmaster {

// An inclusive range of ports, low <= high.
struct PortRange {
  uint16_t low = 32768;
  uint16_t high = 60999;

  // How many ports it has, 1 to 65536.
  int size() const { return high - low + 1; }
  bool Contains(int port) const { return port >= low && port <= high; }
  // As the kernel prints ip_local_port_range: "32768\t60999".
  std::string ToSysctl() const;
  friend auto operator<=>(const PortRange&, const PortRange&) = default;
};

// Parses ip_local_port_range: two numbers between white space. INVALID_ARGUMENT for anything else,
// and for high < low.
absl::StatusOr<PortRange> ParsePortRange(absl::string_view text);

// A set of ports, 8 KiB. For reserved, listening and blocked ports.
class PortSet {
 public:
  void Add(int port) { bits_.set(static_cast<size_t>(port)); }
  void AddRange(PortRange range);
  void AddAll(const PortSet& other) { bits_ |= other.bits_; }
  bool Contains(int port) const { return bits_.test(static_cast<size_t>(port)); }
  // How many of its ports lie in `range`.
  int CountIn(PortRange range) const;
  bool empty() const { return bits_.none(); }
  void clear() { bits_.reset(); }
  // As the kernel prints ip_local_reserved_ports: "80,443,8000-8010"; empty for none.
  std::string ToSysctl() const;
  friend bool operator==(const PortSet&, const PortSet&) = default;

 private:
  std::bitset<65536> bits_;
};

// Parses ip_local_reserved_ports: "80,443,8000-8010", or nothing. INVALID_ARGUMENT for anything
// else.
absl::StatusOr<PortSet> ParsePortSet(absl::string_view text);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_NET_PORT_RANGE_H_
