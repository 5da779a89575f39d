#include "tests/fuzz/netfilter_fuzz.h"

#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "agent/kernel/netfilter/conntrack_stat.h"
#include "agent/kernel/netfilter/ct_codec.h"
#include "agent/kernel/netfilter/nft_nat_rules.h"
#include "agent/kernel/netns/proc_net.h"

namespace berthmaster {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

bool IsInside(std::span<const uint8_t> part, const uint8_t* data, size_t size) {
  return part.empty() || (part.data() >= data && part.data() + part.size() <= data + size);
}

void FuzzTexts(absl::string_view text) {
  std::map<std::string, int64_t> counters;
  ParseConntrackStat(text, counters).IgnoreError();
  AddCounters(text, counters).IgnoreError();
  AddCounters6(text, counters).IgnoreError();
  SockstatCounts sockstat;
  AddSockstat(text, sockstat).IgnoreError();
  Require(sockstat.tcp_in_use >= 0 && sockstat.time_wait >= 0 && sockstat.udp_in_use >= 0);
}

}  // namespace

void FuzzNetfilter(const uint8_t* data, size_t size) {
  size_t message_count = 0;
  SnatRules rules;
  // The messages in a corpus have the sequence number 1.
  DecodeNfMessages({data, size}, 1,
                   [&](const NfMessage& message) {
                     ++message_count;
                     Require(IsInside(message.attributes, data, size));
                     absl::StatusOr<std::optional<CtEntry>> entry = DecodeCtEntry(message);
                     if (entry.ok() && entry->has_value()) {
                       const SnatRow& row = (*entry)->row;
                       Require(!row.state.has_value() || row.protocol == IpProtocol::kTcp);
                     }
                     AddSnatRule(message, rules);
                     DecodeGeneration(message);
                   })
      .status()
      .IgnoreError();
  // Each message takes two headers.
  Require(message_count <= size / (16 + 4) + 1);
  Require(rules.ranges.size() <= kSnatRangesMax);
  // Each message is one rule at most.
  Require(rules.unread_count <= static_cast<int64_t>(message_count));
  for (const SnatRange& range : rules.ranges) {
    Require(range.ports.low > 0 && range.ports.low <= range.ports.high);
    Require(!range.protocol.has_value() || *range.protocol == IpProtocol::kTcp ||
            *range.protocol == IpProtocol::kUdp);
  }
  FuzzTexts({reinterpret_cast<const char*>(data), size});
}

}  // namespace berthmaster

// The entry of libFuzzer: ./dev fuzz netfilter.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  berthmaster::FuzzNetfilter(data, size);
  return 0;
}
