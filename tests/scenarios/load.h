#ifndef BERTHMASTER_TESTS_SCENARIOS_LOAD_H_
#define BERTHMASTER_TESTS_SCENARIOS_LOAD_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "tests/kernel/netns_fixture.h"
#include "tests/kernel/test_sockets.h"

namespace berthmaster {

// What a client does, at which rate, for how long each time.
struct LoadPlan {
  // Actions per second as a function of the time since the start; below zero ends the load.
  std::function<double(absl::Duration)> rate;
  // One action: a socket that is connected or bound, or errno.
  std::function<ConnectResult()> open;
  // How long each socket is kept; InfiniteDuration() for as long as the load lasts.
  absl::Duration hold_time;
};

// A client inside a namespace, on a thread of its own, until the object goes.
class Load {
 public:
  Load(const ScopedNetns& netns, LoadPlan plan);
  ~Load();
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  int ok_count() const { return ok_count_; }
  // Actions that found no port: EADDRNOTAVAIL, EADDRINUSE, EAGAIN.
  int exhausted_count() const { return exhausted_count_; }
  int failed_count() const { return failed_count_; }
  // On the monotonic clock; InfiniteDuration() until it happens.
  absl::Duration first_exhausted() const { return absl::Microseconds(first_exhausted_us_.load()); }
  absl::Duration start_time() const { return start_; }

 private:
  struct Kept {
    absl::Duration close_time;
    UniqueFd fd;
  };

  void Run();
  void Act(absl::Duration now);

  const LinuxClock clock_;
  const LoadPlan plan_;
  const absl::Duration start_;
  UniqueFd wake_;
  std::vector<Kept> kept_;
  std::atomic<int> ok_count_ = 0;
  std::atomic<int> exhausted_count_ = 0;
  std::atomic<int> failed_count_ = 0;
  std::atomic<int64_t> first_exhausted_us_ = INT64_MAX;
  std::thread thread_;
};

// Rates.
std::function<double(absl::Duration)> Steady(double per_second);
// `first` per second until `change`, `then` after it.
std::function<double(absl::Duration)> Change(double first, absl::Duration change, double then);
// From 0 up by `per_second_each_second`.
std::function<double(absl::Duration)> Ramp(double per_second_each_second);
// `per_second` for the first `length` of each `period`, nothing in the rest.
std::function<double(absl::Duration)> Bursts(double per_second, absl::Duration length,
                                             absl::Duration period);

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_SCENARIOS_LOAD_H_
