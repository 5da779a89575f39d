#include "controller/recommend/widen_range.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/sysctl/catalogue.h"
#include "controller/detect/wording.h"
#include "controller/recommend/range_plan.h"

namespace berthmaster {
namespace {

// A coarse step, so that the noise of the rate does not make a new proposal of each sample.
constexpr int kStepSmall = 128;
constexpr int kStepLarge = 1024;
constexpr int kLargeCapacity = 8192;
constexpr int kPortsMax = 65536;

int RoundUp(double needed) {
  double capped = std::clamp<double>(std::ceil(needed), 0, kPortsMax);
  int step = capped > kLargeCapacity ? kStepLarge : kStepSmall;
  return (static_cast<int>(capped) + step - 1) / step * step;
}

int CapacityNeeded(const RemedyContext& context) {
  const PoolSample& pool = context.pool;
  double needed = kCapacityHeadroom * std::max(pool.capacity, pool.in_use - pool.reusable);
  std::optional<double> settled = context.settled_in_use();
  if (settled.has_value()) needed = std::max(needed, kCapacityHeadroom * *settled);
  if (!settled.has_value() || context.demand_unknown)
    needed = std::max(needed, 2.0 * pool.capacity);
  return RoundUp(needed);
}

std::string RangeValue(PortRange range) { return absl::StrCat(range.low, " ", range.high); }

bool IsLeak(const RemedyContext& context) {
  return context.incident.cause == IncidentCause::kEstablishedLeak ||
         context.incident.cause == IncidentCause::kCloseWaitLeak;
}

std::string TimeGained(const WhatIf& what_if) {
  if (!what_if.before.time_to_exhaustion.has_value()) return "";
  if (!what_if.after.time_to_exhaustion.has_value()) return "no exhaustion within a day";
  return absl::StrCat(
      SecondsText(*what_if.after.time_to_exhaustion - *what_if.before.time_to_exhaustion), " more");
}

std::vector<std::string> Caveats(const RemedyContext& context, const RangePlan& plan, int needed) {
  std::vector<std::string> caveats;
  if (plan.capacity < needed) {
    caveats.push_back(absl::StrFormat(
        "It is the widest range there may be, and %d ports short of the %d that the load needs.",
        needed - plan.capacity, needed));
  }
  if (context.demand_unknown) {
    caveats.push_back(
        "Connections fail now, so the rate that the application wants is not known; the capacity "
        "is doubled, and more may be needed.");
  }
  if (IsLeak(context)) {
    caveats.push_back("It only buys time: a leak fills a wider range too.");
  }
  caveats.push_back(
      "Services that listen only now and then are not in the sample: one that starts on a port of "
      "the new part while an outgoing connection holds it fails to bind.");
  if (plan.range.low < kKnownServicesEnd) {
    caveats.push_back(absl::StrCat("It reaches below ", kKnownServicesEnd,
                                   ", where many services have their ports: reserve those of this "
                                   "namespace."));
  }
  if (plan.reserves()) {
    caveats.push_back(
        "Ports that are reserved are still open to an explicit bind(); they only stop being "
        "chosen.");
  }
  caveats.push_back(
      "Applications that set IP_LOCAL_PORT_RANGE on their sockets keep their own "
      "range.");
  return caveats;
}

}  // namespace

std::optional<Remedy> WidenRange(const RemedyContext& context) {
  int needed = CapacityNeeded(context);
  std::optional<RangePlan> plan = PlanRange(context.netns, context.pool, needed);
  if (!plan.has_value()) return std::nullopt;
  PoolChange change;
  change.port_range = plan->range;
  if (plan->reserves()) change.reserved_ports = plan->reserved;
  Remedy remedy = StartRemedy(context, RecommendationKind::kWidenRange, change);
  Recommendation& widen = remedy.recommendation;
  if (plan->reserves()) {
    AddChange(context, kReservedPortsSysctl, plan->reserved.ToSysctl(), widen);
  }
  AddChange(context, kPortRangeSysctl, RangeValue(plan->range), widen);
  widen.summary = absl::StrFormat(
      "widen the local port range of %s from %d-%d to %d-%d: %d ports %s in place of %d",
      NetnsText(context.netns.label), plan->present.low, plan->present.high, plan->range.low,
      plan->range.high, plan->capacity,
      context.pool.kind == PoolKind::kConnect ? "to each destination" : "on each address",
      context.pool.capacity);
  widen.rationale = absl::StrCat(
      "There are ", context.pool.capacity, " ports for this ",
      context.pool.kind == PoolKind::kConnect ? "destination" : "address", ". ",
      context.settled_in_use().has_value()
          ? absl::StrFormat("The present load settles at %.0f in use; the new range has room for "
                            "it and a quarter more. ",
                            *context.settled_in_use())
          : std::string(
                "What fills the pool has no end in sight: a wider range buys time, no more. "),
      "The next call uses the new range, no connection is touched. The lasting cure is to "
      "open fewer connections.");
  widen.preconditions = {
      absl::StrFormat("the range begins at or above ip_unprivileged_port_start and is even in "
                      "size (%d-%d)",
                      plan->range.low, plan->range.high),
      plan->reserves() ? "ports that services need are reserved before the range covers them"
                       : "no port that a service is known to need is in the new part"};
  widen.evidence.push_back({"capacity needed", absl::StrCat(needed)});
  if (IsLeak(context)) {
    widen.summary = absl::StrCat("buy time: ", widen.summary);
    widen.evidence.push_back({"time gained", TimeGained(widen.what_if)});
  }
  for (std::string& caveat : Caveats(context, *plan, needed)) {
    widen.caveats.push_back(std::move(caveat));
  }
  widen.risk =
      plan->range.low < kKnownServicesEnd ? RecommendationRisk::kMedium : RecommendationRisk::kLow;
  widen.reversibility =
      "Put back at once by a revert; connections on ports of the new part live on until they end.";
  FinishSysctls(context, widen);
  return remedy;
}

}  // namespace berthmaster
