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

// How much the pool has grown in one go from nearly nothing without ever falling, at about `rate`
// all the time since it was seen; 0 where it did not.
double EvenClimb(const PoolFacts& facts, double rate) {
  const Thresholds& thresholds = facts.thresholds;
  const PoolWindow& window = facts.window;
  const double held = facts.pool.in_use - facts.pool.reusable;
  const double at_rate = rate * absl::ToDoubleSeconds(window.climb_time());
  bool is_even = window.climb_base() <= thresholds.climb_base_share_max * held &&
                 held - window.climb_first() <= thresholds.climb_uneven_max * at_rate &&
                 at_rate <= thresholds.climb_uneven_max * (held - window.climb_base());
  return is_even ? held - window.climb_base() : 0;
}

bool HasClimbed(const PoolFacts& facts) {
  return facts.window.climb_time() >= facts.thresholds.stuck_time &&
         EvenClimb(facts, facts.pool.connection_rate.value_or(0)) > 0;
}

bool StuckShown(const PoolFacts& facts, double grown) {
  const Thresholds& thresholds = facts.thresholds;
  return Filled(facts, grown) ||
         (facts.pool.utilization() >= thresholds.stuck_utilization_min &&
          (facts.window.run() >= thresholds.stuck_time || HasClimbed(facts)) &&
          grown >= thresholds.growth_min && facts.window.Steady(0, thresholds));
}

// Nothing that was opened has been closed, and it goes on as it began.
bool OnlyOpens(const PoolFacts& facts) {
  const Thresholds& thresholds = facts.thresholds;
  const double rate = facts.pool.connection_rate.value_or(0);
  const absl::Duration climb_min =
      std::max(thresholds.leak_climb_time,
               thresholds.leak_climb_share_min * *facts.outcome.time_to_exhaustion);
  return facts.pool.utilization() >= thresholds.leak_climb_utilization_min &&
         facts.window.climb_time() >= climb_min &&
         (facts.window.Steady(rate, thresholds) ||
          facts.window.climb_time() >= thresholds.leak_slow_climb_time) &&
         EvenClimb(facts, rate) >= thresholds.growth_min &&
         CloseRate(facts.pool) <= thresholds.leak_close_share_max * rate;
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
  return Filled(facts, grown) || OnlyOpens(facts) ||
         (facts.pool.utilization() >= facts.thresholds.leak_utilization_min &&
          GrowsForLong(facts, grown));
}

bool GrowthShown(const PoolFacts& facts) {
  const PoolSample& pool = facts.pool;
  const PoolWindow& window = facts.window;
  const Thresholds& thresholds = facts.thresholds;
  const double held = pool.in_use - pool.reusable;
  const absl::Duration even_time = window.strict_run() + window.EvenTime(thresholds);
  const bool is_queue = pool.kind == PoolKind::kListener;
  const double noise = pool.kind == PoolKind::kUdp || is_queue
                           ? thresholds.growth_sigmas * std::sqrt(std::max(held, 0.0))
                           : 0;
  const double grown_min = std::max(thresholds.growth_min, noise);
  if (!is_queue && pool.utilization() >= thresholds.stuck_utilization_min &&
      std::max(even_time, window.climb_time()) >= thresholds.growth_time_min &&
      EvenClimb(facts, window.EvenInflow(thresholds).value_or(0)) >= grown_min) {
    return true;
  }
  const PoolSample* start = window.run_start();
  const double grown_in_run = start == nullptr ? 0 : held - (start->in_use - start->reusable);
  return pool.utilization() >= thresholds.wandering_utilization_min &&
         even_time >= thresholds.wandering_growth_time_min && grown_in_run >= noise &&
         held - window.rise_base() >= thresholds.growth_min;
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
