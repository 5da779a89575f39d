#ifndef BERTHMASTER_COMMON_CLOCK_CLOCK_H_
#define BERTHMASTER_COMMON_CLOCK_CLOCK_H_

#include <cstdint>

#include "absl/time/time.h"

namespace berthmaster {

// The only way to the time. System time is for people and for records; monotonic time is for
// intervals and deadlines. All methods may be called from any thread.
class Clock {
 public:
  virtual ~Clock() = default;

  // The wall clock. It can step in both directions.
  virtual absl::Time SystemNow() const = 0;

  // Time since an unnamed moment; never goes back, counts time suspended too (CLOCK_BOOTTIME).
  virtual absl::Duration MonotonicNow() const = 0;

  // CPU time that the calling thread has used (CLOCK_THREAD_CPUTIME_ID).
  virtual absl::Duration ThreadCpuNow() const = 0;
};

// The kernel's clocks.
class LinuxClock final : public Clock {
 public:
  absl::Time SystemNow() const override;
  absl::Duration MonotonicNow() const override;
  absl::Duration ThreadCpuNow() const override;
};

// The only way to randomness. All methods may be called from any thread.
class Random {
 public:
  virtual ~Random() = default;

  // 64 bits that nobody can guess.
  virtual uint64_t Next() = 0;
};

// The kernel's getrandom(2).
class LinuxRandom final : public Random {
 public:
  uint64_t Next() override;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_CLOCK_CLOCK_H_
