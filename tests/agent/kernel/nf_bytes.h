#ifndef BERTHMASTER_TESTS_AGENT_KERNEL_NF_BYTES_H_
#define BERTHMASTER_TESTS_AGENT_KERNEL_NF_BYTES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace berthmaster {

// Bytes of netfilter's netlink as the kernel lays them out, built field by field so that the tests
// do not share the codec's view of them.
using Bytes = std::vector<uint8_t>;

// One attribute, padded to 4 bytes.
Bytes NfAttr(uint16_t type, const Bytes& payload);
// One with others inside.
Bytes NfNested(uint16_t type, const std::vector<Bytes>& parts);
// In network order, or one byte.
Bytes Big16(uint16_t number);
Bytes Big32(uint32_t number);
Bytes Byte(uint8_t number);
// With its terminating 0.
Bytes Name(const std::string& text);
// 4 or 16 bytes in network order.
Bytes Address(const std::string& address);

// A message: header, family, attributes.
Bytes NfMessageBytes(uint16_t type, uint8_t family, uint32_t sequence,
                     const std::vector<Bytes>& attributes);

// An entry of conntrack in a dump.
struct CtFields {
  uint8_t protocol = 6;
  std::string source = "10.1.0.2";
  uint16_t source_port = 50000;
  std::string destination = "10.2.0.2";
  uint16_t destination_port = 8080;
  std::string snat_address = "10.2.0.1";
  uint16_t snat_port = 40000;
  // enum tcp_conntrack.
  uint8_t state = 3;
  // IPS_SRC_NAT | IPS_CONFIRMED; nothing leaves the attribute out.
  std::optional<uint32_t> status = 0x18;
  uint32_t timeout = 100;
  uint16_t zone = 0;
};
Bytes CtEntryBytes(uint32_t sequence, const CtFields& fields);

// A rule of nftables: its expressions, each from NftExpression().
Bytes NftRuleBytes(uint32_t sequence, uint8_t family, const std::vector<Bytes>& expressions);
Bytes NftExpression(const std::string& name, const std::vector<Bytes>& attributes);
// "immediate reg N DATA", "meta load l4proto => reg 1; cmp eq reg 1 PROTOCOL"
Bytes NftImmediate(uint32_t into_register, const Bytes& data);
std::vector<Bytes> NftProtocol(uint8_t protocol);

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_AGENT_KERNEL_NF_BYTES_H_
