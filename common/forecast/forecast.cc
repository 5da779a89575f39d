#include "common/forecast/forecast.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>

#include "common/forecast/connect_cost.h"
#include "common/forecast/load.h"
#include "common/forecast/occupancy.h"
#include "common/forecast/reuse.h"

namespace berthmaster {
namespace {

// A linear leak is followed this far; a later end is no forecast that anyone acts on.
constexpr absl::Duration kHorizon = absl::Hours(24);
constexpr double kCurveStepSeconds = 2;
constexpr double kCurveSeconds = 180;
// Halvings that bring the crossing within a stretch of 24 h down to a millisecond.
constexpr int kHalvings = 27;

// The occupancy at the expected load, and at its lower or upper end.
enum class Edge : int8_t { kLower = -1, kExpected = 0, kUpper = 1 };

double ValueOf(const Occupancy::Point& point, Edge edge) {
  const double value = point.in_use + static_cast<int>(edge) * kBandSigmas * point.deviation;
  return std::max(0.0, value);
}

// Walks along the curve once and notes where its three edges meet the capacity.
class Crossings {
 public:
  Crossings(const Occupancy& occupancy, double capacity)
      : occupancy_(occupancy), capacity_(capacity) {}

  void Add(double x, const Occupancy::Point& point) {
    Look(Edge::kUpper, x, point, upper_);
    Look(Edge::kExpected, x, point, expected_);
    Look(Edge::kLower, x, point, lower_);
    last_x_ = x;
  }
  bool all_found() const { return lower_.has_value(); }

  std::optional<double> upper_;
  std::optional<double> expected_;
  std::optional<double> lower_;

 private:
  void Look(Edge edge, double x, const Occupancy::Point& point,
            std::optional<double>& found) const {
    if (found.has_value() || ValueOf(point, edge) < capacity_) return;
    double before = last_x_;
    double after = x;
    for (int i = 0; i < kHalvings && after - before > 1e-3; ++i) {
      const double middle = (before + after) / 2;
      (ValueOf(occupancy_.At(middle), edge) >= capacity_ ? after : before) = middle;
    }
    found = after;
  }

  const Occupancy& occupancy_;
  double capacity_;
  double last_x_ = 0;
};

std::optional<absl::Duration> SecondsOf(std::optional<double> seconds) {
  if (!seconds.has_value()) return std::nullopt;
  return absl::Seconds(*seconds);
}

ForecastPoint PointOf(double x, const Occupancy::Point& point) {
  return {absl::Seconds(x), point.in_use, ValueOf(point, Edge::kLower),
          ValueOf(point, Edge::kUpper)};
}

void Follow(const Occupancy& occupancy, const PoolSample& pool, Forecast& forecast) {
  const bool is_exhausted = forecast.time_to_exhaustion.has_value();
  Crossings crossings(occupancy, pool.capacity);
  double next_on_curve = 0;
  const auto add_curve_to = [&](double x) {
    for (; next_on_curve <= std::min(x, kCurveSeconds); next_on_curve += kCurveStepSeconds) {
      forecast.curve.push_back(PointOf(next_on_curve, occupancy.At(next_on_curve)));
    }
  };
  forecast.curve.reserve(static_cast<size_t>(kCurveSeconds / kCurveStepSeconds) + 1);
  add_curve_to(kCurveSeconds);
  if (is_exhausted) return;
  for (double x : occupancy.Bends(absl::ToDoubleSeconds(kHorizon))) {
    crossings.Add(x, occupancy.At(x));
    if (crossings.all_found()) break;
  }
  forecast.time_to_exhaustion_min = SecondsOf(crossings.upper_);
  forecast.time_to_exhaustion = SecondsOf(crossings.expected_);
  forecast.time_to_exhaustion_max = SecondsOf(crossings.lower_);
}

void AddConnectCosts(const Occupancy& occupancy, const PoolSample& pool, Forecast& forecast) {
  if (pool.kind != PoolKind::kConnect || pool.capacity <= 0) return;
  const double time_wait = TimeWaitOf(pool);
  SearchState now;
  now.utilization = pool.utilization();
  now.time_wait_share = pool.in_use > 0 ? time_wait / pool.in_use : 0;
  now.filling_share = occupancy.FillingShare();
  now.rate = occupancy.load().arrivals.rate();
  forecast.connect_cost = CostOfConnect(pool, now);

  SearchState then;
  then.rate = occupancy.load().arrivals.final_rate();
  then.time_wait_share = occupancy.SettledTimeWaitShare();
  if (forecast.time_to_exhaustion.has_value()) {
    then.utilization = 1;
  } else if (forecast.settled_utilization.has_value()) {
    then.utilization = *forecast.settled_utilization;
  } else {
    return;
  }
  forecast.settled_connect_cost = CostOfConnect(pool, then);
}

Forecast MakeForecast(const PoolSample& pool, std::optional<absl::Duration> reuse_delay,
                      absl::Duration conntrack_hold, const LoadHistory* history) {
  Forecast forecast;
  if (pool.headroom() == 0) {
    forecast.time_to_exhaustion = absl::ZeroDuration();
    forecast.time_to_exhaustion_min = absl::ZeroDuration();
    forecast.time_to_exhaustion_max = absl::ZeroDuration();
  }
  const bool reuses = pool.kind == PoolKind::kConnect && reuse_delay.has_value();
  const std::optional<PoolLoad> load = LoadOf(pool, reuses, conntrack_hold, history);
  if (!load.has_value()) {
    const double in_use = std::max(0, pool.in_use - std::max(pool.reusable, 0));
    forecast.curve.push_back({absl::ZeroDuration(), in_use, in_use, in_use});
    return forecast;
  }
  const Occupancy occupancy(pool, reuse_delay, *load);
  if (pool.capacity > 0) {
    if (const std::optional<double> settled = occupancy.Settled(); settled.has_value()) {
      forecast.settled_utilization = *settled / pool.capacity;
      // A connect() that fails opens nothing, so the load of an exhausted pool is at least what is
      // seen.
      if (pool.headroom() == 0) {
        forecast.settled_utilization = std::max(*forecast.settled_utilization, 1.0);
      }
    }
  }
  Follow(occupancy, pool, forecast);
  AddConnectCosts(occupancy, pool, forecast);
  return forecast;
}

}  // namespace

Forecast MakeForecast(const PoolSample& pool, std::optional<absl::Duration> reuse_delay,
                      const LoadHistory* history) {
  return MakeForecast(pool, reuse_delay, ConntrackTimeWait({}), history);
}

Forecast MakeForecast(const PoolSample& pool, const std::map<std::string, std::string>& sysctls,
                      const LoadHistory* history) {
  std::optional<absl::Duration> reuse_delay;
  if (pool.kind == PoolKind::kConnect) reuse_delay = ReuseDelay(sysctls, pool.key);
  return MakeForecast(pool, reuse_delay, ConntrackTimeWait(sysctls), history);
}

}  // namespace berthmaster
