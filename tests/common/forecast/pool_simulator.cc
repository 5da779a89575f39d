#include "tests/common/forecast/pool_simulator.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace berthmaster {
namespace {

constexpr double kTimeWaitMin = 60;
constexpr double kTimerSlack = 2.05;
constexpr double kRateWindow = 5;
// How often a load of nothing is looked at again.
constexpr double kIdleStep = 0.01;

int CountSince(const std::vector<double>& times, double since) {
  return static_cast<int>(times.end() - std::lower_bound(times.begin(), times.end(), since));
}

}  // namespace

PoolSimulator::PoolSimulator(Options options)
    : options_(std::move(options)), random_(options_.seed) {
  for (int i = 0; i < options_.live_at_start; ++i) Open(0);
}

void PoolSimulator::AdvanceTo(double time) {
  while (next_arrival_ < time) {
    double rate = options_.rate(next_arrival_);
    if (rate <= 0) {
      next_arrival_ += kIdleStep;
      continue;
    }
    CloseUntil(next_arrival_);
    Arrive();
    double gap = options_.random_arrivals ? -std::log(1 - Uniform()) : 1;
    next_arrival_ += gap / rate;
  }
  CloseUntil(time);
  live_history_[static_cast<int>(std::lround(time))] = static_cast<int>(live_.size());
}

void PoolSimulator::Arrive() {
  double now = next_arrival_;
  now_ = now;
  if (in_use() - Reusable() >= options_.capacity) {
    if (!first_failure_.has_value()) first_failure_ = now;
    return;
  }
  if (in_use() >= options_.capacity) {
    // The oldest TIME_WAIT gives its port.
    time_wait_.erase(time_wait_.begin());
  }
  Open(now);
  opened_.push_back(now);
}

void PoolSimulator::Open(double now) {
  double hold = options_.hold.value_or(std::numeric_limits<double>::infinity());
  if (options_.leaked_share > 0 && Uniform() < options_.leaked_share) {
    hold = std::numeric_limits<double>::infinity();
  }
  live_.insert(now + hold * (options_.random_hold ? -std::log(1 - Uniform()) : 1));
}

void PoolSimulator::CloseUntil(double time) {
  while (!live_.empty() && *live_.begin() <= time) {
    double closed = *live_.begin();
    live_.erase(live_.begin());
    closed_.push_back(closed);
    if (Uniform() >= options_.closed_here_share) continue;
    closed_here_.push_back(closed);
    time_wait_.emplace(closed + kTimeWaitMin + kTimerSlack * Uniform(), closed);
  }
  time_wait_.erase(time_wait_.begin(), time_wait_.upper_bound(time));
  now_ = time;
}

int PoolSimulator::Reusable() const {
  if (!options_.reuse_delay.has_value()) return 0;
  double made_before = now_ - *options_.reuse_delay;
  return static_cast<int>(
      std::count_if(time_wait_.begin(), time_wait_.end(),
                    [made_before](const auto& entry) { return entry.second <= made_before; }));
}

PoolSample PoolSimulator::Sample() const {
  PoolSample sample;
  sample.key.destination_port = 443;
  sample.capacity = options_.capacity;
  sample.in_use = in_use();
  sample.reusable = Reusable();
  sample.states[options_.live_state] = static_cast<int32_t>(live_.size());
  sample.states[TcpState::kTimeWait] = static_cast<int32_t>(time_wait_.size());
  if (!time_wait_.empty()) sample.time_wait_releases.assign(kReleaseSeconds, 0);
  for (const auto& [end, made] : time_wait_) {
    // As the agent does: idiag_expires, which reads 0 in the timer's slack, and a second.
    double expires = made + kTimeWaitMin - now_;
    int index = expires <= 0 ? 0 : static_cast<int>(expires) + 1;
    ++sample.time_wait_releases[static_cast<size_t>(std::min(index, kReleaseSeconds - 1))];
  }
  SetRates(sample);
  return sample;
}

void PoolSimulator::SetRates(PoolSample& sample) const {
  double live = static_cast<double>(live_.size());
  double window = kRateWindow;
  if (options_.rate_style == RateStyle::kAgent && !closed_here_.empty()) {
    // A load younger than the window began within its oldest second.
    double oldest = std::floor(now_ - closed_here_.front());
    if (oldest >= 1) window = std::min(window, oldest);
  }
  double time_wait_rate = CountSince(closed_here_, now_ - window) / window;
  sample.time_wait_rate = time_wait_rate;
  if (options_.rate_style == RateStyle::kAgent) {
    auto before = live_history_.find(static_cast<int>(std::lround(now_ - kRateWindow)));
    double live_before = before == live_history_.end() ? options_.live_at_start : before->second;
    sample.connection_rate =
        std::max(0.0, time_wait_rate + (live - live_before) / std::min(kRateWindow, now_));
    if (time_wait_rate > 0) sample.hold_time = absl::Seconds(live / time_wait_rate);
    return;
  }
  sample.connection_rate = CountSince(opened_, now_ - kRateWindow) / kRateWindow;
  double closes = CountSince(closed_, now_ - kRateWindow) / kRateWindow;
  if (closes > 0) sample.hold_time = absl::Seconds(live / closes);
}

}  // namespace berthmaster
