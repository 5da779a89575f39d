#include "agent/kernel/netfilter/nft_nat_rules.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace berthmaster {
namespace {

constexpr uint16_t MessageType(int message) {
  return static_cast<uint16_t>(NFNL_SUBSYS_NFTABLES << 8 | message);
}

// What a register holds while the expressions of a rule are followed, as far as it matters: the
// protocol of the packet, or a constant.
struct Register {
  bool is_protocol = false;
  uint8_t size = 0;
  std::array<uint8_t, NFT_REG_SIZE> constant{};
};

// The registers of 16 bytes (NFT_REG_1 to 4) lie over those of 4 bytes (NFT_REG32_00 to 15); here
// each is looked up by the number of its first 4 bytes.
constexpr size_t kRegisterCount = 16;
constexpr uint32_t kWordsPerLongRegister = NFT_REG_SIZE / NFT_REG32_SIZE;

std::optional<size_t> RegisterIndex(const std::optional<NfAttribute>& attribute) {
  const std::optional<uint32_t> number =
      attribute.has_value() ? attribute->BigEndian32() : std::nullopt;
  if (!number.has_value()) return std::nullopt;
  if (*number >= NFT_REG_1 && *number <= NFT_REG_4) {
    return (*number - NFT_REG_1) * kWordsPerLongRegister;
  }
  if (*number >= NFT_REG32_00 && *number < NFT_REG32_00 + kRegisterCount) {
    return *number - NFT_REG32_00;
  }
  return std::nullopt;
}

std::optional<uint32_t> Number(std::span<const uint8_t> expression, uint16_t type) {
  const auto attribute = FindNfAttribute(expression, type);
  return attribute.has_value() ? attribute->BigEndian32() : std::nullopt;
}

// Follows one rule from expression to expression.
class RuleReader {
 public:
  RuleReader(uint8_t family, SnatRules& rules) : family_(family), rules_(rules) {}

  void Read(absl::string_view name, std::span<const uint8_t> expression) {
    if (name == "immediate") return ReadImmediate(expression);
    if (name == "meta") return ReadMeta(expression);
    if (name == "payload") return ReadPayload(expression);
    if (name == "cmp") return ReadCompare(expression);
    if (name == "masq") return ReadMasquerade(expression);
    if (name == "nat") return ReadNat(expression);
    if (name == "target") return ReadTarget(expression);
    // Anything else that writes a register (lookup, bitwise, ct, numgen…) makes it unknown.
    Forget();
  }

 private:
  Register* At(std::span<const uint8_t> expression, uint16_t type) {
    const auto index = RegisterIndex(FindNfAttribute(expression, type));
    return index.has_value() ? &registers_[*index] : nullptr;
  }

  void Forget() { registers_.fill(Register()); }

  void ReadImmediate(std::span<const uint8_t> expression) {
    Register* into = At(expression, NFTA_IMMEDIATE_DREG);
    if (into == nullptr) return;  // a verdict
    *into = Register();
    const auto data = FindNfAttribute(expression, NFTA_IMMEDIATE_DATA);
    if (!data.has_value()) return;
    const auto value = FindNfAttribute(data->payload, NFTA_DATA_VALUE);
    if (!value.has_value() || value->payload.size() > into->constant.size()) return;
    into->size = static_cast<uint8_t>(value->payload.size());
    std::copy(value->payload.begin(), value->payload.end(), into->constant.begin());
  }

  void ReadMeta(std::span<const uint8_t> expression) {
    Register* into = At(expression, NFTA_META_DREG);
    if (into == nullptr) return;
    *into = Register();
    into->is_protocol = Number(expression, NFTA_META_KEY) == NFT_META_L4PROTO;
  }

  // "ip protocol tcp" loads the byte of the header.
  void ReadPayload(std::span<const uint8_t> expression) {
    constexpr uint32_t kIpv4Protocol = 9;
    constexpr uint32_t kIpv6NextHeader = 6;
    Register* into = At(expression, NFTA_PAYLOAD_DREG);
    if (into == nullptr) return;
    *into = Register();
    const auto offset = Number(expression, NFTA_PAYLOAD_OFFSET);
    into->is_protocol = Number(expression, NFTA_PAYLOAD_BASE) == NFT_PAYLOAD_NETWORK_HEADER &&
                        Number(expression, NFTA_PAYLOAD_LEN) == 1u &&
                        ((family_ == NFPROTO_IPV4 && offset == kIpv4Protocol) ||
                         (family_ == NFPROTO_IPV6 && offset == kIpv6NextHeader));
  }

