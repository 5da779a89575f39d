#ifndef BERTHMASTER_TESTS_AGENT_KERNEL_SOCK_DIAG_BYTES_H_
#define BERTHMASTER_TESTS_AGENT_KERNEL_SOCK_DIAG_BYTES_H_

#include <cstdint>
#include <string>
#include <vector>

namespace berthmaster {

// Bytes as the kernel lays them out, built field by field so that the tests do not share the
// codec's view of them.

// One netlink message, padded to 4 bytes. `length` 0 means the true one.
std::vector<uint8_t> NetlinkMessage(uint16_t type, uint32_t sequence,
                                    const std::vector<uint8_t>& payload, uint32_t length = 0);

struct InetDiagFields {
  uint8_t family = 2;
  uint8_t state = 1;
  uint8_t timer = 0;
  uint16_t local_port = 0;
  uint16_t destination_port = 0;
  std::string source = "0.0.0.0";
  std::string destination = "0.0.0.0";
  uint32_t expires_ms = 0;
};

// The 72 bytes of an inet_diag_msg.
std::vector<uint8_t> InetDiagPayload(const InetDiagFields& fields);

// A little-endian 32-bit number: this test's machine's order.
std::vector<uint8_t> Number(int32_t value);

std::vector<uint8_t> Join(const std::vector<std::vector<uint8_t>>& parts);

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_AGENT_KERNEL_SOCK_DIAG_BYTES_H_
