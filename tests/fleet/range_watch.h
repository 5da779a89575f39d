#ifndef BERTHMASTER_TESTS_FLEET_RANGE_WATCH_H_
#define BERTHMASTER_TESTS_FLEET_RANGE_WATCH_H_

#include <cstddef>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "tests/fleet/pods.h"

namespace berthmaster {

// Looks at the port range of every pod in the kernel, again and again, and keeps what it saw:
// nothing that an agent writes for longer than a look (some 10 ms) goes unseen.
class RangeWatch {
 public:
  // A value that a pod had from some look on.
  struct Seen {
    // With single blanks; empty while there is no such namespace.
    std::string range;
    // The end of the first look that saw it.
    absl::Time time;
  };
  // By pod.
  using Ranges = std::vector<std::string>;

  // The first look is over when it returns.
  explicit RangeWatch(const Pods& pods);
  ~RangeWatch();
  RangeWatch(const RangeWatch&) = delete;
  RangeWatch& operator=(const RangeWatch&) = delete;

  // Of one pod, oldest first; never empty, and no two in a row are equal.
  std::vector<Seen> HistoryOf(size_t pod) const;
  // Its values without the times, "narrow > wide".
  std::string StoryOf(size_t pod) const;
  // Of the newest look.
  Ranges Now() const;
  // Asks after each look, from one that began after the call on; false when the limit is over.
  bool WaitFor(const std::function<bool(const Ranges&)>& wanted, absl::Duration limit) const;
  // Waits for a look that began after the call, so that nothing written before is missing.
  void LookAgain() const;

 private:
  void Run();
  void Look();

  std::vector<std::string> names_;
  mutable absl::Mutex mutex_;
  std::vector<std::vector<Seen>> history_ ABSL_GUARDED_BY(mutex_);
  int look_count_ ABSL_GUARDED_BY(mutex_) = 0;
  bool is_stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

// How many of the pods have the range.
size_t CountOf(const RangeWatch::Ranges& ranges, const std::string& range);

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_FLEET_RANGE_WATCH_H_
