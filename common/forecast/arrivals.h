#ifndef BERTHMASTER_COMMON_FORECAST_ARRIVALS_H_
#define BERTHMASTER_COMMON_FORECAST_ARRIVALS_H_

#include <vector>

namespace berthmaster {

// How many connections are opened within the coming x seconds.
class Arrivals {
 public:
  Arrivals() = default;
  // `rate` a second, that changes by `slope` a second for `slope_seconds` and stays then. Not below
  // 0 at any time.
  Arrivals(double rate, double slope, double slope_seconds);
  // `period` over and over, with the arrivals of each bin; `offset_seconds` of the first have
  // passed already.
  Arrivals(const std::vector<double>& period, double bin_seconds, double offset_seconds);

  // Within x seconds; 0 for x <= 0.
  double Within(double x) const {
    if (!(x > 0)) return 0;
    if (sums_.empty()) return WithinLine(x);
    return WithinPeriods(x + offset_) - WithinPeriods(offset_);
  }

  // Per second: now, or in the mean of a period.
  double rate() const { return rate_; }
  // When the rate changes no more.
  double final_rate() const { return final_rate_; }
  // Until when the rate changes; 0 for an even load and for a periodic one.
  double slope_seconds() const { return slope_seconds_; }
  // 0 for a load that is not periodic.
  double period_seconds() const { return period_seconds_; }

 private:
  double WithinLine(double x) const {
    if (slope_ == 0) return rate_ * x;
    const double sloped = x < slope_seconds_ ? x : slope_seconds_;
    return sloped * (rate_ + slope_ * sloped / 2) + final_rate_ * (x - sloped);
  }
  double WithinPeriods(double x) const;

  double rate_ = 0;
  double final_rate_ = 0;
  double slope_ = 0;
  double slope_seconds_ = 0;
  // Arrivals before each bin of the period, and in all of it.
  std::vector<double> sums_;
  double bin_seconds_ = 1;
  double period_seconds_ = 0;
  double offset_ = 0;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_FORECAST_ARRIVALS_H_
