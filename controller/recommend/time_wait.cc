#include "controller/recommend/time_wait.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/forecast/reuse.h"
#include "common/sysctl/catalogue.h"
#include "controller/detect/wording.h"
#include "controller/recommend/sample_values.h"

namespace berthmaster {
namespace {

constexpr double kTableHeadroom = 1.5;
constexpr int64_t kTableStep = 4096;
// struct tcp_timewait_sock.
constexpr int64_t kMiniSocketBytes = 256;

int64_t BucketsNeeded(const RemedyContext& context) {
  double needed = std::max<double>(context.pool.in_use, context.pool.capacity);
  if (auto settled = context.settled_in_use()) needed = std::max(needed, *settled);
  auto buckets = static_cast<int64_t>(std::ceil(std::min(needed * kTableHeadroom, 1e9)));
  return (buckets + kTableStep - 1) / kTableStep * kTableStep;
}

std::optional<absl::Duration> DelayOnceOn(const RemedyContext& context) {
  std::map<std::string, std::string> sysctls = context.netns.sysctls;
  sysctls[std::string(kTimeWaitReuseSysctl)] = "1";
  return ReuseDelay(sysctls, context.pool.key);
}

}  // namespace

std::optional<Remedy> ReuseTimeWait(const RemedyContext& context) {
  std::optional<int64_t> reuse = EffectiveNumber(context.netns, kTimeWaitReuseSysctl);
  const int32_t time_wait = context.pool.states[TcpState::kTimeWait];
  if (!reuse.has_value() || *reuse == 1 || context.reuse_delay.has_value() || time_wait == 0) {
    return std::nullopt;
  }
  std::optional<absl::Duration> delay = DelayOnceOn(context);
  if (!delay.has_value()) return std::nullopt;

  PoolChange change;
  change.time_wait_reuse = 1;
  Remedy remedy = StartRemedy(context, RecommendationKind::kTimeWaitReuse, change);
  Recommendation& turn_on = remedy.recommendation;
  AddChange(context, kTimeWaitReuseSysctl, "1", turn_on);
  turn_on.summary = absl::StrFormat(
      "let connect() in %s take over TIME_WAIT ports after %s: net.ipv4.tcp_tw_reuse = 1",
      NetnsText(context.netns.label), SecondsText(*delay));
  turn_on.rationale = absl::StrFormat(
      "%d of the %d sockets in use are TIME_WAIT, each holding its port for 60 s. With "
      "tcp_tw_reuse = 1 a new connection to the same destination may take such a port %s after the "
      "close, when both ends used timestamps. It works at once, and for what is in TIME_WAIT now. "
      "The lasting cure is to reuse connections.",
      time_wait, context.pool.in_use, SecondsText(*delay));
  const bool peers_shown = ShowsPeerTimestamps(context.netns, context.pool);
  turn_on.preconditions = {"TCP timestamps are on here (tcp_timestamps)",
                           peers_shown ? "counters of this namespace show timestamps of peers"
                                       : "not seen: whether the other side uses timestamps"};
  turn_on.caveats.insert(
      turn_on.caveats.end(),
      {"Both ends must use TCP timestamps; against a server without them it has no effect.",
       "A NAT or load balancer between the two that rewrites timestamps, or spreads one address "
       "over servers, may see a reused port as an old connection.",
       "eBPF dataplanes that keep their own connection table hold TIME_WAIT for longer than the "
       "kernel.",
       "It does not help clients that bind() before connect(), nor sockets in FIN_WAIT_2."});
  turn_on.risk = RecommendationRisk::kMedium;
  turn_on.reversibility = "Put back at once by a revert; nothing remains of it.";
  FinishSysctls(context, turn_on);
  return remedy;
}

std::optional<Remedy> RaiseTimeWaitTable(const RemedyContext& context) {
  const Tunable* tunable = FindTunable(kTimeWaitBucketsSysctl);
  std::optional<int64_t> present = EffectiveNumber(context.netns, kTimeWaitBucketsSysctl);
  if (!present.has_value() || *present < 0) return std::nullopt;
  int64_t buckets = std::min(BucketsNeeded(context), tunable->value_max);
  if (buckets <= *present) return std::nullopt;

  PoolChange change;
  change.time_wait_buckets_max = buckets;
  Remedy remedy = StartRemedy(context, RecommendationKind::kTimeWaitTable, change);
  Recommendation& raise = remedy.recommendation;
  AddChange(context, kTimeWaitBucketsSysctl, absl::StrCat(buckets), raise);
  raise.summary = absl::StrFormat("raise net.ipv4.tcp_max_tw_buckets of %s from %d to %d",
                                  NetnsText(context.netns.label), *present, buckets);
  raise.rationale =
      "Above this limit sockets close without TIME_WAIT: their late segments meet nothing, and the "
      "peer's FIN is answered with a reset. A larger table keeps that protection.";
  raise.preconditions = {"the limit in force is lower, and is one that the kernel counts against"};
  raise.evidence.push_back(
      {"kernel memory when it is full",
       absl::StrFormat("%.1f MiB more (256 bytes each)",
                       static_cast<double>(buckets - *present) * kMiniSocketBytes / (1 << 20))});
  raise.caveats.insert(
      raise.caveats.end(),
      {"It gives room for TIME_WAIT, not for ports: a connect pool that runs out needs another "
       "remedy.",
       "A full table takes that kernel memory, and searches of the socket table take longer."});
  if (buckets == tunable->value_max) {
    raise.caveats.push_back(absl::StrCat("It is the largest that Berthmaster writes (", buckets,
                                         "); the load may need more."));
  }
  raise.risk = RecommendationRisk::kLow;
  raise.reversibility =
      "Put back at once by a revert; TIME_WAIT sockets above it live out their 60 s.";
  FinishSysctls(context, raise);
  return remedy;
}

}  // namespace berthmaster
