#include "controller/api/watch_schedule.h"

#include <gtest/gtest.h>

namespace berthmaster {
namespace {

absl::Time At(int seconds) { return absl::FromUnixSeconds(1767225600 + seconds); }

TEST(WatchSchedule, SendsAtOnceWhatWasNotSentLately) {
  WatchSchedule schedule(absl::Seconds(1));
  schedule.Push("a", At(0), absl::Seconds(10));

  const auto due = schedule.Pop(absl::Seconds(10));

  ASSERT_TRUE(due.has_value());
  EXPECT_EQ(due->key, "a");
  EXPECT_FALSE(schedule.Pop(absl::Seconds(10)).has_value());
}

TEST(WatchSchedule, SendsAResourceOnceASecondWithItsNewestChange) {
  WatchSchedule schedule(absl::Seconds(1));
  schedule.Push("a", At(0), absl::Seconds(10));
  schedule.Pop(absl::Seconds(10));
  schedule.Push("a", At(1), absl::Seconds(10.2));
  schedule.Push("a", At(2), absl::Seconds(10.9));

  EXPECT_FALSE(schedule.Pop(absl::Seconds(10.9)).has_value());
  EXPECT_EQ(schedule.size(), 1u);
  const auto due = schedule.Pop(absl::Seconds(11));
  ASSERT_TRUE(due.has_value());
  EXPECT_EQ(due->event_time, At(2));
  EXPECT_EQ(schedule.size(), 0u);
}

TEST(WatchSchedule, HoldsNoOtherResourceBack) {
  WatchSchedule schedule(absl::Seconds(1));
  schedule.Push("a", At(0), absl::Seconds(10));
  schedule.Pop(absl::Seconds(10));
  schedule.Push("a", At(1), absl::Seconds(10.1));
  schedule.Push("b", At(1), absl::Seconds(10.2));

  EXPECT_EQ(schedule.Pop(absl::Seconds(10.2))->key, "b");
  EXPECT_EQ(schedule.Pop(absl::Seconds(11.5))->key, "a");
}

}  // namespace
}  // namespace berthmaster
