#include "controller/store/thinning.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace berthmaster {
namespace {

// Ten times what the API lets anyone ask for; bounds the memory.
constexpr int kPointsMax = 100'000;

bool Earlier(const PoolHistoryPoint& a, const PoolHistoryPoint& b) {
  return a.sample_time < b.sample_time;
}

bool Outdoes(const PoolHistoryPoint& point, const PoolHistoryPoint& highest) {
  return point.in_use > highest.in_use ||
         (point.in_use == highest.in_use && Earlier(point, highest));
}

}  // namespace

Thinning::Thinning(absl::Time first, absl::Time last, int points_max)
    : first_us_(absl::ToUnixMicros(first)),
      // One more than the distance, so that the last point lies inside the last step; below half
      // of what 64 bits hold, so that no sum overflows.
      span_us_(std::clamp<int64_t>(absl::ToInt64Microseconds(last - first), 0, INT64_MAX / 2) + 1),
      points_max_(static_cast<size_t>(std::clamp(points_max, 1, kPointsMax))),
      steps_(points_max_) {}

size_t Thinning::StepOf(absl::Time sample_time) const {
  int64_t offset_us = absl::ToInt64Microseconds(sample_time - absl::FromUnixMicros(first_us_));
  offset_us = std::clamp<int64_t>(offset_us, 0, span_us_ - 1);
  // In floating point, because the product of a long span and a large bound overflows 64 bits.
  auto step = static_cast<size_t>(static_cast<double>(offset_us) / static_cast<double>(span_us_) *
                                  static_cast<double>(points_max_));
  return std::min(step, points_max_ - 1);
}

void Thinning::Add(const PoolHistoryPoint& point) {
  ++sample_count_;
  if (all_.size() <= points_max_) all_.push_back(point);
  Step& step = steps_[StepOf(point.sample_time)];
  if (step.filled && !Outdoes(point, step.highest)) return;
  step.highest = point;
  step.filled = true;
}

PoolHistory Thinning::Finish() && {
  PoolHistory history;
  history.sample_count = sample_count_;
  if (all_.size() <= points_max_) {
    history.points = std::move(all_);
  } else {
    for (const Step& step : steps_) {
      if (step.filled) history.points.push_back(step.highest);
    }
  }
  std::stable_sort(history.points.begin(), history.points.end(), Earlier);
  return history;
}

}  // namespace berthmaster
