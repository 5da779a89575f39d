#include "controller/recommend/conntrack.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/sysctl/catalogue.h"
#include "controller/detect/wording.h"
#include "controller/recommend/sample_values.h"

namespace berthmaster {
namespace {

// A socket's TIME_WAIT ends after 60 s and the timer wheel's slack: 62.05 s at HZ=250 (measured),
// 65.1 s at most, with HZ=100.
constexpr int kConntrackTimeWaitSeconds = 66;
// struct nf_conn in its slab (256 bytes) with the usual extensions; a bucket is a pointer.
constexpr int64_t kEntryBytes = 320;
constexpr int64_t kBucketBytes = 8;
// Chains of this length are what the kernel's own default allows for.
constexpr int64_t kEntriesPerBucket = 4;
constexpr int64_t kTableStep = 65536;
// What get_unique_tuple() chooses from when no rule limits it.
constexpr PortRange kMasqueradeAll{1024, 65535};

double Mebibytes(int64_t bytes) { return static_cast<double>(bytes) / (1 << 20); }

int64_t EntriesNeeded(const RemedyContext& context) {
  double needed = 2.0 * context.pool.capacity;
  if (auto settled = context.settled_in_use()) {
    needed = std::max(kCapacityHeadroom * *settled, kCapacityHeadroom * context.pool.in_use);
  }
  const auto entries = static_cast<int64_t>(std::ceil(std::min(needed, 1e9)));
  return (entries + kTableStep - 1) / kTableStep * kTableStep;
}

}  // namespace

std::optional<Remedy> RaiseConntrackTable(const RemedyContext& context) {
  const Tunable* tunable = FindTunable(kConntrackMaxSysctl);
  const int64_t present = context.pool.capacity;
  const int64_t entries = std::min(EntriesNeeded(context), tunable->value_max);
  if (entries <= present) return std::nullopt;
  PoolChange change;
  change.capacity = static_cast<int32_t>(entries);
  Remedy remedy = StartRemedy(context, RecommendationKind::kConntrackTable, change);
  Recommendation& raise = remedy.recommendation;
  const int64_t buckets = entries / kEntriesPerBucket;
  const auto buckets_now = EffectiveNumber(context.netns, kConntrackBucketsSysctl);
  const bool rehash = !buckets_now.has_value() || *buckets_now < buckets;
  raise.summary = absl::StrFormat("raise net.netfilter.nf_conntrack_max of the host from %d to %d",
                                  present, entries);
  raise.rationale = absl::StrFormat(
      "conntrack drops the packets of new connections once a namespace has nf_conntrack_max "
      "entries. %d are there. The number is one for the host and compared with each namespace's "
      "own count.",
      context.pool.in_use);
  raise.evidence.push_back(
      {"kernel memory when it is full",
       absl::StrFormat("%.0f MiB more (about %d bytes an entry)",
                       Mebibytes((entries - present) * kEntryBytes), kEntryBytes)});
  if (rehash) {
    raise.evidence.push_back(
        {"hash table", absl::StrFormat("%d buckets, %.1f MiB, for chains of %d", buckets,
                                       Mebibytes(buckets * kBucketBytes), kEntriesPerBucket)});
  }
  raise.preconditions = {"the table is limited, and by less than the load needs"};
  raise.caveats.insert(
      raise.caveats.end(),
      {"It is written in the host's own namespace only; other namespaces see it read-only.",
       "Each namespace may then have so many entries: the memory is that of all of them.",
       "A flood fills a larger table too; look at who makes the entries."});
  if (rehash) {
    raise.caveats.push_back(
        "Changing the number of buckets rehashes the table, which stops "
        "packets for a moment.");
  }
  std::string lines;
  if (rehash) absl::StrAppend(&lines, kConntrackBucketsSysctl, " = ", buckets, "\n");
  absl::StrAppend(&lines, kConntrackMaxSysctl, " = ", entries, "\n");
  raise.durable_forms = {{DurableFormKind::kSysctlDropIn,
                          "/etc/sysctl.d/60-berthmaster.conf of the host, read after nf_conntrack "
                          "is loaded",
                          lines}};
  raise.scope = RecommendationScope::kHost;
  raise.risk = RecommendationRisk::kMedium;
  raise.reversibility = "Write the value of before: entries above it stay until they end.";
  return remedy;
}

std::optional<Remedy> ShortenConntrackTimeWait(const RemedyContext& context) {
  const auto present = EffectiveNumber(context.netns, kConntrackTimeWaitSysctl);
  if (!present.has_value() || *present <= kConntrackTimeWaitSeconds) return std::nullopt;
  PoolChange change;
  change.conntrack_time_wait = absl::Seconds(kConntrackTimeWaitSeconds);
  Remedy remedy = StartRemedy(context, RecommendationKind::kConntrackTimeout, change);
  Recommendation& shorten = remedy.recommendation;
  AddChange(context, kConntrackTimeWaitSysctl, absl::StrCat(kConntrackTimeWaitSeconds), shorten);
  shorten.summary =
      absl::StrFormat("keep closed connections in conntrack of %s for %d s in place of %d",
                      NetnsText(context.netns.label), kConntrackTimeWaitSeconds, *present);
  shorten.rationale = absl::StrFormat(
      "conntrack keeps a closed connection for %d s, and its SNAT port with it: twice as long as "
      "the socket's own TIME_WAIT, which is over after 60 s and a few of slack. %d s are enough "
      "for "
      "whatever the socket may still have to answer.",
      *present, kConntrackTimeWaitSeconds);
  const int32_t time_wait = context.pool.states[TcpState::kTimeWait];
  if (context.pool.kind == PoolKind::kSnat && time_wait > 0) {
    shorten.evidence.push_back(
        {"TIME_WAIT entries, now and then",
         absl::StrFormat("%d, about %.0f", time_wait,
                         static_cast<double>(time_wait) * kConntrackTimeWaitSeconds / *present)});
  }
  shorten.preconditions = {"the timeout in force is longer than a socket's TIME_WAIT lasts"};
  shorten.caveats.push_back("Entries of now keep their time unless they see another packet.");
  if (!remedy.change.has_value()) {
    shorten.caveats.push_back(
        "How many entries are in TIME_WAIT is not in the sample, so what it brings is not "
        "reckoned.");
  }
  shorten.risk = RecommendationRisk::kMedium;
  shorten.reversibility = "Put back at once by a revert; entries made meanwhile end earlier.";
  FinishSysctls(context, shorten);
  return remedy;
}

std::optional<Remedy> WidenMasqueradeRange(const RemedyContext& context) {
  const PoolSample& pool = context.pool;
  if (pool.kind != PoolKind::kSnat || pool.capacity >= kMasqueradeAll.size()) return std::nullopt;
  PoolChange change;
  change.capacity = kMasqueradeAll.size();
  Remedy remedy = StartRemedy(context, RecommendationKind::kMasqueradeRange, change);
  Recommendation& widen = remedy.recommendation;
  const absl::string_view protocol = pool.key.protocol == IpProtocol::kUdp ? "udp" : "tcp";
  const bool is_v6 = !pool.key.source.is_v4();
  widen.summary =
      absl::StrFormat("let the NAT rule of %s use ports %d-%d towards %s: %d in place of %d",
                      NetnsText(context.netns.label), kMasqueradeAll.low, kMasqueradeAll.high,
                      FlowText(pool.key), kMasqueradeAll.size(), pool.capacity);
  widen.rationale =
      "A rule limits the ports that sources are translated to. Each address, protocol and "
      "destination has as many as the rule offers; near the end the kernel tries some 240 at most, "
      "so packets are dropped before the last one is taken.";
  widen.preconditions = {"a rule offers fewer ports than conntrack can use"};
  widen.caveats.insert(
      widen.caveats.end(),
      {"To leave the option out does too: the source port is kept, or one of 1024-65535 taken.",
       "The text shows the ports only: keep what the old rule matches on, and its place.",
       "Take the old rule away last: what begins without any is never translated and hangs.",
       "Another rule may keep a part of these ports for something else: look at the whole table.",
       "Connections that are there keep their translation; only new ones see the rule.",
       "Where Kubernetes' or a CNI's own agent makes the rule, it is changed there."});
  const std::string prefix = CommandPrefix(context.netns);
  const std::string ports = absl::StrCat(kMasqueradeAll.low, "-", kMasqueradeAll.high);
  widen.durable_forms = {
      {DurableFormKind::kFirewallRule, "iptables: in place of the rule with the narrow --to-ports",
       absl::StrCat(prefix, is_v6 ? "ip6tables" : "iptables", " -t nat -A POSTROUTING -p ",
                    protocol, " -j MASQUERADE --to-ports ", ports, " --random-fully\n")},
      {DurableFormKind::kFirewallRule, "nftables: in place of the rule with the narrow range",
       absl::StrCat(prefix, "nft add rule ", is_v6 ? "ip6" : "ip", " nat postrouting meta l4proto ",
                    protocol, " masquerade to :", ports, " fully-random\n")}};
  widen.scope = RecommendationScope::kHost;
  widen.risk = RecommendationRisk::kMedium;
  widen.reversibility = "Put the rule of before back; connections keep what they have.";
  return remedy;
}

}  // namespace berthmaster
