#include "agent/collect/rate.h"

#include <algorithm>
#include <cmath>

namespace berthmaster {
namespace {

const int kWindowMinSeconds = static_cast<int>(kRateWindowMin / absl::Seconds(1));
const int kWindowMaxSeconds = static_cast<int>(kRateWindowMax / absl::Seconds(1));
constexpr int kTimeWaitSeconds = 60;
// Fewer than this say nothing about how even a load is.
constexpr int kEvenCountMin = 4;

int32_t CountYoungerThan(const Releases& releases, int age) {
  int32_t count = 0;
  for (int second = 0; second < age; ++second) count += CountOfAge(releases, second);
  return count;
}

// The age in whole seconds of the oldest; nothing when there is none.
std::optional<int> OldestAge(const Releases& releases) {
  for (int age = kTimeWaitSeconds - 1; age >= 0; --age) {
    if (CountOfAge(releases, age) != 0) return age;
  }
  return std::nullopt;
}

double RateOfYoungLoad(const Releases& releases, int oldest_age) {
  // The load began within the oldest second, so that one is not whole.
  const int32_t count = CountYoungerThan(releases, oldest_age);
  if (oldest_age > 0 && count >= kEvenCountMin) return static_cast<double>(count) / oldest_age;
  return static_cast<double>(CountYoungerThan(releases, oldest_age + 1)) / (oldest_age + 1);
}

}  // namespace

bool IsExpected(double count, double expected) {
  return std::abs(count - expected) <= std::max(1.0, std::sqrt(std::abs(expected)));
}

double TimeWaitRate(const Releases& releases, std::optional<absl::Duration> reuse_delay) {
  if (reuse_delay.has_value() && *reuse_delay < kRateWindowMin) {
    const int seconds = std::max<int>(1, static_cast<int>(*reuse_delay / absl::Seconds(1)));
    return static_cast<double>(CountYoungerThan(releases, seconds)) / seconds;
  }
  const std::optional<int> oldest_age = OldestAge(releases);
  if (!oldest_age.has_value()) return 0;
  if (*oldest_age < kWindowMinSeconds) return RateOfYoungLoad(releases, *oldest_age);
  int window = kWindowMinSeconds;
  double count = CountYoungerThan(releases, window);
  while (window + kWindowMinSeconds <= std::min(kWindowMaxSeconds, *oldest_age)) {
    const double older = CountYoungerThan(releases, window + kWindowMinSeconds) - count;
    if (!IsExpected(older, count / window * kWindowMinSeconds)) break;
    window += kWindowMinSeconds;
    count += older;
  }
  return count / window;
}

bool BeganThisSecond(const Releases& releases) { return OldestAge(releases) == 0; }

void LiveHistory::Add(absl::Duration now, int32_t live, std::optional<double> time_wait_rate) {
  // One goes only where it is close to both its neighbours: a rate from before a burst until long
  // after it is none of now.
  if (size_ > 1 && entries_[size_ - 1].time - entries_[size_ - 2].time < kSpacing &&
      now - entries_[size_ - 1].time < kSpacing) {
    --size_;
  }
  if (size_ == kEntriesMax) {
    std::move(entries_.begin() + 1, entries_.end(), entries_.begin());
    --size_;
  }
  entries_[size_++] = {now, live, time_wait_rate};
}

std::optional<double> LiveHistory::LiveRate(absl::Duration now, int32_t live) const {
  if (size_ == 0) return std::nullopt;
  const Entry& near = EntryOfAge(now, kRateWindowMin);
  const double near_seconds = absl::ToDoubleSeconds(now - near.time);
  if (near_seconds < 1) return std::nullopt;
  const double near_rate = (live - near.live) / near_seconds;
  const Entry& far = EntryOfAge(now, kRateWindowMax);
  const double far_rate = (live - far.live) / absl::ToDoubleSeconds(now - far.time);
  return IsExpected(near_rate * near_seconds, far_rate * near_seconds) ? far_rate : near_rate;
}

double LiveHistory::MeanTimeWaitRate(absl::Duration now, double time_wait_rate) const {
  double sum = time_wait_rate;
  int count = 1;
  for (size_t index = 0; index < size_; ++index) {
    const Entry& entry = entries_[index];
    if (now - entry.time > kRateWindowMin || !entry.time_wait_rate.has_value()) continue;
    sum += *entry.time_wait_rate;
    ++count;
  }
  return sum / count;
}

const LiveHistory::Entry& LiveHistory::EntryOfAge(absl::Duration now, absl::Duration age) const {
  size_t index = size_ - 1;
  while (index > 0 && now - entries_[index].time < age) --index;
  return entries_[index];
}

}  // namespace berthmaster
