#ifndef BERTHMASTER_COMMON_FORECAST_FORECAST_H_
#define BERTHMASTER_COMMON_FORECAST_FORECAST_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// How long the kernel really holds a TIME_WAIT socket: 60 s plus half the timer wheel's slack,
// measured mean at HZ=250.
inline constexpr absl::Duration kTimeWaitHold = absl::Seconds(61);

// How wide the band of a forecast is: the truth is within it about 19 times in 20.
inline constexpr double kBandSigmas = 2;

// The length of the windows in which LoadHistory looks at a load.
inline constexpr absl::Duration kHistoryBin = absl::Seconds(5);

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
  // CPU of one whole call: 17 us where it finds a port at once (with a handshake over loopback),
  // and the search. As measured on Linux 6.18; another machine differs by its speed.
  absl::Duration cpu_each;
  // Of one core, at the pool's rate of new connections, above 1 where one does not suffice; nothing
  // while that is not known.
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
  // Change of the rate of new connections per second, per second; 0 where it is no clear ramp.
  double rate_slope = 0;
  // For how long it has been seen to change so: it is carried on for no longer.
  absl::Duration slope_span;
  // Standard deviation of the rate between windows of kHistoryBin.
  double rate_deviation = 0;
  // The highest rate of a window.
  double rate_peak = 0;
  // Arrivals in each coming window of one period, the next one first, and how much of that has
  // passed; empty where no period was seen twice.
  std::vector<double> period_arrivals;
  absl::Duration period_offset;
  // Growth per second: of in use for pools whose rate no source sees (bind, UDP, SNAT, conntrack,
  // listener), of what is not TIME_WAIT for a connect pool. Below 0 when it shrinks.
  std::optional<double> growth_rate;
  // One sigma of it.
  double growth_deviation = 0;
  // For how long it has grown at about this rate.
  absl::Duration growth_span;
  // How far the figures reach back.
  absl::Duration span;
  // Since the pool was last cut off (IsCutOff); infinite where it was not.
  absl::Duration cut_off_age = absl::InfiniteDuration();
};

// Whether connects failed, or, where nobody counts them, the pool is full: a connect() that fails
// opens nothing, so the load that is measured then is only what is let through. Pure.
bool IsCutOff(const PoolSample& pool);

// The model of README.md, for pools of every kind: N0 - F(x) + lambda * min(x, h + T), with F read
// off the release histogram. `reuse_delay` is what ReuseDelay() says of the pool: T is that where
// TIME_WAIT is reusable, kTimeWaitHold otherwise. Without `history` (null) a load is what one
// sample and its histogram tell, and pools without a rate have no forecast. Pure; any thread.
Forecast MakeForecast(const PoolSample& pool, std::optional<absl::Duration> reuse_delay,
                      const LoadHistory* history = nullptr);

// The same with all that the effective tunables of the namespace say: the reuse delay of a connect
// pool, the timeout of conntrack's TIME_WAIT for a SNAT pool.
Forecast MakeForecast(const PoolSample& pool, const std::map<std::string, std::string>& sysctls,
                      const LoadHistory* history = nullptr);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_FORECAST_FORECAST_H_
