#include "tests/agent/kernel/nf_bytes.h"

#include <arpa/inet.h>

#include <algorithm>

#include "tests/agent/kernel/sock_diag_bytes.h"

namespace berthmaster {

Bytes NfAttr(uint16_t type, const Bytes& payload) {
  const size_t length = 4 + payload.size();
  Bytes bytes((length + 3) / 4 * 4);
  bytes[0] = static_cast<uint8_t>(length);
  bytes[1] = static_cast<uint8_t>(length >> 8);
  bytes[2] = static_cast<uint8_t>(type);
  bytes[3] = static_cast<uint8_t>(type >> 8);
  std::copy(payload.begin(), payload.end(), bytes.begin() + 4);
  return bytes;
}

Bytes NfNested(uint16_t type, const std::vector<Bytes>& parts) {
  return NfAttr(static_cast<uint16_t>(type | 0x8000), Join(parts));
}

Bytes Big16(uint16_t number) {
  return {static_cast<uint8_t>(number >> 8), static_cast<uint8_t>(number)};
}

Bytes Big32(uint32_t number) {
  return {static_cast<uint8_t>(number >> 24), static_cast<uint8_t>(number >> 16),
          static_cast<uint8_t>(number >> 8), static_cast<uint8_t>(number)};
}

Bytes Byte(uint8_t number) { return {number}; }

Bytes Name(const std::string& text) {
  Bytes bytes(text.begin(), text.end());
  bytes.push_back(0);
  return bytes;
}

Bytes Address(const std::string& address) {
  const bool is_v4 = address.find(':') == std::string::npos;
  Bytes bytes(is_v4 ? 4 : 16);
  inet_pton(is_v4 ? AF_INET : AF_INET6, address.c_str(), bytes.data());
  return bytes;
}

Bytes NfMessageBytes(uint16_t type, uint8_t family, uint32_t sequence,
                     const std::vector<Bytes>& attributes) {
  return NetlinkMessage(type, sequence, Join({{family, 0, 0, 0}, Join(attributes)}));
}

Bytes CtEntryBytes(uint32_t sequence, const CtFields& fields) {
  const bool is_v4 = fields.source.find(':') == std::string::npos;
  const auto tuple = [&](uint16_t type, const std::string& source, uint16_t source_port,
                         const std::string& destination, uint16_t destination_port) {
    return NfNested(type,
                    {NfNested(1, {NfAttr(is_v4 ? 1 : 3, Address(source)),
                                  NfAttr(is_v4 ? 2 : 4, Address(destination))}),
                     NfNested(2, {NfAttr(1, Byte(fields.protocol)), NfAttr(2, Big16(source_port)),
                                  NfAttr(3, Big16(destination_port))})});
  };
  std::vector<Bytes> attributes = {
      tuple(1, fields.source, fields.source_port, fields.destination, fields.destination_port),
      tuple(2, fields.destination, fields.destination_port, fields.snat_address, fields.snat_port),
      NfAttr(7, Big32(fields.timeout)), NfAttr(8, Big32(0)),  // CTA_TIMEOUT, CTA_MARK
      NfNested(4, {NfNested(1, {NfAttr(1, Byte(fields.state))})})};
  if (fields.status.has_value()) attributes.push_back(NfAttr(3, Big32(*fields.status)));
  if (fields.zone != 0) attributes.push_back(NfAttr(18, Big16(fields.zone)));
  // NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW
  return NfMessageBytes(0x100, is_v4 ? 2 : 10, sequence, attributes);
}

Bytes NftRuleBytes(uint32_t sequence, uint8_t family, const std::vector<Bytes>& expressions) {
  // NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWRULE
  return NfMessageBytes(0xa06, family, sequence,
                        {NfAttr(1, Name("bm")), NfAttr(2, Name("post")), NfNested(4, expressions)});
}

Bytes NftExpression(const std::string& name, const std::vector<Bytes>& attributes) {
  return NfNested(1, {NfAttr(1, Name(name)), NfNested(2, attributes)});
}

Bytes NftImmediate(uint32_t into_register, const Bytes& data) {
  return NftExpression("immediate",
                       {NfAttr(1, Big32(into_register)), NfNested(2, {NfAttr(1, data)})});
}

std::vector<Bytes> NftProtocol(uint8_t protocol) {
  return {NftExpression("meta", {NfAttr(2, Big32(16)), NfAttr(1, Big32(1))}),
          NftExpression("cmp", {NfAttr(1, Big32(1)), NfAttr(2, Big32(0)),
                                NfNested(3, {NfAttr(1, Byte(protocol))})})};
}

}  // namespace berthmaster