  void ReadCompare(std::span<const uint8_t> expression) {
    const Register* what = At(expression, NFTA_CMP_SREG);
    if (what == nullptr || !what->is_protocol) return;
    if (Number(expression, NFTA_CMP_OP) != static_cast<uint32_t>(NFT_CMP_EQ)) return;
    const auto data = FindNfAttribute(expression, NFTA_CMP_DATA);
    if (!data.has_value()) return;
    const auto value = FindNfAttribute(data->payload, NFTA_DATA_VALUE);
    if (!value.has_value() || !value->Byte().has_value()) return;
    protocol_ = *value->Byte();
  }

  std::optional<uint16_t> PortIn(const Register* from) const {
    if (from == nullptr || from->size < sizeof(uint16_t)) return std::nullopt;
    return static_cast<uint16_t>(from->constant[0] << 8 | from->constant[1]);
  }

  std::optional<RawAddress> AddressIn(const Register* from) const {
    if (from == nullptr || (from->size != 4 && from->size != 16)) return std::nullopt;
    RawAddress address;
    address.is_v4 = from->size == 4;
    std::memcpy(address.words.data(), from->constant.data(), from->size);
    return address;
  }

  void ReadMasquerade(std::span<const uint8_t> expression) {
    const auto ports = ReadPorts(expression, NFTA_MASQ_REG_PROTO_MIN, NFTA_MASQ_REG_PROTO_MAX);
    if (ports.has_value()) AddForAny(ports->first, ports->second);
  }

  // The first and the last port. Nothing where the statement names none, and, counted, where it
  // takes one from what is no constant.
  std::optional<std::pair<uint16_t, uint16_t>> ReadPorts(std::span<const uint8_t> expression,
                                                         uint16_t first_type, uint16_t last_type) {
    if (!FindNfAttribute(expression, first_type).has_value()) return std::nullopt;
    const auto first = PortIn(At(expression, first_type));
    const auto last = FindNfAttribute(expression, last_type).has_value()
                          ? PortIn(At(expression, last_type))
                          : first;
    if (first.has_value() && last.has_value()) return std::pair(*first, *last);
    CountUnread();
    return std::nullopt;
  }

  void ReadNat(std::span<const uint8_t> expression) {
    if (Number(expression, NFTA_NAT_TYPE) != static_cast<uint32_t>(NFT_NAT_SNAT)) return;
    const auto ports = ReadPorts(expression, NFTA_NAT_REG_PROTO_MIN, NFTA_NAT_REG_PROTO_MAX);
    if (!ports.has_value()) return;
    const auto first = AddressIn(At(expression, NFTA_NAT_REG_ADDR_MIN));
    const auto last = AddressIn(At(expression, NFTA_NAT_REG_ADDR_MAX));
    Add(first, last.has_value() ? last : first, ports->first, ports->second);
  }

  // What iptables-nft makes of -j MASQUERADE and -j SNAT (xt_MASQUERADE.c, xt_nat.c): the structs
  // of linux/netfilter/nf_nat.h, in the machine's byte order but for addresses and ports.
  void ReadTarget(std::span<const uint8_t> expression) {
    const auto name = FindNfAttribute(expression, NFTA_TARGET_NAME);
    const auto info = FindNfAttribute(expression, NFTA_TARGET_INFO);
    if (!name.has_value() || !info.has_value()) return;
    const bool is_masquerade = name->Text() == "MASQUERADE";
    if (!is_masquerade && name->Text() != "SNAT") return;
    const uint32_t revision = Number(expression, NFTA_TARGET_REV).value_or(0);
    // Revision 0 of IPv4 is the old form; IPv6 and later revisions share the other.
    if (family_ == NFPROTO_IPV4 && revision == 0) {
      nf_nat_ipv4_multi_range_compat old;
      if (info->payload.size() < sizeof(old)) return;
      std::memcpy(&old, info->payload.data(), sizeof(old));
      if (old.rangesize != 1) return;
      nf_inet_addr first{};
      nf_inet_addr last{};
      first.ip = old.range[0].min_ip;
      last.ip = old.range[0].max_ip;
      AddTarget(old.range[0].flags, first, last, old.range[0].min.all, old.range[0].max.all);
      return;
    }
    nf_nat_range range;
    if (info->payload.size() < sizeof(range)) return;
    std::memcpy(&range, info->payload.data(), sizeof(range));
    AddTarget(range.flags, range.min_addr, range.max_addr, range.min_proto.all,
              range.max_proto.all);
  }

