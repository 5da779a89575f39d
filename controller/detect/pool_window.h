#ifndef BERTHMASTER_CONTROLLER_DETECT_POOL_WINDOW_H_
#define BERTHMASTER_CONTROLLER_DETECT_POOL_WINDOW_H_

#include <array>
#include <optional>

#include "absl/time/time.h"
#include "common/protocol/sample.h"
#include "controller/detect/thresholds.h"

namespace berthmaster {

// What is remembered of one pool between samples: how long a verdict has held, how even the inflow
// was, where growth began. Of fixed size. One thread.
class PoolWindow {
 public:
  // What one sample says, found before it is added.
  struct Observation {
    // Since the sample before; nothing when the two can not be compared.
    std::optional<absl::Duration> interval;
    // The pool was not there in the sample before, so it grew from nothing.
    bool was_empty = false;
    // The forecast reaches the capacity.
    bool exhausting = false;
    // Something failed since the sample before.
    bool failing = false;
  };

  // To be called before Add() with the same sample and interval: what came in, which a forecast of
  // a pool without a rate needs. The rest of the sample is added by Add().
  void AddInflow(const PoolSample& pool, std::optional<absl::Duration> interval, bool was_empty,
                 const Thresholds& thresholds);
  void Add(const PoolSample& pool, const Observation& observation, const Thresholds& thresholds);

  // The sample added last; null before the first and after a reset.
  const PoolSample* last() const { return last_.has_value() ? &*last_ : nullptr; }
  // Whether the last kSteadyIntervals intervals, or fewer that last steady_time, had about the same
  // inflow each, at a rate of no clearly less than recent_share_min of `rate`.
  bool Steady(double rate, const Thresholds& thresholds) const;
  // The mean inflow a second of the intervals that Steady() looks at, where they are even; nothing
  // otherwise.
  std::optional<double> EvenInflow(const Thresholds& thresholds) const;
  // How long those intervals are together; 0 where they are not even.
  absl::Duration EvenTime(const Thresholds& thresholds) const;
  // For how long the pool has been rising, with breaks of up to rise_lapse, and what it held
  // before.
  absl::Duration rise_time() const { return rise_time_; }
  int rise_base() const { return rise_base_; }
  // For how long it has not fallen at all, what it held before, and what when that was first seen:
  // more where a pool that was not there before came with a few, nobody knows since when.
  absl::Duration climb_time() const { return climb_time_; }
  int climb_base() const { return climb_base_; }
  int climb_first() const { return climb_first_; }
  // For how long the forecast has been exhausting without a break, and with lapses of up to
  // run_lapse.
  absl::Duration strict_run() const { return strict_run_; }
  absl::Duration run() const { return run_; }
  // Samples of the strict run.
  int strict_samples() const { return strict_samples_; }
  // The pool where the run began; null outside of a run.
  const PoolSample* run_start() const { return run_start_.has_value() ? &*run_start_ : nullptr; }
  // The pool as it was leak_time to twice that ago; null when it was not seen then.
  const PoolSample* long_ago() const { return long_ago_.has_value() ? &*long_ago_ : nullptr; }
  absl::Duration long_ago_age() const { return checkpoint_age_ + long_ago_span_; }
  // For how long it has been at near_limit_utilization_min or above.
  absl::Duration near_limit_time() const { return near_limit_time_; }
  int near_limit_samples() const { return near_limit_samples_; }
  // How many samples showed failures, no two further apart than failure_lapse.
  int failing_samples() const { return failing_samples_; }

 private:
  struct Interval {
    double inflow = 0;
    absl::Duration length;
  };

  void Reset();
  bool Even(size_t intervals, double rate, const Thresholds& thresholds) const;
  // How many intervals are to be even; 0 when there are too few.
  size_t SteadyIntervals(double rate, const Thresholds& thresholds) const;
  void AddRise(const PoolSample& pool, absl::Duration interval, bool from_nothing,
               const Thresholds& thresholds);
  void AddClimb(const PoolSample& pool, absl::Duration interval, bool from_nothing,
                const Thresholds& thresholds);
  void AddRun(const PoolSample& pool, const Observation& observation, const Thresholds& thresholds);
  void AddCheckpoint(const PoolSample& pool, absl::Duration interval, const Thresholds& thresholds);
  void AddNearLimit(const PoolSample& pool, absl::Duration interval, const Thresholds& thresholds);
  void AddFailing(bool failing, absl::Duration interval, const Thresholds& thresholds);

  std::optional<PoolSample> last_;
  // The newest first.
  std::array<Interval, kSteadyIntervals> intervals_;
  size_t interval_count_ = 0;
  absl::Duration strict_run_;
  int strict_samples_ = 0;
  absl::Duration run_;
  absl::Duration lapse_;
  std::optional<PoolSample> run_start_;
  std::optional<PoolSample> long_ago_;
  std::optional<PoolSample> checkpoint_;
  absl::Duration checkpoint_age_;
  // From long_ago_ to checkpoint_.
  absl::Duration long_ago_span_;
  absl::Duration rise_time_;
  absl::Duration flat_time_;
  int rise_base_ = 0;
  absl::Duration climb_time_;
  int climb_base_ = 0;
  int climb_first_ = 0;
  int failing_samples_ = 0;
  absl::Duration failing_age_;
  absl::Duration near_limit_time_;
  int near_limit_samples_ = 0;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_DETECT_POOL_WINDOW_H_
