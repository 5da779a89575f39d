#include "controller/recommend/time_wait.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/forecast/reuse.h"
#include "common/sysctl/catalogue.h"
#include "controller/detect/inflow.h"
#include "controller/detect/wording.h"

namespace berthmaster {
namespace {

constexpr double kTableHeadroom = 1.5;
constexpr int64_t kTableStep = 4096;
// struct tcp_timewait_sock.
constexpr int64_t kMiniSocketBytes = 256;

std::optional<int64_t> Number(const NetnsSample& netns, absl::string_view sysctl) {
  int64_t number = 0;
  auto value = EffectiveValue(netns, sysctl);
  if (!value.has_value() || !absl::SimpleAtoi(*value, &number)) return std::nullopt;
  return number;
}

// The pool as it is once TIME_WAIT older than `delay` is reusable.
PoolSample WithReuse(const PoolSample& pool, absl::Duration delay) {
  PoolSample after = pool;
  std::vector<int64_t> history = CloseHistory(pool);
  auto young_seconds = static_cast<size_t>(std::ceil(absl::ToDoubleSeconds(delay)));
  int64_t young = 0;
  for (size_t age = 0; age < std::min(young_seconds, history.size()); ++age) young += history[age];
  int64_t old = std::max<int64_t>(pool.states[TcpState::kTimeWait] - young, pool.reusable);
  after.reusable = static_cast<int32_t>(std::min<int64_t>(old, pool.in_use));
  return after;
}

int64_t BucketsNeeded(const RemedyContext& context) {
  double needed = std::max<double>(context.pool.in_use, context.pool.capacity);
  if (auto settled = context.settled_in_use()) needed = std::max(needed, *settled);
  auto buckets = static_cast<int64_t>(std::ceil(std::min(needed * kTableHeadroom, 1e9)));
  return (buckets + kTableStep - 1) / kTableStep * kTableStep;
}

}  // namespace

std::optional<Recommendation> ReuseTimeWait(const RemedyContext& context) {
  std::optional<int64_t> reuse = Number(context.netns, kTimeWaitReuseSysctl);
  std::optional<int64_t> timestamps = Number(context.netns, kTimestampsSysctl);
  if (!reuse.has_value() || *reuse == 1 || context.reuse_delay.has_value()) return std::nullopt;
  if (timestamps.value_or(0) == 0) return std::nullopt;
  std::map<std::string, std::string> sysctls = context.netns.sysctls;
  sysctls[std::string(kTimeWaitReuseSysctl)] = "1";
  std::optional<absl::Duration> delay = ReuseDelay(sysctls, context.pool.key);
  if (!delay.has_value()) return std::nullopt;

  Recommendation change = StartRecommendation(context, RecommendationKind::kTimeWaitReuse);
  change.changes.push_back({std::string(kTimeWaitReuseSysctl),
                            *EffectiveValue(context.netns, kTimeWaitReuseSysctl), "1"});
  PoolSample after = WithReuse(context.pool, *delay);
  change.what_if = WhatIfOf(context, after, delay);
  change.summary = absl::StrFormat(
      "let connect() in %s take over TIME_WAIT ports after %s: net.ipv4.tcp_tw_reuse = 1",
      NetnsText(context.netns.label), SecondsText(*delay));
  change.rationale = absl::StrFormat(
      "%d of the %d sockets in use are TIME_WAIT, each holding its port for 60 s. With "
      "tcp_tw_reuse "
      "= 1 a new connection to the same destination may take such a port %s after the close, when "
      "both ends used timestamps. It works at once, and for what is in TIME_WAIT now. The lasting "
      "cure is to reuse connections.",
      context.pool.states[TcpState::kTimeWait], context.pool.in_use, SecondsText(*delay));
  change.evidence.push_back({"reusable at once then", absl::StrCat(after.reusable)});
  change.caveats = {
      "Both ends must use TCP timestamps; against a server without them it has no effect.",
      "A NAT or load balancer between the two that rewrites timestamps, or spreads one address "
      "over "
      "servers, may see a reused port as an old connection.",
      "eBPF dataplanes that keep their own connection table hold TIME_WAIT for longer than the "
      "kernel.",
      "It does not help clients that bind() before connect(), nor sockets in FIN_WAIT_2."};
  change.risk = RecommendationRisk::kMedium;
  change.reversibility = "Put back at once by a revert; nothing remains of it.";
  change.durable_form = DurableForm(context, change);
  return change;
}

std::optional<Recommendation> RaiseTimeWaitTable(const RemedyContext& context) {
  const Tunable* tunable = FindTunable(kTimeWaitBucketsSysctl);
  std::optional<int64_t> present = Number(context.netns, kTimeWaitBucketsSysctl);
  if (!present.has_value() || *present < 0) return std::nullopt;
  int64_t buckets = std::min(BucketsNeeded(context), tunable->value_max);
  if (buckets <= *present) return std::nullopt;

  Recommendation raise = StartRecommendation(context, RecommendationKind::kTimeWaitTable);
  raise.changes.push_back({std::string(kTimeWaitBucketsSysctl),
                           *EffectiveValue(context.netns, kTimeWaitBucketsSysctl),
                           absl::StrCat(buckets)});
  PoolSample after = context.pool;
  after.capacity = static_cast<int32_t>(buckets);
  raise.what_if = WhatIfOf(context, after, std::nullopt);
  raise.summary = absl::StrFormat("raise net.ipv4.tcp_max_tw_buckets of %s from %d to %d",
                                  NetnsText(context.netns.label), *present, buckets);
  raise.rationale =
      "Above this limit sockets close without TIME_WAIT: their late segments meet nothing, and the "
      "peer's FIN is answered with a reset. A larger table keeps that protection.";
  raise.evidence.push_back(
      {"kernel memory when it is full",
       absl::StrFormat("%.1f MiB more (256 bytes each)",
                       static_cast<double>(buckets - *present) * kMiniSocketBytes / (1 << 20))});
  raise.caveats = {
      "It gives room for TIME_WAIT, not for ports: a connect pool that runs out needs another "
      "remedy.",
      "A full table takes that kernel memory, and searches of the socket table take longer."};
  if (buckets == tunable->value_max) {
    raise.caveats.push_back(absl::StrCat("It is the largest that Berthmaster writes (", buckets,
                                         "); the load may need more."));
  }
  raise.risk = RecommendationRisk::kLow;
  raise.reversibility =
      "Put back at once by a revert; TIME_WAIT sockets above it live out their 60 s.";
  raise.durable_form = DurableForm(context, raise);
  return raise;
}

}  // namespace berthmaster
