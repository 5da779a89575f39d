#include "common/forecast/releases.h"

#include <algorithm>

#include "common/forecast/forecast.h"

namespace berthmaster {

ReleaseCurve::ReleaseCurve(const std::vector<int32_t>& histogram, double time_wait)
    : total_(time_wait) {
  const size_t entries = std::min<size_t>(histogram.size(), kReleaseSeconds);
  double sum = 0;
  for (size_t i = 0; i < entries; ++i) {
    sum += std::max(histogram[i], 0);
    shares_[i + 1] = sum;
  }
  size_ = entries + 1;
  if (sum <= 0) {
    size_ = static_cast<size_t>(absl::ToInt64Seconds(kTimeWaitHold)) + 1;
    for (size_t i = 0; i < size_; ++i) shares_[i] = static_cast<double>(i);
    sum = shares_[size_ - 1];
  }
  for (size_t i = 0; i < size_; ++i) shares_[i] /= sum;
}

double ReleaseCurve::YoungerThan(double age) const {
  return total_ * (1 - ShareEnded(std::max(absl::ToDoubleSeconds(kTimeWaitHold) - age, 0.0)));
}

std::vector<double> ClosesBySecond(const std::vector<int32_t>& histogram) {
  if (histogram.size() != kReleaseSeconds) return {};
  std::vector<double> closes(kCloseSeconds);
  // Made within the last second is what has 60 s left, less a moment, and half the timer's slack.
  for (size_t age = 0; age < kCloseSeconds; ++age) {
    closes[age] = std::max(histogram[kCloseSeconds - age], 0);
  }
  closes[0] += std::max(histogram[kReleaseSeconds - 1], 0);
  return closes;
}

}  // namespace berthmaster
