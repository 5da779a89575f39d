#include "agent/collect/quiet_dump_budget.h"

#include <algorithm>

namespace berthmaster {
namespace {

// What is not spent in this time is lost, so that it never comes to a burst of dumps.
constexpr absl::Duration kSavedMax = absl::Seconds(10);

}  // namespace

void QuietDumpBudget::BeginSample(size_t netns_count) {
  const absl::Duration now = clock_.MonotonicNow();
  const absl::Duration elapsed = std::min(now - last_begin_, absl::Hours(24));
  room_ = std::min(room_ + elapsed * kQuietDumpCpuShare, kSavedMax * kQuietDumpCpuShare);
  first_room_ = std::min(first_room_ + elapsed * kFirstDumpCpuShare, first_room_max_);
  first_spent_ = absl::ZeroDuration();
  last_begin_ = now;
  netns_count_ = std::max<size_t>(netns_count, 1);
}

absl::Duration QuietDumpBudget::Interval(absl::Duration dump_cpu) const {
  return dump_cpu * static_cast<double>(netns_count_) / kQuietDumpCpuShare;
}

}  // namespace berthmaster
