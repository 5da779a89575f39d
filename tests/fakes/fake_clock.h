#ifndef BERTHMASTER_TESTS_FAKES_FAKE_CLOCK_H_
#define BERTHMASTER_TESTS_FAKES_FAKE_CLOCK_H_

#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/clock/clock.h"

namespace berthmaster {

// A clock that stands still until a test moves it. It begins at 2026-01-01 00:00 UTC and a
// monotonic hour. Any thread.
class FakeClock final : public Clock {
 public:
  FakeClock();

  absl::Time SystemNow() const override;
  absl::Duration MonotonicNow() const override;
  // What SetThreadCpu gave last, whatever the thread; 0 until then.
  absl::Duration ThreadCpuNow() const override;

  // Time passes: both clocks move together.
  void Advance(absl::Duration by);
  // The wall clock steps, in either direction; monotonic time does not.
  void StepSystem(absl::Duration by);
  void SetSystem(absl::Time now);
  // Must not go back.
  void SetMonotonic(absl::Duration now);
  void SetThreadCpu(absl::Duration used);

 private:
  mutable absl::Mutex mutex_;
  absl::Time system_ ABSL_GUARDED_BY(mutex_);
  absl::Duration monotonic_ ABSL_GUARDED_BY(mutex_);
  absl::Duration thread_cpu_ ABSL_GUARDED_BY(mutex_);
};

// Random numbers that are the same in every run: SplitMix64 from a seed. Any thread.
class FakeRandom final : public Random {
 public:
  explicit FakeRandom(uint64_t seed = 1) : state_(seed) {}

  uint64_t Next() override;

 private:
  absl::Mutex mutex_;
  uint64_t state_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_FAKES_FAKE_CLOCK_H_
