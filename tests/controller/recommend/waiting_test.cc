#include "controller/recommend/waiting.h"

#include <gtest/gtest.h>

namespace berthmaster {
namespace {

// Measured on Linux 6.18: 7.1, 19.4 and 35.5 s.
TEST(SynSentHold, FollowsTheRetryScheduleWithLinearTimeouts) {
  EXPECT_EQ(SynSentHold(1, 4), absl::Seconds(3));
  EXPECT_EQ(SynSentHold(2, 4), absl::Seconds(7));
  EXPECT_EQ(SynSentHold(3, 4), absl::Seconds(19));
  EXPECT_EQ(SynSentHold(4, 4), absl::Seconds(35));
  EXPECT_EQ(SynSentHold(6, 4), absl::Seconds(131));
}

TEST(SynSentHold, DoublesFromTheStartOnOlderKernels) {
  EXPECT_EQ(SynSentHold(2, 0), absl::Seconds(7));
  EXPECT_EQ(SynSentHold(3, 0), absl::Seconds(15));
  EXPECT_EQ(SynSentHold(6, 0), absl::Seconds(127));
}

TEST(SynSentHold, TakesHostileValues) {
  EXPECT_EQ(SynSentHold(-5, -5), SynSentHold(1, 0));
  EXPECT_EQ(SynSentHold(1000, 0), SynSentHold(15, 0));
}

TEST(FinWait2Hold, IsTwiceWhatIsBeyondAMinute) {
  EXPECT_EQ(FinWait2Hold(absl::Seconds(60)), absl::Seconds(60));
  EXPECT_EQ(FinWait2Hold(absl::Seconds(5)), absl::Seconds(5));
  EXPECT_EQ(FinWait2Hold(absl::Seconds(61)), absl::Seconds(2));
  EXPECT_EQ(FinWait2Hold(absl::Seconds(120)), absl::Seconds(120));
  EXPECT_EQ(FinWait2Hold(-absl::Seconds(1)), absl::ZeroDuration());
}

}  // namespace
}  // namespace berthmaster
