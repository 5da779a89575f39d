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
  // The same at the lower and the upper end of what the load may be.
  double in_use_min = 0;
  double in_use_max = 0;
};

// What connect() costs its caller in a pool: past half of the capacity each call first walks all
// ports of one parity (kernel-facts, section 1).
struct ConnectCost {
  // CPU of one call, the search for a port only.
  absl::Duration cpu_each;
  // Of one core, at the pool's rate of new connections; nothing while that is not known.
  std::optional<double> core_share;
};

// Where a pool is going if its present load goes on.
struct Forecast {
  // (in use - reusable) / capacity in the end; may be above 1. Nothing while the load is not known,
  // or when it grows without end.
  std::optional<double> settled_utilization;
  // 0 when exhausted now. Nothing when the curve does not reach the capacity within the horizon.
  std::optional<absl::Duration> time_to_exhaustion;
  // The same at the upper and the lower end of what the load may be: not after and not before
  // time_to_exhaustion. Nothing where that end does not reach the capacity.
  std::optional<absl::Duration> time_to_exhaustion_min;
  std::optional<absl::Duration> time_to_exhaustion_max;
  // Now, and where the pool settles (at most at exhaustion). Only for connect pools.
  std::optional<ConnectCost> connect_cost;
  std::optional<ConnectCost> settled_connect_cost;
  // From offset 0, rising offsets, 2 s apart up to 3 minutes.
  std::vector<ForecastPoint> curve;
};

// What the samples before tell of a pool's load, which one sample cannot: kept by whoever sees them
// all. Every figure is of the time up to the sample that is forecast.
struct LoadHistory {
  // Change of the rate of new connections per second, per second; 0 for an even load.
  double rate_slope = 0;
  // Standard deviation of the rate between windows of 5 s.
  double rate_deviation = 0;
  // Growth of in use per second, for pools whose rate no source sees (bind, UDP, SNAT, conntrack).
  std::optional<double> growth_rate;
  // How far the figures reach back.
  absl::Duration span;
};

// The model of design section 3, for connect pools and TIME_WAIT tables alike: N0 - F(x) + lambda *
// min(x, h + T), with F read off the release histogram. `reuse_delay` is what ReuseDelay() says of
// the pool: T is that where TIME_WAIT is reusable, kTimeWaitHold otherwise. Pure; any thread.
// `history` may be null.
Forecast MakeForecast(const PoolSample& pool, std::optional<absl::Duration> reuse_delay,
                      const LoadHistory* history = nullptr);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_FORECAST_FORECAST_H_
