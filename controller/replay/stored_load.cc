#include "controller/replay/stored_load.h"

#include <algorithm>
#include <cmath>

#include "common/forecast/forecast.h"

namespace berthmaster {
namespace {

constexpr absl::Duration kGapMax = absl::Seconds(45);
// Two windows of the rate.
constexpr absl::Duration kLearnTime = absl::Seconds(10);
constexpr absl::Duration kRateTime = absl::Seconds(10);
// As many pools as one host ever shows by name in some days; when they are more, all begin anew.
constexpr size_t kLoadsMax = 100'000;

double LiveOf(const PoolSample& pool) {
  return std::max(0, pool.in_use - pool.states[TcpState::kTimeWait]);
}

}  // namespace

void StoredLoad::Begin(absl::Time sample_time, const PoolSample& pool) {
  closes_.clear();
  begin_time_ = sample_time;
  // Of unknown age: as evenly spread as a steady load leaves them, and gone after 61 s.
  const int32_t time_wait = pool.states[TcpState::kTimeWait];
  if (time_wait > 0) {
    closes_.push_back({sample_time - kTimeWaitHold, sample_time, static_cast<double>(time_wait)});
  }
}

bool StoredLoad::Complete(absl::Time sample_time, PoolSample& pool) {
  const double live = LiveOf(pool);
  const std::optional<absl::Time> before = last_time_;
  const double live_before = std::exchange(live_, live);
  last_time_ = sample_time;
  const bool is_known = pool.connection_rate.has_value() && pool.reusable == 0;
  if (!is_known || !before.has_value() || sample_time <= *before ||
      sample_time - *before > kGapMax) {
    Begin(sample_time, pool);
    pool.connection_rate.reset();
    return false;
  }
  const double opened = *pool.connection_rate * absl::ToDoubleSeconds(sample_time - *before);
  closes_.push_back({*before, sample_time, std::max(0.0, opened - (live - live_before))});
  while (closes_.front().until <= sample_time - kTimeWaitHold) closes_.pop_front();
  if (sample_time - begin_time_ < kLearnTime) {
    pool.connection_rate.reset();
    return false;
  }
  Fill(sample_time, pool);
  return true;
}

void StoredLoad::Fill(absl::Time now, PoolSample& pool) const {
  double closed = 0;
  double closed_lately = 0;
  absl::Duration lately;
  for (auto closes = closes_.rbegin(); closes != closes_.rend(); ++closes) {
    closed += closes->count;
    if (lately >= kRateTime) continue;
    closed_lately += closes->count;
    lately += closes->until - closes->after;
  }
  if (closed <= 0) return;  // Nothing closes.
  const double close_rate = closed_lately / absl::ToDoubleSeconds(lately);
  const double here = std::min(1.0, pool.states[TcpState::kTimeWait] / closed);
  pool.time_wait_rate = here * close_rate;
  if (close_rate > 0) pool.hold_time = absl::Seconds(live_ / close_rate);
  // Spread over the seconds in which they end.
  std::vector<double> ends(kReleaseSeconds, 0.0);
  for (const Closes& closes : closes_) {
    const double first = absl::ToDoubleSeconds(closes.after + kTimeWaitHold - now);
    const double last = absl::ToDoubleSeconds(closes.until + kTimeWaitHold - now);
    for (int second = std::max(0, static_cast<int>(first)); second < last; ++second) {
      if (second >= kReleaseSeconds) break;
      const double part =
          (std::min(last, second + 1.0) - std::max(first, second + 0.0)) / (last - first);
      ends[static_cast<size_t>(second)] += here * closes.count * part;
    }
  }
  if (pool.states[TcpState::kTimeWait] == 0) return;
  pool.time_wait_releases.resize(kReleaseSeconds);
  double sum = 0;
  int32_t rounded = 0;
  for (size_t i = 0; i < ends.size(); ++i) {
    sum += ends[i];
    pool.time_wait_releases[i] = static_cast<int32_t>(std::lround(sum)) - rounded;
    rounded += pool.time_wait_releases[i];
  }
}

void StoredLoads::Complete(HostSample& sample) {
  if (loads_.size() > kLoadsMax) loads_.clear();
  for (NetnsSample& netns : sample.namespaces) {
    for (PoolSample& pool : netns.pools) {
      if (pool.kind != PoolKind::kConnect) continue;
      const bool has_rate = pool.connection_rate.has_value();
      const bool follows = loads_[{netns.cookie, pool.id()}].Complete(sample.sample_time, pool);
      if (has_rate && !follows) ++incomplete_count_;
    }
  }
}

}  // namespace berthmaster
