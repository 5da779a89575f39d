#ifndef BERTHMASTER_COMMON_FORECAST_CONNECT_COST_H_
#define BERTHMASTER_COMMON_FORECAST_CONNECT_COST_H_

#include <optional>

#include "common/forecast/forecast.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// In which state a connect pool is, as far as the cost of a call goes.
struct SearchState {
  // (in use - reusable) / capacity; at 1 or above every call fails.
  double utilization = 0;
  // How much of what is in use is TIME_WAIT, 0 to 1: such a port costs most to look at.
  double time_wait_share = 0;
  // 1 while the pool only fills, 0 where as much ends as begins (Occupancy::FillingShare).
  double filling_share = 0;
  // New connections per second, where known.
  std::optional<double> rate;
};

// What connect() costs in a pool of that capacity and blocked ports. Pure.
ConnectCost CostOfConnect(const PoolSample& pool, const SearchState& state);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_FORECAST_CONNECT_COST_H_
