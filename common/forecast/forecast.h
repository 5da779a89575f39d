#ifndef BERTHMASTER_COMMON_FORECAST_FORECAST_H_
#define BERTHMASTER_COMMON_FORECAST_FORECAST_H_

#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// How long the kernel really holds a TIME_WAIT socket: 60 s plus half the timer wheel's slack,
// measured mean at HZ=250.
inline constexpr absl::Duration kTimeWaitHold = absl::Seconds(61);

struct ForecastPoint {
  absl::Duration offset;
  // Expected sockets that are in use and not reusable.
  double in_use = 0;
};

// Where a pool is going if its present load goes on.
struct Forecast {
  // (in use - reusable) / capacity in the end; may be above 1. Nothing while the load is not known,
  // or when it grows without end.
  std::optional<double> settled_utilization;
  // 0 when exhausted now. Nothing when the curve does not reach the capacity within the horizon.
  std::optional<absl::Duration> time_to_exhaustion;
  // From offset 0, rising offsets, 2 s apart up to 3 minutes.
  std::vector<ForecastPoint> curve;
};

// The model of design section 3, for connect pools and TIME_WAIT tables alike: N0 - F(x) + lambda *
// min(x, h + T), with F read off the release histogram. `reuse_delay` is what ReuseDelay() says of
// the pool: T is that where TIME_WAIT is reusable, kTimeWaitHold otherwise. Pure; any thread.
Forecast MakeForecast(const PoolSample& pool, std::optional<absl::Duration> reuse_delay);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_FORECAST_FORECAST_H_
