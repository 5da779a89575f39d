#include "controller/recommend/waiting.h"

#include <algorithm>
#include <cstdint>

namespace berthmaster {
namespace {

constexpr int kRetriesMax = 15;
constexpr int kLinearTimeoutsMax = 127;
// TCP_TIMEWAIT_LEN, beyond which tcp_fin_time() keeps a full socket.
constexpr absl::Duration kMiniSocketMax = absl::Seconds(60);

}  // namespace

absl::Duration SynSentHold(int retries, int linear_timeouts) {
  const int64_t least = (int64_t{2} << std::clamp(retries, 1, kRetriesMax)) - 1;
  const int64_t linear_end = std::clamp(linear_timeouts, 0, kLinearTimeoutsMax) + 1;
  if (least <= linear_end) return absl::Seconds(least);
  int64_t due = linear_end;
  for (int64_t wait = 2; due < least; wait *= 2) due += wait;
  return absl::Seconds(due);
}

absl::Duration FinWait2Hold(absl::Duration fin_timeout) {
  if (fin_timeout <= kMiniSocketMax) return std::max(fin_timeout, absl::ZeroDuration());
  return 2 * (fin_timeout - kMiniSocketMax);
}

}  // namespace berthmaster
