#ifndef BERTHMASTER_COMMON_FORECAST_LOAD_H_
#define BERTHMASTER_COMMON_FORECAST_LOAD_H_

#include <limits>
#include <optional>

#include "common/forecast/arrivals.h"
#include "common/forecast/forecast.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// TIME_WAIT among the sockets of a pool (of a table: all), not more than are in use.
double TimeWaitOf(const PoolSample& pool);

// What is known of a pool's load, as the model takes it.
struct PoolLoad {
  Arrivals arrivals;
  // Seconds from connect() to close; infinite when nothing closes.
  double hold = std::numeric_limits<double>::infinity();
  // Which share of what closes stays in TIME_WAIT here, 0 to 1.
  double closed_here_share = 0;
  // Which share of what opens is never closed, beside what is held for `hold`, 0 to 1.
  double leaked_share = 0;
  // Sigma of the arrivals' rate, as a share of it.
  double relative_deviation = 0;
  // Variance over mean of the arrivals to come; 1 for Poisson.
  double dispersion = 1;
  // Growth that ends by itself after this long, because what was made first ends then.
  double growth_ends = std::numeric_limits<double>::infinity();
};

// The load of a pool; nothing while it is not known. `time_wait_reusable` says that connect() takes
// TIME_WAIT over, so that the release histogram does not hold all closes. `history` may be null.
// `conntrack_hold` is how long conntrack keeps an entry in TIME_WAIT.
std::optional<PoolLoad> LoadOf(const PoolSample& pool, bool time_wait_reusable,
                               absl::Duration conntrack_hold, const LoadHistory* history);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_FORECAST_LOAD_H_
