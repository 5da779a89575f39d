#ifndef BERTHMASTER_AGENT_LINK_BACKOFF_H_
#define BERTHMASTER_AGENT_LINK_BACKOFF_H_

#include "absl/time/time.h"
#include "common/clock/clock.h"

namespace berthmaster {

// Exponential backoff with full jitter: the n-th delay is uniform between 0 and min(max, min_delay
// * 2^n), so that a fleet does not come back at one moment. One thread; `random` must outlive it.
class Backoff {
 public:
  Backoff(absl::Duration min_delay, absl::Duration max_delay, Random& random)
      : min_delay_(min_delay), max_delay_(max_delay), ceiling_(min_delay), random_(random) {}

  absl::Duration Next();
  void Reset() { ceiling_ = min_delay_; }

 private:
  const absl::Duration min_delay_;
  const absl::Duration max_delay_;
  absl::Duration ceiling_;
  Random& random_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_LINK_BACKOFF_H_
