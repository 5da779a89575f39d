#include "common/forecast/arrivals.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace berthmaster {

Arrivals::Arrivals(double rate, double slope, double slope_seconds)
    : rate_(std::max(rate, 0.0)), final_rate_(rate_) {
  if (slope == 0 || !(slope_seconds > 0)) return;
  slope_ = slope;
  slope_seconds_ = slope_seconds;
  if (slope < 0) slope_seconds_ = std::min(slope_seconds, rate_ / -slope);
  final_rate_ = std::max(0.0, rate_ + slope_ * slope_seconds_);
}

Arrivals::Arrivals(const std::vector<double>& period, double bin_seconds, double offset_seconds)
    : bin_seconds_(bin_seconds), offset_(std::max(offset_seconds, 0.0)) {
  if (period.empty()) return;
  sums_.reserve(period.size() + 1);
  sums_.push_back(0);
  for (double count : period) sums_.push_back(sums_.back() + std::max(count, 0.0));
  period_seconds_ = bin_seconds * static_cast<double>(period.size());
  rate_ = final_rate_ = sums_.back() / period_seconds_;
}

double Arrivals::WithinPeriods(double x) const {
  const double whole = std::floor(x / period_seconds_);
  const double bins = (x - whole * period_seconds_) / bin_seconds_;
  const size_t index = std::min(static_cast<size_t>(std::max(bins, 0.0)), sums_.size() - 2);
  const double inside = (bins - static_cast<double>(index)) * (sums_[index + 1] - sums_[index]);
  return whole * sums_.back() + sums_[index] + inside;
}

}  // namespace berthmaster
