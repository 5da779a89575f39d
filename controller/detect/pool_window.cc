#include "controller/detect/pool_window.h"

#include <algorithm>
#include <utility>

#include "controller/detect/inflow.h"

namespace berthmaster {

void PoolWindow::AddInflow(const PoolSample& pool, std::optional<absl::Duration> interval,
                           bool was_empty, const Thresholds& thresholds) {
  if (!interval.has_value()) Reset();
  bool from_nothing = !last_.has_value() && was_empty;
  AddRise(pool, interval.value_or(absl::ZeroDuration()), from_nothing, thresholds);
  AddClimb(pool, interval.value_or(absl::ZeroDuration()), from_nothing, thresholds);
  if (!interval.has_value() || (!last_.has_value() && !from_nothing)) return;
  std::move_backward(intervals_.begin(), intervals_.end() - 1, intervals_.end());
  intervals_[0] = {Inflow(last(), pool, *interval), *interval};
  interval_count_ = std::min(interval_count_ + 1, kSteadyIntervals);
}

void PoolWindow::Add(const PoolSample& pool, const Observation& observation,
                     const Thresholds& thresholds) {
  absl::Duration interval = observation.interval.value_or(absl::ZeroDuration());
  AddRun(pool, observation, thresholds);
  AddCheckpoint(pool, interval, thresholds);
  AddNearLimit(pool, interval, thresholds);
  AddFailing(observation.failing, interval, thresholds);
  last_ = pool;
}

void PoolWindow::Reset() { *this = PoolWindow(); }

void PoolWindow::AddRise(const PoolSample& pool, absl::Duration interval, bool from_nothing,
                         const Thresholds& thresholds) {
  int held = pool.in_use - pool.reusable;
  if (!last_.has_value()) {
    rise_base_ = from_nothing ? 0 : held;
    return;
  }
  rise_time_ += interval;
  flat_time_ =
      held > last_->in_use - last_->reusable ? absl::ZeroDuration() : flat_time_ + interval;
  if (held >= rise_base_ && flat_time_ < thresholds.rise_lapse) return;
  rise_base_ = held;
  rise_time_ = absl::ZeroDuration();
}

void PoolWindow::AddClimb(const PoolSample& pool, absl::Duration interval, bool from_nothing,
                          const Thresholds& thresholds) {
  int held = pool.in_use - pool.reusable;
  if (!last_.has_value()) {
    climb_base_ = climb_first_ = from_nothing ? 0 : held;
    if (!from_nothing) return;
    climb_time_ = interval;
    // Sources name a pool from some size on, which it may have taken its time to reach.
    if (held <= thresholds.named_utilization_max * pool.capacity) climb_first_ = held;
    return;
  }
  climb_time_ += interval;
  if (held >= last_->in_use - last_->reusable) return;
  climb_base_ = climb_first_ = held;
  climb_time_ = absl::ZeroDuration();
}

void PoolWindow::AddFailing(bool failing, absl::Duration interval, const Thresholds& thresholds) {
  failing_age_ += interval;
  if (failing_age_ > thresholds.failure_lapse) failing_samples_ = 0;
  if (!failing) return;
  ++failing_samples_;
  failing_age_ = absl::ZeroDuration();
}

void PoolWindow::AddRun(const PoolSample& pool, const Observation& observation,
                        const Thresholds& thresholds) {
  absl::Duration interval = observation.interval.value_or(absl::ZeroDuration());
  if (observation.exhausting) {
    if (run_start_.has_value()) {
      run_ += interval;
    } else {
      run_ = absl::ZeroDuration();
      if (last_.has_value()) {
        run_start_ = last_;
      } else {
        run_start_ = observation.was_empty ? PoolSample{} : pool;
      }
    }
    if (strict_samples_ > 0) strict_run_ += interval;
    ++strict_samples_;
    lapse_ = absl::ZeroDuration();
    return;
  }
  strict_run_ = absl::ZeroDuration();
  strict_samples_ = 0;
  lapse_ += interval;
  if (lapse_ > thresholds.run_lapse || !run_start_.has_value()) {
    run_ = absl::ZeroDuration();
    run_start_.reset();
  } else {
    run_ += interval;
  }
}

void PoolWindow::AddCheckpoint(const PoolSample& pool, absl::Duration interval,
                               const Thresholds& thresholds) {
  checkpoint_age_ += interval;
  if (checkpoint_.has_value() && checkpoint_age_ < thresholds.leak_time) return;
  long_ago_span_ = checkpoint_age_;
  long_ago_ = std::move(checkpoint_);
  checkpoint_ = pool;
  checkpoint_->time_wait_releases.clear();
  checkpoint_age_ = absl::ZeroDuration();
}

void PoolWindow::AddNearLimit(const PoolSample& pool, absl::Duration interval,
                              const Thresholds& thresholds) {
  if (pool.utilization() < thresholds.near_limit_utilization_min) {
    near_limit_time_ = absl::ZeroDuration();
    near_limit_samples_ = 0;
    return;
  }
  if (near_limit_samples_ > 0) near_limit_time_ += interval;
  ++near_limit_samples_;
}

bool PoolWindow::Even(size_t intervals, double rate, const Thresholds& thresholds) const {
  if (intervals > interval_count_) return false;
  double most = 0;
  double inflow = 0;
  absl::Duration length;
  for (size_t i = 0; i < intervals; ++i) {
    most = std::max(most, intervals_[i].inflow / absl::ToDoubleSeconds(intervals_[i].length));
    inflow += intervals_[i].inflow;
    length += intervals_[i].length;
  }
  for (size_t i = 0; i < intervals; ++i) {
    double expected = most * absl::ToDoubleSeconds(intervals_[i].length);
    if (!EvenWith(intervals_[i].inflow, thresholds.steady_share_min * expected)) return false;
  }
  return EvenWith(inflow, thresholds.recent_share_min * rate * absl::ToDoubleSeconds(length));
}

size_t PoolWindow::SteadyIntervals(double rate, const Thresholds& thresholds) const {
  absl::Duration length;
  for (size_t i = 0; i < interval_count_; ++i) length += intervals_[i].length;
  if (length >= thresholds.steady_intervals_time_min && Even(kSteadyIntervals, rate, thresholds)) {
    return kSteadyIntervals;
  }
  bool two_last =
      interval_count_ >= 2 && intervals_[0].length + intervals_[1].length >= thresholds.steady_time;
  return two_last && Even(2, rate, thresholds) ? 2 : 0;
}

bool PoolWindow::Steady(double rate, const Thresholds& thresholds) const {
  return SteadyIntervals(rate, thresholds) > 0;
}

absl::Duration PoolWindow::EvenTime(const Thresholds& thresholds) const {
  absl::Duration length;
  for (size_t i = 0; i < SteadyIntervals(0, thresholds); ++i) length += intervals_[i].length;
  return length;
}

std::optional<double> PoolWindow::EvenInflow(const Thresholds& thresholds) const {
  size_t intervals = SteadyIntervals(0, thresholds);
  if (intervals == 0) return std::nullopt;
  double inflow = 0;
  absl::Duration length;
  for (size_t i = 0; i < intervals; ++i) {
    inflow += intervals_[i].inflow;
    length += intervals_[i].length;
  }
  return inflow / absl::ToDoubleSeconds(length);
}

}  // namespace berthmaster
