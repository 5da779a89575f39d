#include "agent/kernel/netfilter/nft_nat_rules.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/agent/kernel/nf_bytes.h"
#include "tests/agent/kernel/sock_diag_bytes.h"

namespace berthmaster {
namespace {

constexpr uint32_t kSequence = 7;
constexpr uint8_t kInet = 1;
constexpr uint8_t kIpv4 = 2;
constexpr uint8_t kIpv6 = 10;

SnatRules ReadRule(uint8_t family, const std::vector<Bytes>& expressions) {
  SnatRules rules;
  EXPECT_TRUE(DecodeNfMessages(NftRuleBytes(kSequence, family, expressions), kSequence,
                               [&rules](const NfMessage& message) { AddSnatRule(message, rules); })
                  .ok());
  return rules;
}

std::string Show(const SnatRules& rules) {
  std::string text;
  if (rules.unread_count > 0) absl::StrAppend(&text, rules.unread_count, " not read; ");
  for (const SnatRange& range : rules.ranges) {
    absl::StrAppend(
        &text, range.snat_address.ToIpAddress().ToString(), " ",
        range.protocol.has_value() ? absl::StrCat(static_cast<int>(*range.protocol)) : "any", " ",
        range.ports.low, "-", range.ports.high, "; ");
  }
  return text;
}

std::vector<Bytes> operator+(std::vector<Bytes> a, const std::vector<Bytes>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Bytes Masquerade(uint32_t low_register, uint32_t high_register) {
  return NftExpression("masq", {NfAttr(1, Big32(2)), NfAttr(2, Big32(low_register)),
                                NfAttr(3, Big32(high_register))});
}

Bytes Snat(uint32_t type, uint32_t first, uint32_t last, uint32_t low, uint32_t high) {
  return NftExpression("nat",
                       {NfAttr(1, Big32(type)), NfAttr(2, Big32(2)), NfAttr(3, Big32(first)),
                        NfAttr(4, Big32(last)), NfAttr(5, Big32(low)), NfAttr(6, Big32(high))});
}

TEST(NftNatRules, ReadsMasqueradeWithPorts) {
  const std::vector<Bytes> masquerade = {NftImmediate(1, Big16(40000)),
                                         NftImmediate(2, Big16(40009)), Masquerade(1, 2)};
  EXPECT_EQ(Show(ReadRule(kIpv4, NftProtocol(6) + masquerade)), "0.0.0.0 6 40000-40009; ");
  EXPECT_EQ(Show(ReadRule(kInet, NftProtocol(17) + masquerade)), "0.0.0.0 17 40000-40009; ");
  EXPECT_EQ(Show(ReadRule(kIpv6, masquerade)), ":: any 40000-40009; ");
  // The short registers: NFT_REG32_00 lies where NFT_REG_1 does, NFT_REG32_04 where NFT_REG_2.
  EXPECT_EQ(Show(ReadRule(
                kIpv4, {NftImmediate(8, Big16(1)), NftImmediate(12, Big16(2)), Masquerade(1, 2)})),
            "0.0.0.0 any 1-2; ");
}

TEST(NftNatRules, ReadsSnatToOneAddressAndToSeveral) {
  const std::vector<Bytes> ports = {NftImmediate(3, Big16(42000)), NftImmediate(4, Big16(42001))};
  EXPECT_EQ(Show(ReadRule(kIpv4, std::vector<Bytes>{NftImmediate(1, Address("10.2.0.1"))} + ports +
                                     std::vector<Bytes>{Snat(0, 1, 1, 3, 4)})),
            "10.2.0.1 any 42000-42001; ");
  const auto from_to = [&](const char* first, const char* last) {
    return Show(ReadRule(
        kIpv4, std::vector<Bytes>{NftImmediate(1, Address(first)), NftImmediate(2, Address(last))} +
                   ports + std::vector<Bytes>{Snat(0, 1, 2, 3, 3)}));
  };
  EXPECT_EQ(from_to("10.2.0.254", "10.2.1.0"),
            "10.2.0.254 any 42000-42000; 10.2.0.255 any 42000-42000; 10.2.1.0 any 42000-42000; ");
  // Too many to name, and the wrong way round: for any address.
  EXPECT_EQ(from_to("10.2.0.0", "10.2.255.255"), "0.0.0.0 any 42000-42000; ");
  EXPECT_EQ(from_to("10.2.0.9", "10.2.0.1"), "0.0.0.0 any 42000-42000; ");
  EXPECT_EQ(from_to("0.0.0.0", "255.255.255.255"), "0.0.0.0 any 42000-42000; ");
}

TEST(NftNatRules, LeavesOutWhatLimitsNoSourcePort) {
  const Bytes port = NftImmediate(1, Big16(40000));
  for (const std::vector<Bytes>& rule : std::vector<std::vector<Bytes>>{
           {},
           {NftExpression("masq", {})},
           {NftExpression("counter", {}), NftExpression("accept", {})},
           // DNAT.
           {port, Snat(1, 1, 1, 1, 1)},
           // SNAT to an address alone.
           {NftImmediate(1, Address("10.2.0.1")),
            NftExpression("nat", {NfAttr(1, Big32(0)), NfAttr(3, Big32(1)), NfAttr(4, Big32(1))})},
           {NftImmediate(1, Big16(0)), Masquerade(1, 1)}}) {
    EXPECT_EQ(Show(ReadRule(kIpv4, rule)), "");
  }
  // Of another protocol.
  EXPECT_EQ(Show(ReadRule(kIpv4, NftProtocol(132) + std::vector<Bytes>{port, Masquerade(1, 1)})),
            "");
}

TEST(NftNatRules, CountsRulesWhoseSourcePortsAreNoConstants) {
  const Bytes port = NftImmediate(1, Big16(40000));
  const Bytes lookup = NftExpression("lookup", {NfAttr(2, Big32(1)), NfAttr(3, Big32(1))});
  EXPECT_EQ(Show(ReadRule(kIpv4, {port, lookup, Masquerade(1, 1)})), "1 not read; ");
  EXPECT_EQ(Show(ReadRule(kIpv4, {port, lookup, Snat(0, 1, 1, 9, 9)})), "1 not read; ");
  // The first port is a constant and the last is not.
  EXPECT_EQ(Show(ReadRule(kIpv4, {lookup, port, Masquerade(1, 2)})), "1 not read; ");
  // Of DNAT, and of another protocol.
  EXPECT_EQ(Show(ReadRule(kIpv4, {lookup, Snat(1, 1, 1, 9, 9)})), "");
  EXPECT_EQ(Show(ReadRule(kIpv4, NftProtocol(132) + std::vector<Bytes>{lookup, Masquerade(1, 1)})),
            "");
}

// nf_nat_ipv4_multi_range_compat and nf_nat_range as iptables-nft lays them into the rule.
Bytes Target(const std::string& name, uint32_t revision, const Bytes& info) {
  return NftExpression("target",
                       {NfAttr(1, Name(name)), NfAttr(2, Big32(revision)), NfAttr(3, info)});
}

TEST(NftNatRules, ReadsTargetsOfIptables) {
  const Bytes ports = Join({Big16(43000), Big16(43010)});
  const Bytes nothing(8, 0);
  const Bytes masquerade = Join({Number(1), Number(2), nothing, ports});
  EXPECT_EQ(Show(ReadRule(
                kIpv4, NftProtocol(6) + std::vector<Bytes>{Target("MASQUERADE", 0, masquerade)})),
            "0.0.0.0 6 43000-43010; ");
  const Bytes snat = Join({Number(1), Number(3), Address("10.2.0.1"), Address("10.2.0.2"), ports});
  EXPECT_EQ(Show(ReadRule(kIpv4, {Target("SNAT", 0, snat)})),
            "10.2.0.1 any 43000-43010; 10.2.0.2 any 43000-43010; ");
  const Bytes snat6 = Join({Number(3), Address("fd02::1"), Address("fd02::1"), ports});
  EXPECT_EQ(Show(ReadRule(kIpv6, {Target("SNAT", 0, snat6)})), "fd02::1 any 43000-43010; ");
  EXPECT_EQ(Show(ReadRule(kIpv4, {Target("DNAT", 0, snat)})), "");
  EXPECT_EQ(Show(ReadRule(kIpv4, {Target("SNAT", 0, Bytes(5, 0xff))})), "");
  // --random-fully alone.
  EXPECT_EQ(Show(ReadRule(kIpv4, {Target("MASQUERADE", 0,
                                         Join({Number(1), Number(16), nothing, Number(0)}))})),
            "");
}

TEST(NftNatRules, IsBounded) {
  SnatRules rules;
  rules.ranges.resize(kSnatRangesMax - 1);
  const Bytes rule =
      NftRuleBytes(kSequence, kIpv4,
                   {NftImmediate(1, Address("10.2.0.1")), NftImmediate(2, Address("10.2.0.9")),
                    NftImmediate(3, Big16(1)), Snat(0, 1, 2, 3, 3)});
  ASSERT_TRUE(DecodeNfMessages(rule, kSequence, [&rules](const NfMessage& message) {
                AddSnatRule(message, rules);
              }).ok());
  EXPECT_EQ(rules.ranges.size(), kSnatRangesMax);
  EXPECT_EQ(rules.unread_count, 1);
}

TEST(NftNatRules, KnowsTheGeneration) {
  std::optional<uint32_t> generation;
  ASSERT_TRUE(
      DecodeNfMessages(
          NfMessageBytes(0xa0f, 0, kSequence, {NfAttr(1, Big32(77))}), kSequence,
          [&generation](const NfMessage& message) { generation = DecodeGeneration(message); })
          .ok());
  EXPECT_EQ(generation, 77u);
}

}  // namespace
}  // namespace berthmaster
