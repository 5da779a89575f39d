#ifndef BERTHMASTER_COMMON_NET_PORT_RANGE_H_
#define BERTHMASTER_COMMON_NET_PORT_RANGE_H_

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

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

// A set of ports from 0 to 65535; 8 KiB on the heap once it has one. For reserved, listening and
// blocked ports.
class PortSet {
 public:
  void Add(int port) {
    if (words_.empty()) words_.resize(kWordCount);
    words_[Word(port)] |= Bit(port);
  }
  void AddRange(PortRange range);
  void AddAll(const PortSet& other);
  bool Contains(int port) const { return !words_.empty() && (words_[Word(port)] & Bit(port)) != 0; }
  // How many of its ports lie in `range`.
  int CountIn(PortRange range) const;
  bool empty() const { return words_.empty(); }
  void clear() { words_.clear(); }
  // As the kernel prints ip_local_reserved_ports: "80,443,8000-8010"; empty for none.
  std::string ToSysctl() const;
  friend bool operator==(const PortSet&, const PortSet&) = default;

 private:
  static constexpr size_t kWordCount = 65536 / 64;
  static size_t Word(int port) { return static_cast<size_t>(port) / 64; }
  static uint64_t Bit(int port) { return uint64_t{1} << (static_cast<unsigned>(port) % 64); }

  // None while the set is empty.
  std::vector<uint64_t> words_;
};

// Parses ip_local_reserved_ports: "80,443,8000-8010", or nothing. INVALID_ARGUMENT for anything
// else.
absl::StatusOr<PortSet> ParsePortSet(absl::string_view text);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_NET_PORT_RANGE_H_
