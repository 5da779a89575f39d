#include "controller/detect/signal.h"

#include <algorithm>
#include <cmath>

#include "controller/detect/cause.h"
#include "controller/detect/inflow.h"
#include "controller/detect/thresholds.h"

namespace berthmaster {
namespace {

// Where the pool settles at the rate + 2 sigma; the settled occupancy grows with the rate.
double SettledHigh(const PoolSample& pool, const Outcome& outcome) {
  double settled = outcome.settled_utilization.value_or(0);
  double rate = (pool.kind == PoolKind::kTimeWaitTable ? pool.time_wait_rate : pool.connection_rate)
                    .value_or(0);
  return rate > 0 ? settled * (1 + kRateSigmas / std::sqrt(rate * kRateWindowSeconds)) : settled;
}

bool LoadKnown(const PoolSample& pool) {
  return pool.kind == PoolKind::kTimeWaitTable ? pool.time_wait_rate.has_value()
                                               : pool.connection_rate.has_value();
}

// TIME_WAIT: the forecast is arithmetic, so what has to be shown is only that the load goes on.
bool ChurnShown(const PoolSample& pool, const PoolWindow& window, const Outcome& outcome) {
  if (!outcome.firm) return window.strict_run() >= kThinMarginTime;
  double rate = pool.time_wait_rate.value_or(0);
  return window.Steady(rate) || HasSteadyHistory(pool, rate);
}

bool Filled(const PoolSample& pool, const PoolWindow& window, double grown) {
  return pool.utilization() >= kFilledUtilizationMin && window.Steady(0) &&
         grown >= std::max(kGrowthMin, kGrowthShareMin * pool.capacity);
}

bool StuckShown(const PoolSample& pool, const PoolWindow& window, double grown) {
  return Filled(pool, window, grown) || (pool.utilization() >= kStuckUtilizationMin &&
                                         window.run() >= kStuckTime && grown >= kGrowthMin);
}

// The growth of the run and that of the last minutes: either alone may count the moment in which an
// application filled its own pool.
bool GrowsForLong(const PoolSample& pool, const PoolWindow& window, double grown_in_run) {
  const PoolSample* before = window.long_ago();
  if (before == nullptr || window.run() < kLeakTime) return false;
  double grown =
      CountOf(StateGroup::kEstablished, pool) - CountOf(StateGroup::kEstablished, *before);
  double noise = kLeakGrowthSigmas * std::sqrt(std::max(pool.in_use, 0));
  return std::min(grown, grown_in_run) >= std::max(noise, kLeakGrowthShareMin * pool.capacity);
}

bool LeakShown(const PoolSample& pool, const PoolWindow& window, const Outcome& outcome,
               double grown) {
  if (*outcome.time_to_exhaustion > kLeakHorizon) return false;
  return Filled(pool, window, grown) ||
         (pool.utilization() >= kLeakUtilizationMin && GrowsForLong(pool, window, grown));
}

bool ForecastShown(const PoolSample& pool, const PoolWindow& window, const Outcome& outcome) {
  if (!outcome.exhausting() || pool.utilization() < kForecastUtilizationMin) return false;
  if (pool.kind == PoolKind::kTimeWaitTable) return ChurnShown(pool, window, outcome);
  StateGroup lead = LeadingGroup(pool, window);
  double grown = GrowthOf(lead, pool, window);
  switch (lead) {
    case StateGroup::kTimeWait:
      return ChurnShown(pool, window, outcome);
    case StateGroup::kEstablished:
      return LeakShown(pool, window, outcome, grown);
    case StateGroup::kCloseWait:
    case StateGroup::kSynSent:
    case StateGroup::kFinWait:
      return StuckShown(pool, window, grown);
  }
  return false;
}

}  // namespace

Outcome Foretell(const PoolSample& pool, std::optional<absl::Duration> reuse_delay) {
  Forecast forecast = MakeForecast(pool, reuse_delay);
  Outcome outcome{forecast.settled_utilization, forecast.time_to_exhaustion, false};
  if (!outcome.exhausting()) return outcome;
  outcome.firm = forecast.time_to_exhaustion_max.has_value();
  return outcome;
}

Signal Judge(const PoolSample& pool, const PoolWindow& window, const Outcome& outcome,
             int64_t overflow_delta) {
  Signal signal;
  signal.exhausted = overflow_delta > 0 || (pool.headroom() == 0 && pool.in_use > 0);
  bool near_limit = window.near_limit_time() >= kNearLimitTime &&
                    window.near_limit_samples() >= kNearLimitSamples;
  signal.problem = signal.exhausted || near_limit || ForecastShown(pool, window, outcome);
  signal.critical = signal.exhausted || pool.utilization() >= kCriticalUtilizationMin ||
                    (outcome.exhausting() && *outcome.time_to_exhaustion <= kCriticalTimeLeft);
  // What is not known is not calm, unless there is plenty of room.
  bool known = LoadKnown(pool) || pool.utilization() < kForecastUtilizationMin;
  signal.calm = !signal.exhausted && !outcome.exhausting() && known &&
                pool.utilization() < kCalmUtilizationMax;
  bool plenty =
      pool.utilization() < kPlentyUtilizationMax && SettledHigh(pool, outcome) < kPlentySettledMax;
  signal.calm_time = plenty ? kCalmTime : kCalmThinTime;
  return signal;
}

}  // namespace berthmaster
