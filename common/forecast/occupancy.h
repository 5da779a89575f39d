#ifndef BERTHMASTER_COMMON_FORECAST_OCCUPANCY_H_
#define BERTHMASTER_COMMON_FORECAST_OCCUPANCY_H_

#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "common/forecast/forecast.h"
#include "common/forecast/load.h"
#include "common/forecast/releases.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// A pool's occupancy as a function of time: sockets in use and not reusable.
class Occupancy {
 public:
  struct Point {
    double in_use = 0;
    // One sigma of what the load leaves open.
    double deviation = 0;
  };

  Occupancy(const PoolSample& pool, std::optional<absl::Duration> reuse_delay,
            const PoolLoad& load);

  // After `x` seconds, 0 or more.
  Point At(double x) const;
  // Where it settles, in the highest moment of a periodic load; nothing when it grows for ever.
  std::optional<double> Settled() const;
  // How much of Settled() is TIME_WAIT, 0 to 1.
  double SettledTimeWaitShare() const;
  // New places taken per second that are given back no sooner than a minute later, less those given
  // back now, as a share of the rate: 1 while the pool fills, 0 in balance.
  double FillingShare() const;
  // Moments between which it is almost a line, rising, from 0 to `horizon`.
  std::vector<double> Bends(double horizon) const;

  const PoolLoad& load() const { return load_; }

 private:
  void SetReuse(const PoolSample& pool, std::optional<absl::Duration> reuse_delay);
  double ClosedOfNow(double x) const;
  // Of the connections yet to come, how many are closed within x.
  double ClosedOfComing(double x) const {
    return (1 - load_.leaked_share) * load_.arrivals.Within(x - load_.hold);
  }
  // TIME_WAIT that closes leave for `closed(x)` of them.
  template <typename Closed>
  double Held(const Closed& closed, double x) const;
  bool endless() const;

  PoolLoad load_;
  double time_wait_;
  ReleaseCurve releases_;
  // Not in TIME_WAIT.
  double live_ = 0;
  // Of TIME_WAIT, how much connect() may take over once it is delay_ old.
  double reusable_share_ = 0;
  double delay_ = absl::ToDoubleSeconds(kTimeWaitHold);
  // TIME_WAIT of now that waits for the delay, and that stays until its timer ends.
  double young_ = 0;
  double held_ = 0;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_FORECAST_OCCUPANCY_H_
