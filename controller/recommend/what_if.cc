#include "controller/recommend/what_if.h"

#include <utility>

#include "common/forecast/reuse.h"
#include "common/status/annotate.h"
#include "controller/recommend/wanted_load.h"

namespace berthmaster {

Outlook Projection::outlook() const {
  return {pool.capacity, pool.utilization(), forecast.settled_utilization,
          forecast.time_to_exhaustion};
}

LoadHistory Multiplied(const LoadHistory& history, double factor) {
  LoadHistory multiplied = history;
  multiplied.rate_slope *= factor;
  multiplied.rate_deviation *= factor;
  multiplied.rate_peak *= factor;
  for (double& arrivals : multiplied.period_arrivals) arrivals *= factor;
  if (multiplied.growth_rate.has_value()) *multiplied.growth_rate *= factor;
  multiplied.growth_deviation *= factor;
  return multiplied;
}

absl::StatusOr<Simulation> Simulate(const NetnsSample& netns, const PoolSample& pool,
                                    const PoolChange& change, const LoadHistory* history) {
  Simulation simulation;
  simulation.before.pool = AtWantedLoad(pool);
  simulation.before.forecast =
      MakeForecast(simulation.before.pool, ReuseDelay(netns.sysctls, pool.key), history);
  BERTHMASTER_ASSIGN_OR_RETURN(ChangedPool changed,
                               ApplyChange(netns, simulation.before.pool, change));
  LoadHistory history_after;
  if (history != nullptr) history_after = Multiplied(*history, changed.load_factor);
  simulation.after.forecast = MakeForecast(changed.pool, changed.reuse_delay,
                                           history == nullptr ? nullptr : &history_after);
  simulation.after.pool = std::move(changed.pool);
  simulation.notes = std::move(changed.notes);
  return simulation;
}

}  // namespace berthmaster
