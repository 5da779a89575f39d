#include "common/forecast/forecast.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace berthmaster {
namespace {

// A linear leak is followed this far; a later end is no forecast that anyone acts on.
constexpr absl::Duration kHorizon = absl::Hours(24);
constexpr absl::Duration kCurveStep = absl::Seconds(2);
constexpr absl::Duration kCurveLength = absl::Minutes(3);
// Connections shorter than this leave too few open at once to count closes by Little's law.
constexpr double kLittleHoldMinSeconds = 2;
// Nearly all: the rest is one socket at the edge of the rate window.
constexpr double kAllClosedHere = 0.95;
// Keeps the slope of the live part finite for connections of no length.
constexpr double kHoldMinSeconds = 0.001;

// An entry of the release histogram.
constexpr double kReleaseStepSeconds = 1;

constexpr double kForEver = std::numeric_limits<double>::infinity();

std::optional<double> Known(std::optional<double> rate) {
  if (!rate.has_value() || !std::isfinite(*rate)) return std::nullopt;
  return std::max(*rate, 0.0);
}

// The release histogram as a function: how many of the TIME_WAIT sockets of now end within x.
class Releases {
 public:
  Releases(const std::vector<int32_t>& histogram, double time_wait) : total_(time_wait) {
    sums_.reserve(histogram.size() + 1);
    sums_.push_back(0);
    for (int32_t count : histogram) sums_.push_back(sums_.back() + std::max(count, 0));
    // Without a histogram the ages are not known: evenly spread is what a steady load gives.
    if (sums_.back() <= 0) {
      sums_ = {0};
      for (int i = 1; i <= absl::ToInt64Seconds(kTimeWaitHold); ++i) sums_.push_back(i);
    }
  }

  // 0 to 1.
  double ShareEnded(double seconds) const {
    auto index = static_cast<size_t>(std::max(seconds, 0.0));
    if (index + 1 >= sums_.size()) return 1;
    double inside = (seconds - static_cast<double>(index)) * (sums_[index + 1] - sums_[index]);
    return (sums_[index] + inside) / sums_.back();
  }
  // Sockets that have been in TIME_WAIT for less than `age`.
  double YoungerThan(double age) const {
    return total_ * (1 - ShareEnded(std::max(absl::ToDoubleSeconds(kTimeWaitHold) - age, 0.0)));
  }

 private:
  double total_;
  std::vector<double> sums_;
};

double TimeWaitNow(const PoolSample& pool) {
  double listed = 0;
  for (int32_t count : pool.time_wait_releases) listed += std::max(count, 0);
  double counted =
      pool.kind == PoolKind::kTimeWaitTable ? pool.in_use : pool.states[TcpState::kTimeWait];
  return std::clamp<double>(std::max(counted, listed), 0, std::max(pool.in_use, 0));
}

// Occupancy as a function of time. It is linear between its bends, so crossings are exact.
class Occupancy {
 public:
  Occupancy(const PoolSample& pool, std::optional<absl::Duration> reuse_delay)
      : time_wait_(TimeWaitNow(pool)), releases_(pool.time_wait_releases, time_wait_) {
    live_ = std::max(pool.in_use, 0) - time_wait_;
    SetLoad(pool);
    SetReuse(pool, reuse_delay);
  }

  bool endless() const { return hold_ == kForEver && rate_ > 0; }

  // Sockets in use and not reusable after `x` seconds.
  double At(double x) const {
    double from_now = reusable_share_ * young_ * std::max(0.0, 1 - x / delay_) +
                      held_ * (1 - releases_.ShareEnded(x));
    double from_then = reusable_share_ * (Closed(x) - Closed(x - delay_)) +
                       (1 - reusable_share_) * (Closed(x) - Closed(x - kHold));
    return live_ + rate_ * std::min(x, hold_) - ClosedOfNow(x) + from_now +
           closed_here_share_ * from_then;
  }

  double Settled() const {
    double held = reusable_share_ * delay_ + (1 - reusable_share_) * kHold;
    double live = rate_ > 0 ? rate_ * hold_ : (hold_ == kForEver ? live_ : 0);
    return live + closed_here_share_ * rate_ * held;
  }

  // Every x at which the slope may change, rising, the horizon last.
  std::vector<double> Bends() const {
    double horizon = absl::ToDoubleSeconds(kHorizon);
    std::vector<double> bends;
    for (int second = 0; second <= kReleaseSeconds; ++second) bends.push_back(second);
    for (double x : {hold_, delay_, kHold, hold_ + delay_, hold_ + kHold}) {
      if (x < horizon) bends.push_back(x);
    }
    bends.push_back(horizon);
    std::sort(bends.begin(), bends.end());
    return bends;
  }

 private:
  static inline const double kHold = absl::ToDoubleSeconds(kTimeWaitHold);

