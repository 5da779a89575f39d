#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "tests/agent/kernel/nf_bytes.h"
#include "tests/agent/kernel/sock_diag_bytes.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fuzz/corpus.h"
#include "tests/fuzz/netfilter_fuzz.h"

namespace berthmaster {
namespace {

constexpr uint32_t kSequence = 1;

Bytes SeedEntries() {
  return Join(
      {CtEntryBytes(kSequence, {}),
       CtEntryBytes(kSequence, {.protocol = 17, .status = std::nullopt}),
       CtEntryBytes(
           kSequence,
           {.source = "fd01::2", .destination = "fd02::2", .snat_address = "fd02::1", .zone = 3}),
       NetlinkMessage(3, kSequence, Number(0))});
}

Bytes SeedRules() {
  std::vector<Bytes> masquerade = NftProtocol(6);
  masquerade.push_back(NftImmediate(1, Big16(40000)));
  masquerade.push_back(NftImmediate(2, Big16(40009)));
  masquerade.push_back(NftExpression("masq", {NfAttr(2, Big32(1)), NfAttr(3, Big32(2))}));
  const std::vector<Bytes> snat = {
      NftImmediate(1, Address("10.2.0.1")), NftImmediate(2, Address("10.2.0.9")),
      NftImmediate(3, Big16(42000)),
      NftExpression("nat", {NfAttr(1, Big32(0)), NfAttr(3, Big32(1)), NfAttr(4, Big32(2)),
                            NfAttr(5, Big32(3)), NfAttr(6, Big32(3))})};
  const std::vector<Bytes> target = {NftExpression(
      "target", {NfAttr(1, Name("MASQUERADE")), NfAttr(2, Big32(0)),
                 NfAttr(3, Join({Number(1), Number(2), Bytes(8, 0), Big16(1), Big16(9)}))})};
  return Join({NftRuleBytes(kSequence, 2, masquerade), NftRuleBytes(kSequence, 1, snat),
               NftRuleBytes(kSequence, 2, target),
               NfMessageBytes(0xa0f, 0, kSequence, {NfAttr(1, Big32(77))})});
}

Bytes ToBytes(absl::string_view text) { return Bytes(text.begin(), text.end()); }

std::vector<Bytes> Seeds() {
  return {SeedEntries(),
          SeedRules(),
          ToBytes("entries clashres drop insert_failed\n0000000c 00000000 00000001 00000001\n"),
          ToBytes("Tcp: MaxConn ActiveOpens\nTcp: -1 29\nTcpExt: TW TWKilled\nTcpExt: 1 2\n"),
          ToBytes("TCP: inuse 5 orphan 0 tw 12 alloc 7 mem 1\nUDP: inuse 2 mem 0\n"),
          ToBytes("Udp6NoPorts                     \t8\n")};
}

TEST(NetfilterFuzz, TakesItsCorpus) { RunCorpus("netfilter", FuzzNetfilter); }

// A short, fixed run for every build; tests/fuzz/README.md says how to fuzz for long.
TEST(NetfilterFuzz, TakesMutatedBytes) {
  constexpr int kRunsPerSeed = 4000;
  FakeRandom random(20261127);
  for (const Bytes& seed : Seeds()) {
    FuzzNetfilter(seed.data(), seed.size());
    for (int run = 0; run < kRunsPerSeed; ++run) {
      Bytes bytes = seed;
      const uint64_t change_count = 1 + random.Next() % 8;
      for (uint64_t change = 0; change < change_count; ++change) {
        bytes[random.Next() % bytes.size()] = static_cast<uint8_t>(random.Next());
      }
      if (random.Next() % 2 == 0) bytes.resize(random.Next() % bytes.size());
      FuzzNetfilter(bytes.data(), bytes.size());
    }
  }
}

TEST(NetfilterFuzz, TakesBytesWithoutSense) {
  FakeRandom random(7);
  for (int run = 0; run < 2000; ++run) {
    Bytes bytes(random.Next() % 512);
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random.Next());
    FuzzNetfilter(bytes.data(), bytes.size());
  }
}

}  // namespace
}  // namespace berthmaster
