#include "controller/detect/outlook.h"

#include <algorithm>
#include <cmath>

#include "common/forecast/forecast.h"

namespace berthmaster {
namespace {

// A rise that lasts for so many holds is none of TIME_WAIT.
constexpr double kHoldsMax = 1.2;

std::optional<double> RateOf(const PoolSample& pool) {
  return pool.kind == PoolKind::kTimeWaitTable ? pool.time_wait_rate : pool.connection_rate;
}

// How long a place is held after its user has let it go; nothing where it is free at once.
std::optional<absl::Duration> HoldOf(PoolKind kind, absl::Duration conntrack_hold) {
  switch (kind) {
    case PoolKind::kBind:
      return kTimeWaitHold;
    case PoolKind::kSnat:
    case PoolKind::kConntrackTable:
      return conntrack_hold;
    default:
      return std::nullopt;
  }
}

// Per second, over the last minutes; nothing when it is within what an honest pool wanders by.
std::optional<double> LongGrowth(const PoolSample& pool, const PoolWindow& window,
                                 std::optional<absl::Duration> hold, const Thresholds& thresholds) {
  const PoolSample* before = window.long_ago();
  if (before == nullptr || window.long_ago_age() <= absl::ZeroDuration()) return std::nullopt;
  // What it was filled with at first is no leak: that ends after a hold.
  absl::Duration filling = hold.has_value() ? kHoldsMax * *hold : thresholds.leak_time / 2;
  if (window.rise_time() < filling + window.long_ago_age()) return std::nullopt;
  double held = pool.in_use - pool.reusable;
  double grown = held - (before->in_use - before->reusable);
  double least = std::max(thresholds.leak_growth_sigmas * std::sqrt(std::max(held, 0.0)),
                          thresholds.leak_growth_share_min * pool.capacity);
  if (grown < least) return std::nullopt;
  return grown / absl::ToDoubleSeconds(window.long_ago_age());
}

}  // namespace

bool LoadKnown(const PoolSample& pool) { return !HasRates(pool.kind) || RateOf(pool).has_value(); }

double SettledHigh(const PoolSample& pool, const Outcome& outcome, const Thresholds& thresholds) {
  double settled = outcome.settled_utilization.value_or(0);
  double rate = RateOf(pool).value_or(0);
  return rate > 0 ? settled * (1 + thresholds.rate_sigmas / std::sqrt(rate * kRateWindowSeconds))
                  : settled;
}

Outcome Foretell(const PoolSample& pool, std::optional<absl::Duration> reuse_delay,
                 const LoadHistory& history) {
  Forecast forecast = MakeForecast(pool, reuse_delay, &history);
  Outcome outcome{forecast.settled_utilization, forecast.time_to_exhaustion, false};
  if (!outcome.exhausting()) return outcome;
  outcome.firm =
      pool.headroom() == 0 || (LoadKnown(pool) && forecast.time_to_exhaustion_max.has_value());
  return outcome;
}

Outcome ForetellGrowth(const PoolSample& pool, const PoolWindow& window,
                       absl::Duration conntrack_hold, const Thresholds& thresholds) {
  Outcome outcome;
  if (pool.headroom() == 0) {
    if (pool.in_use > 0) outcome = {std::nullopt, absl::ZeroDuration(), true};
    return outcome;
  }
  std::optional<double> even = window.EvenInflow(thresholds);
  std::optional<absl::Duration> hold = HoldOf(pool.kind, conntrack_hold);
  if (even.has_value() && hold.has_value() && window.rise_time() <= kHoldsMax * *hold) {
    double settled = window.rise_base() + *even * absl::ToDoubleSeconds(*hold);
    outcome.settled_utilization = settled / pool.capacity;
    if (settled < pool.capacity) return outcome;
  } else if (!even.has_value() || hold.has_value()) {
    // Three even intervals of a pool that wanders are chance; those of minutes are not.
    even = LongGrowth(pool, window, hold, thresholds);
  }
  if (!even.has_value() || *even <= 0) return outcome;
  absl::Duration left = absl::Seconds(std::min(pool.headroom() / *even, 86400.0));
  if (left > thresholds.leak_horizon) return outcome;
  outcome.time_to_exhaustion = left;
  outcome.firm = true;
  return outcome;
}

}  // namespace berthmaster