  void AddTarget(uint32_t flags, const nf_inet_addr& first, const nf_inet_addr& last, uint16_t low,
                 uint16_t high) {
    if ((flags & NF_NAT_RANGE_PROTO_SPECIFIED) == 0) return;
    if ((flags & NF_NAT_RANGE_MAP_IPS) == 0) return AddForAny(ntohs(low), ntohs(high));
    Add(ToAddress(first), ToAddress(last), ntohs(low), ntohs(high));
  }

  RawAddress ToAddress(const nf_inet_addr& from) const {
    RawAddress address;
    address.is_v4 = family_ == NFPROTO_IPV4;
    std::memcpy(address.words.data(), &from, address.is_v4 ? 4 : 16);
    return address;
  }

  void AddForAny(uint16_t low, uint16_t high) { Add(std::nullopt, std::nullopt, low, high); }

  void Add(std::optional<RawAddress> first, const std::optional<RawAddress>& last, uint16_t low,
           uint16_t high) {
    // The kernel takes a range the wrong way round as it is, and means the same ports.
    if (low > high) std::swap(low, high);
    // 0 is no port, and stands for no limit.
    if (low == 0 || !CanHavePools()) return;
    SnatRange range;
    range.ports = {low, high};
    if (protocol_.has_value()) range.protocol = static_cast<IpProtocol>(*protocol_);
    if (!first.has_value()) {
      // Unspecified, of the rule's family.
      range.snat_address.is_v4 = family_ != NFPROTO_IPV6;
      return Push(range);
    }
    // From the first to the last, counted in the last four bytes.
    const size_t word = first->is_v4 ? 0 : 3;
    const uint32_t begin = ntohl(first->words[word]);
    const uint32_t end = last.has_value() ? ntohl(last->words[word]) : begin;
    RawAddress expected_last = *first;
    expected_last.words[word] = htonl(end);
    if (end < begin || end - begin >= kSnatAddressesPerRuleMax ||
        (last.has_value() && !(*last == expected_last))) {
      range.snat_address.is_v4 = first->is_v4;
      return Push(range);
    }
    for (uint32_t offset = 0; offset <= end - begin; ++offset) {
      range.snat_address = *first;
      range.snat_address.words[word] = htonl(begin + offset);
      Push(range);
    }
  }

  // Whether the rule may hold for TCP or UDP.
  bool CanHavePools() const {
    return !protocol_.has_value() || *protocol_ == IPPROTO_TCP || *protocol_ == IPPROTO_UDP;
  }

  void Push(const SnatRange& range) {
    if (rules_.ranges.size() < kSnatRangesMax) {
      rules_.ranges.push_back(range);
    } else {
      CountUnread();
    }
  }

  // A rule counts once, however many addresses it has.
  void CountUnread() {
    if (CanHavePools() && !std::exchange(is_unread_, true)) ++rules_.unread_count;
  }

  const uint8_t family_;
  SnatRules& rules_;
  std::array<Register, kRegisterCount> registers_{};
  std::optional<uint8_t> protocol_;
  bool is_unread_ = false;
};

}  // namespace

NfRequest EncodeRuleDump(uint32_t sequence) {
  return NfRequest(MessageType(NFT_MSG_GETRULE), NLM_F_DUMP, AF_UNSPEC, sequence);
}

NfRequest EncodeGenerationQuestion(uint32_t sequence) {
  return NfRequest(MessageType(NFT_MSG_GETGEN), NLM_F_ACK, AF_UNSPEC, sequence);
}

std::optional<uint32_t> DecodeGeneration(const NfMessage& message) {
  if (message.type != MessageType(NFT_MSG_NEWGEN)) return std::nullopt;
  return Number(message.attributes, NFTA_GEN_ID);
}

void AddSnatRule(const NfMessage& message, SnatRules& rules) {
  if (message.type != MessageType(NFT_MSG_NEWRULE)) return;
  const auto expressions = FindNfAttribute(message.attributes, NFTA_RULE_EXPRESSIONS);
  if (!expressions.has_value()) return;
  RuleReader reader(message.family, rules);
  NfAttributes list(expressions->payload);
  NfAttribute element;
  while (list.Next(element)) {
    if (element.type != NFTA_LIST_ELEM) continue;
    const auto name = FindNfAttribute(element.payload, NFTA_EXPR_NAME);
    const auto data = FindNfAttribute(element.payload, NFTA_EXPR_DATA);
    if (!name.has_value()) continue;
    reader.Read(name->Text(), data.has_value() ? data->payload : std::span<const uint8_t>());
  }
}

}  // namespace berthmaster
