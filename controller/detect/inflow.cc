#include "controller/detect/inflow.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "controller/detect/thresholds.h"

namespace berthmaster {
namespace {

// The entry of TIME_WAIT made within the last second: 60 s and half the slack of the timer.
constexpr int kNewestEntry = 60;

int Held(const PoolSample& pool) { return pool.in_use - pool.reusable; }

double EndedWithin(const PoolSample& pool, double seconds) {
  double ended = 0;
  for (size_t i = 0; i < pool.time_wait_releases.size() && static_cast<double>(i) < seconds; ++i) {
    ended += pool.time_wait_releases[i] * std::min(1.0, seconds - static_cast<double>(i));
  }
  return ended;
}

}  // namespace

std::vector<int64_t> CloseHistory(const PoolSample& pool) {
  const std::vector<int32_t>& releases = pool.time_wait_releases;
  if (releases.size() != kReleaseSeconds) return {};
  std::vector<int64_t> history(releases.rbegin() + (kReleaseSeconds - 1 - kNewestEntry),
                               releases.rend());
  // What is a moment younger than the newest entry.
  for (int entry = kNewestEntry + 1; entry < kReleaseSeconds; ++entry) {
    history[0] += releases[entry];
  }
  return history;
}

bool EvenWith(double count, double expected) {
  return count > 0 && count + 2 * std::sqrt(count) >= expected;
}

bool HasSteadyHistory(const PoolSample& pool, double rate, const Thresholds& thresholds) {
  std::vector<int64_t> history = CloseHistory(pool);
  if (history.size() < kSteadyHistorySeconds) return false;
  history.resize(kSteadyHistorySeconds);
  int64_t most = *std::max_element(history.begin(), history.end());
  int64_t least = *std::min_element(history.begin(), history.end());
  int64_t sum = std::accumulate(history.begin(), history.end(), int64_t{0});
  return EvenWith(static_cast<double>(least), thresholds.steady_share_min * most) &&
         EvenWith(static_cast<double>(sum),
                  thresholds.recent_share_min * rate * kSteadyHistorySeconds);
}

double Inflow(const PoolSample* before, const PoolSample& now, absl::Duration interval) {
  if (before == nullptr) return std::max(Held(now), 0);
  double ended = before->reusable > 0 ? 0 : EndedWithin(*before, absl::ToDoubleSeconds(interval));
  return std::max(Held(now) - Held(*before) + ended, 0.0);
}

}  // namespace berthmaster
