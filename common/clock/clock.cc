#include "common/clock/clock.h"

#include <sys/random.h>
#include <time.h>

#include <cstdlib>

#include "absl/time/clock.h"

namespace berthmaster {
namespace {

absl::Duration Read(clockid_t clock_id) {
  timespec now{};
  // It fails only for a clock the kernel does not know, and these are older than any kernel we run
  // on.
  if (clock_gettime(clock_id, &now) != 0) std::abort();
  return absl::DurationFromTimespec(now);
}

}  // namespace

absl::Time LinuxClock::SystemNow() const { return absl::Now(); }

absl::Duration LinuxClock::MonotonicNow() const { return Read(CLOCK_BOOTTIME); }

absl::Duration LinuxClock::ThreadCpuNow() const { return Read(CLOCK_THREAD_CPUTIME_ID); }

uint64_t LinuxRandom::Next() {
  uint64_t value = 0;
  // Requests of up to 256 bytes are not interrupted once the pool is ready (getrandom(2)).
  if (getrandom(&value, sizeof(value), 0) != static_cast<ssize_t>(sizeof(value))) std::abort();
  return value;
}

}  // namespace berthmaster