  void SetLoad(const PoolSample& pool) {
    double closed_first_here = Known(pool.time_wait_rate).value_or(0);
    if (pool.kind == PoolKind::kTimeWaitTable) {
      rate_ = closed_first_here;
      hold_ = kHoldMinSeconds;
      closed_here_share_ = 1;
      return;
    }
    rate_ = Known(pool.connection_rate).value_or(0);
    if (pool.hold_time.has_value() && *pool.hold_time >= absl::ZeroDuration()) {
      hold_ = std::max(absl::ToDoubleSeconds(*pool.hold_time), kHoldMinSeconds);
    } else if (closed_first_here > 0) {
      hold_ = std::max(live_ / closed_first_here, kHoldMinSeconds);
    }
    if (closed_first_here <= 0 || hold_ == kForEver) return;
    // While a load with long connections starts, fewer close than open: the share is that of the
    // closes, not of the opens.
    double closes = rate_;
    if (hold_ >= kLittleHoldMinSeconds) closes = std::min(closes, live_ / hold_);
    closed_here_share_ =
        closed_first_here < closes * kAllClosedHere ? closed_first_here / closes : 1;
  }

  void SetReuse(const PoolSample& pool, std::optional<absl::Duration> reuse_delay) {
    double reusable = std::clamp<double>(pool.reusable, 0, time_wait_);
    held_ = time_wait_ - reusable;
    if (!reuse_delay.has_value() || pool.kind == PoolKind::kTimeWaitTable) return;
    delay_ = std::clamp(absl::ToDoubleSeconds(*reuse_delay), kHoldMinSeconds, kHold);
    young_ = std::min(releases_.YoungerThan(delay_), held_);
    // Peers without timestamps leave TIME_WAIT that no delay makes reusable. Only what is older by
    // a whole step of the histogram counts: at the edge itself a few sockets would weigh a minute
    // each. The +1 keeps a pool with hardly any from being judged by them.
    double old = time_wait_ - releases_.YoungerThan(delay_ + kReleaseStepSeconds);
    reusable_share_ = std::min(1.0, (reusable + 1) / (old + 1));
    held_ -= reusable_share_ * young_;
  }

  // How many of the connections open now are closed within x: their ages are evenly spread.
  double ClosedOfNow(double x) const {
    return hold_ == kForEver || x <= 0 ? 0 : live_ * std::min(x / hold_, 1.0);
  }
  double Closed(double x) const {
    return x <= 0 ? 0 : ClosedOfNow(x) + (x > hold_ ? rate_ * (x - hold_) : 0);
  }

  double time_wait_;
  Releases releases_;
  double live_ = 0;
  // New connections per second; TIME_WAIT made per second for a table.
  double rate_ = 0;
  // Seconds from connect() to close; infinite when nothing closes.
  double hold_ = kForEver;
  double closed_here_share_ = 0;
  // Of TIME_WAIT, how much connect() may take over once it is delay_ old.
  double reusable_share_ = 0;
  double delay_ = kHold;
  // TIME_WAIT of now that waits for the delay, and that stays until its timer ends.
  double young_ = 0;
  double held_ = 0;
};

std::optional<absl::Duration> FirstAtOrAbove(const Occupancy& occupancy, double capacity) {
  double last_x = 0;
  double last = occupancy.At(0);
  for (double x : occupancy.Bends()) {
    double now = occupancy.At(x);
    if (now >= capacity) {
      double share = now > last ? std::clamp((capacity - last) / (now - last), 0.0, 1.0) : 0;
      return absl::Seconds(last_x + share * (x - last_x));
    }
    last_x = x;
    last = now;
  }
  return std::nullopt;
}

}  // namespace

Forecast MakeForecast(const PoolSample& pool, std::optional<absl::Duration> reuse_delay,
                      const LoadHistory* /*history*/) {
  Forecast forecast;
  Occupancy occupancy(pool, reuse_delay);
  bool load_known = pool.kind == PoolKind::kTimeWaitTable ? Known(pool.time_wait_rate).has_value()
                                                          : Known(pool.connection_rate).has_value();
  if (pool.headroom() == 0) forecast.time_to_exhaustion = absl::ZeroDuration();
  if (!load_known) {
    forecast.curve.push_back({absl::ZeroDuration(), occupancy.At(0)});
    return forecast;
  }
  if (pool.capacity > 0 && !occupancy.endless()) {
    forecast.settled_utilization = occupancy.Settled() / pool.capacity;
    // A connect() that fails opens nothing, so the load of an exhausted pool is at least what is
    // seen.
    if (pool.headroom() == 0) {
      forecast.settled_utilization = std::max(*forecast.settled_utilization, 1.0);
    }
  }
  if (!forecast.time_to_exhaustion.has_value()) {
    forecast.time_to_exhaustion = FirstAtOrAbove(occupancy, pool.capacity);
  }
  for (absl::Duration x; x <= kCurveLength; x += kCurveStep) {
    forecast.curve.push_back({x, std::max(0.0, occupancy.At(absl::ToDoubleSeconds(x)))});
  }
  return forecast;
}

}  // namespace berthmaster
