#include "controller/detect/pool_window.h"

#include <algorithm>
#include <utility>

#include "controller/detect/inflow.h"

namespace berthmaster {

void PoolWindow::Add(const PoolSample& pool, const Observation& observation) {
  if (!observation.interval.has_value()) Reset();
  absl::Duration interval = observation.interval.value_or(absl::ZeroDuration());
  AddInterval(pool, observation);
  AddRun(pool, observation);
  AddCheckpoint(pool, interval);
  AddNearLimit(pool, interval);
  last_ = pool;
}

void PoolWindow::Reset() { *this = PoolWindow(); }

void PoolWindow::AddInterval(const PoolSample& pool, const Observation& observation) {
  bool from_nothing = !last_.has_value() && observation.was_empty;
  if (!observation.interval.has_value() || (!last_.has_value() && !from_nothing)) return;
  std::move_backward(intervals_.begin(), intervals_.end() - 1, intervals_.end());
  intervals_[0] = {Inflow(last(), pool, *observation.interval), *observation.interval};
  interval_count_ = std::min(interval_count_ + 1, kSteadyIntervals);
}

void PoolWindow::AddRun(const PoolSample& pool, const Observation& observation) {
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
  if (lapse_ > kRunLapse || !run_start_.has_value()) {
    run_ = absl::ZeroDuration();
    run_start_.reset();
  } else {
    run_ += interval;
  }
}

void PoolWindow::AddCheckpoint(const PoolSample& pool, absl::Duration interval) {
  checkpoint_age_ += interval;
  if (checkpoint_.has_value() && checkpoint_age_ < kLeakTime) return;
  long_ago_ = std::move(checkpoint_);
  checkpoint_ = pool;
  checkpoint_->time_wait_releases.clear();
  checkpoint_age_ = absl::ZeroDuration();
}

void PoolWindow::AddNearLimit(const PoolSample& pool, absl::Duration interval) {
  if (pool.utilization() < kNearLimitUtilizationMin) {
    near_limit_time_ = absl::ZeroDuration();
    near_limit_samples_ = 0;
    return;
  }
  if (near_limit_samples_ > 0) near_limit_time_ += interval;
  ++near_limit_samples_;
}

bool PoolWindow::Even(size_t intervals, double rate) const {
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
    if (!EvenWith(intervals_[i].inflow, kSteadyShareMin * expected)) return false;
  }
  return EvenWith(inflow, kRecentShareMin * rate * absl::ToDoubleSeconds(length));
}

bool PoolWindow::Steady(double rate) const {
  absl::Duration length;
  for (size_t i = 0; i < interval_count_; ++i) length += intervals_[i].length;
  if (length >= kSteadyIntervalsTimeMin && Even(kSteadyIntervals, rate)) return true;
  return interval_count_ >= 2 && intervals_[0].length + intervals_[1].length >= kSteadyTime &&
         Even(2, rate);
}

}  // namespace berthmaster
