#include "agent/collect/exhaustion_watch.h"

#include <gtest/gtest.h>

#include <random>

namespace berthmaster {
namespace {

constexpr absl::Duration kStart = absl::Hours(1);

PoolSample Pool(int32_t in_use, double rate) {
  PoolSample pool;
  pool.capacity = 1000;
  pool.in_use = in_use;
  pool.states[TcpState::kEstablished] = in_use;
  pool.connection_rate = rate;
  return pool;
}

TEST(MeasureNearness, TakesTheFullestPoolAndTheFirstEnd) {
  Nearness nearness = MeasureNearness({Pool(700, 0), Pool(500, 10), Pool(200, 1)}, {});
  EXPECT_DOUBLE_EQ(nearness.utilization_max, 0.7);
  ASSERT_TRUE(nearness.time_left_min.has_value());
  EXPECT_NEAR(absl::ToDoubleSeconds(*nearness.time_left_min), 50, 0.5);
}

TEST(MeasureNearness, LeavesOutWhatASampleASecondDoesNotHelp) {
  PoolSample listener = Pool(1000, 0);
  listener.kind = PoolKind::kListener;
  Nearness nearness = MeasureNearness({listener, Pool(50, 100)}, {});
  EXPECT_DOUBLE_EQ(nearness.utilization_max, 0.05);
  EXPECT_FALSE(nearness.time_left_min.has_value());
}

TEST(ExhaustionWatch, IsCloseAtOnceAndCalmAfterAWhile) {
  ExhaustionWatch watch;
  watch.Update({0.79, absl::Minutes(6)}, kStart);
  EXPECT_FALSE(watch.is_close());
  watch.Update({0.3, absl::Minutes(5)}, kStart);
  EXPECT_TRUE(watch.is_close());
  watch.Update({0.3, absl::Minutes(11)}, kStart + absl::Seconds(9));
  EXPECT_TRUE(watch.is_close());
  watch.Update({0.3, std::nullopt}, kStart + absl::Seconds(10));
  EXPECT_FALSE(watch.is_close());
  watch.Update({0.8, std::nullopt}, kStart + absl::Seconds(11));
  EXPECT_TRUE(watch.is_close());
}

// Whatever the pool does around a threshold, the verdict changes at most once in kCalmHold.
TEST(ExhaustionWatch, DoesNotFlap) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> utilization(0.6, 0.9);
  ExhaustionWatch watch;
  absl::Duration now = kStart;
  absl::Duration became_close = now;
  for (int i = 0; i < 20000; ++i) {
    const bool was_close = watch.is_close();
    watch.Update({utilization(random), std::nullopt}, now);
    if (!was_close && watch.is_close()) became_close = now;
    if (was_close && !watch.is_close()) {
      EXPECT_GE(now - became_close, kCalmHold);
    }
    now += absl::Milliseconds(500);
  }
}

}  // namespace
}  // namespace berthmaster
