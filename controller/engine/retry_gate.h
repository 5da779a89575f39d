#ifndef BERTHMASTER_CONTROLLER_ENGINE_RETRY_GATE_H_
#define BERTHMASTER_CONTROLLER_ENGINE_RETRY_GATE_H_

#include <algorithm>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace berthmaster {

// The first and the longest wait between two tries of a commit that failed. A full disk needs a
// person, a busy one a moment.
inline constexpr absl::Duration kRetryMin = absl::Milliseconds(100);
inline constexpr absl::Duration kRetryMax = absl::Seconds(5);

// Whether a store works, and when to try it again. By monotonic time. One thread.
class RetryGate {
 public:
  bool broken() const { return !error_.ok(); }
  const absl::Status& error() const { return error_; }
  bool Due(absl::Duration monotonic) const { return !broken() || monotonic >= next_try_; }
  absl::Duration TimeLeft(absl::Duration monotonic) const {
    return std::max(next_try_ - monotonic, absl::ZeroDuration());
  }

  // True when it was sound until now: worth a line in the log.
  bool Fail(const absl::Status& error, absl::Duration monotonic) {
    const bool first = !broken();
    wait_ = first ? kRetryMin : std::min(wait_ * 2, kRetryMax);
    next_try_ = monotonic + wait_;
    error_ = error;
    return first;
  }
  // True when it was broken until now.
  bool Succeed() {
    const bool mended = broken();
    error_ = absl::OkStatus();
    return mended;
  }

 private:
  absl::Status error_;
  absl::Duration wait_;
  absl::Duration next_try_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_ENGINE_RETRY_GATE_H_
