#include "agent/collect/time_wait_makers.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace berthmaster {
namespace {

constexpr absl::Duration kSlotSpan = absl::Seconds(4);
constexpr absl::Duration kWindow = absl::Seconds(kReleaseSeconds);
// A pace over less time is no pace.
constexpr absl::Duration kSpanMin = absl::Seconds(1);

}  // namespace

void TimeWaitMakers::Add(absl::Duration now, const std::vector<TimeWaitMaker>& makers) {
  if (!last_add_.has_value()) {
    last_add_ = now;
    return;
  }
  if (slot_count_ == 0 || now - slots_[newest_].begin > kSlotSpan) OpenSlot(*last_add_);
  slots_[newest_].end = now;
  for (const TimeWaitMaker& maker : makers) {
    Made& made = made_[Identity(maker.key, maker.cgroup_id, maker.process)];
    made.pid = maker.pid;
    int32_t& count = made.counts[newest_];
    count = static_cast<int32_t>(
        std::min<int64_t>(count + maker.count, std::numeric_limits<int32_t>::max()));
  }
  if (made_.size() > kTimeWaitMakersMax) ForgetSmallest();
  last_add_ = now;
}

std::vector<TimeWaitMakers::Maker> TimeWaitMakers::MakersOf(const PoolKey& key,
                                                            absl::Duration now) const {
  std::vector<size_t> within;
  absl::Duration begin = absl::InfiniteDuration();
  for (size_t slot = 0; slot < slot_count_; ++slot) {
    if (slots_[slot].end <= now - kWindow) continue;
    within.push_back(slot);
    begin = std::min(begin, slots_[slot].begin);
  }
  std::vector<Maker> result;
  if (within.empty() || slots_[newest_].end - begin < kSpanMin) return result;
  const absl::Duration span = slots_[newest_].end - begin;
  const double scale = std::max(1.0, absl::FDivDuration(kWindow, span));
  for (const auto& [identity, made] : made_) {
    const auto& [pool, cgroup_id, process] = identity;
    if (pool != key) continue;
    int64_t sum = 0;
    for (size_t slot : within) sum += made.counts[slot];
    if (sum == 0) continue;
    result.push_back(
        {cgroup_id, process, made.pid, std::llround(scale * static_cast<double>(sum))});
  }
  return result;
}

int64_t TimeWaitMakers::Made::Sum() const {
  return std::accumulate(counts.begin(), counts.end(), int64_t{0});
}

void TimeWaitMakers::OpenSlot(absl::Duration begin) {
  if (slot_count_ > 0) newest_ = (newest_ + 1) % kSlots;
  slot_count_ = std::max(slot_count_, newest_ + 1);
  slots_[newest_].begin = begin;
  for (auto& [identity, made] : made_) made.counts[newest_] = 0;
  absl::erase_if(made_, [](const auto& item) { return item.second.Sum() == 0; });
}

void TimeWaitMakers::ForgetSmallest() {
  std::vector<int64_t> sums;
  sums.reserve(made_.size());
  for (const auto& [identity, made] : made_) sums.push_back(made.Sum());
  size_t surplus = made_.size() - kTimeWaitMakersMax;
  const auto largest = sums.begin() + static_cast<std::ptrdiff_t>(surplus) - 1;
  std::nth_element(sums.begin(), largest, sums.end());
  // Below it are fewer than the surplus; of those that are equal to it, some stay.
  const int64_t forgotten_max = *largest;
  surplus -= static_cast<size_t>(std::count_if(
      sums.begin(), sums.end(), [forgotten_max](int64_t sum) { return sum < forgotten_max; }));
  absl::erase_if(made_, [&](const auto& item) {
    const int64_t sum = item.second.Sum();
    if (sum < forgotten_max) return true;
    return sum == forgotten_max && surplus > 0 && surplus-- > 0;
  });
}

}  // namespace berthmaster
