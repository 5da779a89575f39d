#include "agent/link/backoff.h"

#include <algorithm>

namespace berthmaster {

absl::Duration Backoff::Next() {
  constexpr double kFractionSteps = 9007199254740992.0;  // 2^53, what a double holds exactly
  double fraction = static_cast<double>(random_.Next() >> 11) / kFractionSteps;
  absl::Duration delay = ceiling_ * fraction;
  ceiling_ = std::min(ceiling_ * 2, max_delay_);
  return delay;
}

}  // namespace berthmaster
