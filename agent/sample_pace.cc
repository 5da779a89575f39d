#include "agent/sample_pace.h"

#include <algorithm>

namespace berthmaster {
namespace {

// How much of a fall is believed with each sample.
constexpr double kFallShare = 0.2;

}  // namespace

absl::Duration SamplePace::AfterSample(absl::Duration cpu_time, bool is_close) {
  cpu_time = std::max(cpu_time, absl::ZeroDuration());
  cost_ = std::max(cpu_time, cost_ + kFallShare * (cpu_time - cost_));
  if (!is_close) return Stretch(sample_interval_, cost_, cpu_budget_);
  // The last sample's own cost: a sample that dumps close namespaces only is cheaper than the full
  // one before it, and there is no time to unlearn that.
  return Stretch(std::min(sample_interval_, kCloseInterval), cpu_time,
                 std::min(1.0, cpu_budget_ * kCloseBudgetFactor));
}

absl::Duration SamplePace::AfterLook(absl::Duration cpu_time) const {
  return Stretch(kCloseInterval, std::max(cpu_time, absl::ZeroDuration()),
                 cpu_budget_ * kLookBudgetShare);
}

absl::Duration SamplePace::rise_interval() const {
  return Stretch(kCloseInterval, cost_, cpu_budget_);
}

absl::Duration SamplePace::Stretch(absl::Duration base, absl::Duration cpu_time,
                                   double budget) const {
  return std::clamp(cpu_time / budget, base, std::max(base, kStretchMax));
}

}  // namespace berthmaster
