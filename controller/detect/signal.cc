#include "controller/detect/signal.h"

#include <algorithm>
#include <cmath>

#include "controller/detect/cause.h"
#include "controller/detect/inflow.h"
#include "controller/detect/outlook.h"

namespace berthmaster {
namespace {

// TIME_WAIT: the forecast is arithmetic, so what has to be shown is only that the load goes on.
bool ChurnShown(const PoolFacts& facts) {
  if (!facts.outcome.firm) return facts.window.strict_run() >= facts.thresholds.thin_margin_time;
  double rate = facts.pool.time_wait_rate.value_or(0);
  return facts.window.Steady(rate, facts.thresholds) ||
         HasSteadyHistory(facts.pool, rate, facts.thresholds);
}

bool Filled(const PoolFacts& facts, double grown) {
  const Thresholds& thresholds = facts.thresholds;
  return facts.pool.utilization() >= thresholds.filled_utilization_min &&
         facts.window.Steady(0, thresholds) &&
         grown >=
             std::max(thresholds.growth_min, thresholds.growth_share_min * facts.pool.capacity);
}

bool StuckShown(const PoolFacts& facts, double grown) {
  const Thresholds& thresholds = facts.thresholds;
  return Filled(facts, grown) ||
         (facts.pool.utilization() >= thresholds.stuck_utilization_min &&
          facts.window.run() >= thresholds.stuck_time && grown >= thresholds.growth_min);
}

// The growth of the run and that of the last minutes: either alone may count the moment in which an
// application filled its own pool.
bool GrowsForLong(const PoolFacts& facts, double grown_in_run) {
  const PoolSample* before = facts.window.long_ago();
  const Thresholds& thresholds = facts.thresholds;
  if (before == nullptr || facts.window.run() < thresholds.leak_time) return false;
  double grown =
      CountOf(StateGroup::kEstablished, facts.pool) - CountOf(StateGroup::kEstablished, *before);
  double noise = thresholds.leak_growth_sigmas * std::sqrt(std::max(facts.pool.in_use, 0));
  return std::min(grown, grown_in_run) >=
         std::max(noise, thresholds.leak_growth_share_min * facts.pool.capacity);
}

bool LeakShown(const PoolFacts& facts, double grown) {
  if (*facts.outcome.time_to_exhaustion > facts.thresholds.leak_horizon) return false;
  return Filled(facts, grown) ||
         (facts.pool.utilization() >= facts.thresholds.leak_utilization_min &&
          GrowsForLong(facts, grown));
}

// What is forecast by its growth alone was even for three intervals already.
bool GrowthShown(const PoolFacts& facts) {
  const PoolSample& pool = facts.pool;
  int held = pool.in_use - pool.reusable;
  double grown = held - facts.window.rise_base();
  if (pool.kind == PoolKind::kUdp || pool.kind == PoolKind::kListener) {
    return StuckShown(facts, grown);
  }
  return pool.utilization() >= facts.thresholds.stuck_utilization_min &&
         grown >= facts.thresholds.growth_min;
}

bool ForecastShown(const PoolFacts& facts) {
  const PoolSample& pool = facts.pool;
  if (!facts.outcome.exhausting() ||
      pool.utilization() < facts.thresholds.forecast_utilization_min) {
    return false;
  }
  if (!HasRates(pool.kind)) return GrowthShown(facts);
  if (pool.kind == PoolKind::kTimeWaitTable) return ChurnShown(facts);
  StateGroup lead = LeadingGroup(facts);
  double grown = GrowthOf(lead, pool, facts.window);
  switch (lead) {
    case StateGroup::kTimeWait:
      return ChurnShown(facts);
    case StateGroup::kEstablished:
      return LeakShown(facts, grown);
    case StateGroup::kCloseWait:
    case StateGroup::kSynSent:
    case StateGroup::kFinWait:
      return StuckShown(facts, grown);
  }
  return false;
}

bool NearLimit(const PoolFacts& facts) {
  return facts.window.near_limit_time() >= facts.thresholds.near_limit_time &&
         facts.window.near_limit_samples() >= facts.thresholds.near_limit_samples;
}

// A listener that is full for a moment drops nothing that a client does not try again.
bool Fails(const PoolFacts& facts) {
  if (facts.failures <= 0) return false;
  return facts.pool.kind != PoolKind::kListener ||
         facts.window.failing_samples() >= facts.thresholds.drop_samples;
}

Reason ReasonOf(const PoolFacts& facts) {
  bool full = facts.exhausted() && facts.pool.kind != PoolKind::kListener;
  if (Fails(facts)) return Reason::kFailures;
  if (full) return Reason::kFull;
  if (NearLimit(facts)) return Reason::kNearLimit;
  return ForecastShown(facts) ? Reason::kForecast : Reason::kNone;
}

Signal JudgeFinding(const PoolFacts& facts) {
  Signal signal;
  signal.suspicious = true;
  signal.problem = facts.window.near_limit_time() >= facts.thresholds.restart_blocked_time &&
                   facts.window.near_limit_samples() >= facts.thresholds.near_limit_samples;
  if (signal.problem) signal.reason = Reason::kBlocked;
  return signal;
}

}  // namespace

Signal Judge(const PoolFacts& facts) {
  if (facts.is_finding) return JudgeFinding(facts);
  const PoolSample& pool = facts.pool;
  const Outcome& outcome = facts.outcome;
  const Thresholds& thresholds = facts.thresholds;
  Signal signal;
  signal.reason = ReasonOf(facts);
  signal.problem = signal.reason != Reason::kNone;
  signal.exhausted = signal.reason == Reason::kFailures || signal.reason == Reason::kFull;
  signal.suspicious =
      signal.problem || facts.failures > 0 || facts.exhausted() ||
      facts.window.near_limit_samples() > 0 ||
      (outcome.exhausting() && pool.utilization() >= thresholds.track_utilization_min);
  signal.critical =
      signal.exhausted || pool.utilization() >= thresholds.critical_utilization_min ||
      (outcome.exhausting() && *outcome.time_to_exhaustion <= thresholds.critical_time_left);
  // What is not known is not calm, unless there is plenty of room.
  bool known = LoadKnown(pool) || pool.utilization() < thresholds.forecast_utilization_min;
  signal.calm = !signal.exhausted && facts.failures == 0 && !outcome.exhausting() && known &&
                pool.utilization() < thresholds.calm_utilization_max;
  bool plenty = pool.utilization() < thresholds.plenty_utilization_max &&
                SettledHigh(pool, outcome, thresholds) < thresholds.plenty_settled_max;
  signal.calm_time = plenty ? thresholds.calm_time : thresholds.calm_thin_time;
  return signal;
}

}  // namespace berthmaster
