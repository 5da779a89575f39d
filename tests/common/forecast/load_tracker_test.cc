#include "common/forecast/load_tracker.h"

#include <gtest/gtest.h>

#include <functional>

#include "tests/common/forecast/pool_simulator.h"

namespace berthmaster {
namespace {

PoolSample Growing(PoolKind kind, int in_use) {
  PoolSample pool;
  pool.kind = kind;
  pool.capacity = 1000;
  pool.in_use = in_use;
  return pool;
}

// A pool whose connections are closed by the peer: no TIME_WAIT, the rate is known.
PoolSample Rated(double rate) {
  PoolSample pool;
  pool.capacity = 1000;
  pool.in_use = 50;
  pool.states[TcpState::kEstablished] = 50;
  pool.connection_rate = rate;
  pool.time_wait_rate = 0;
  pool.hold_time = absl::Seconds(5);
  return pool;
}

TEST(LoadTracker, KnowsNothingBeforeTheSecondSample) {
  LoadTracker tracker;
  EXPECT_EQ(tracker.history().span, absl::ZeroDuration());
  tracker.Add(Rated(10), std::nullopt);
  const LoadHistory history = tracker.history();
  EXPECT_EQ(history.span, absl::ZeroDuration());
  EXPECT_EQ(history.growth_rate, std::nullopt);
  EXPECT_EQ(history.rate_peak, 0);
}

TEST(LoadTracker, TellsTheGrowthOfAPoolWithoutARate) {
  LoadTracker tracker;
  tracker.Add(Growing(PoolKind::kUdp, 100), std::nullopt);
  for (int i = 1; i <= 6; ++i)
    tracker.Add(Growing(PoolKind::kUdp, 100 + 20 * i), absl::Seconds(10));
  const LoadHistory history = tracker.history();
  ASSERT_TRUE(history.growth_rate.has_value());
  EXPECT_NEAR(*history.growth_rate, 2, 1e-6);
  EXPECT_EQ(history.growth_span, absl::Seconds(60));
  EXPECT_LT(history.growth_deviation, 0.1);
}

TEST(LoadTracker, SeesARampOfTheRate) {
  LoadTracker tracker;
  tracker.Add(Rated(10), std::nullopt);
  for (int i = 1; i <= 12; ++i) tracker.Add(Rated(10 + 5 * i), absl::Seconds(5));
  const LoadHistory history = tracker.history();
  EXPECT_NEAR(history.rate_slope, 1, 1e-6);
  EXPECT_EQ(history.slope_span, absl::Seconds(60));
  EXPECT_NEAR(history.rate_peak, 70, 1e-4);
}

TEST(LoadTracker, SaysHowLongAgoAPoolWasCutOff) {
  LoadTracker tracker;
  PoolSample pool = Rated(10);
  tracker.Add(pool, std::nullopt);
  EXPECT_EQ(tracker.history().cut_off_age, absl::InfiniteDuration());
  pool.connect_failures = 3;
  tracker.Add(pool, absl::Seconds(1));
  EXPECT_EQ(tracker.history().cut_off_age, absl::ZeroDuration());
  pool.connect_failures = 0;
  tracker.Add(pool, absl::Seconds(4));
  EXPECT_EQ(tracker.history().cut_off_age, absl::Seconds(4));
}

TEST(LoadTracker, RemembersThePeakOfALoadThatIsCutOff) {
  LoadTracker tracker;
  tracker.Add(Rated(80), std::nullopt);
  for (int i = 0; i < 4; ++i) tracker.Add(Rated(80), absl::Seconds(5));
  for (int i = 0; i < 4; ++i) tracker.Add(Rated(1), absl::Seconds(5));
  EXPECT_NEAR(tracker.history().rate_peak, 80, 1e-4);
}

TEST(LoadTracker, SeesAPeriodThatIsLongerThanTheHistogram) {
  PoolSimulator::Options options;
  options.rate = [](double t) { return static_cast<int>(t) % 60 < 10 ? 5.0 : 0.1; };
  options.rate_style = RateStyle::kAgent;
  PoolSimulator pool(options);
  LoadTracker tracker;
  for (int second = 5; second <= 240; second += 5) {
    pool.AdvanceTo(second);
    tracker.Add(pool.Sample(), absl::Seconds(5));
  }
  EXPECT_EQ(tracker.history().period_arrivals.size(), 12);
}

TEST(LoadTracker, TakesMissingSamplesFromTheHistogram) {
  PoolSimulator::Options options;
  options.capacity = 1000;
  // Nothing of the middle is in any rate window.
  options.rate = [](double t) { return t > 20 && t < 30 ? 30.0 : 4.0; };
  options.rate_style = RateStyle::kAgent;
  PoolSimulator pool(options);
  LoadTracker tracker;
  for (int second : {1, 10, 50}) {
    pool.AdvanceTo(second);
    tracker.Add(pool.Sample(), absl::Seconds(second));
  }
  EXPECT_NEAR(tracker.history().rate_peak, 30, 0.5);
}

TEST(LoadTracker, StartsAnewAfterAGapOrAClockStep) {
  for (std::optional<absl::Duration> interval :
       {std::optional<absl::Duration>(), std::optional(absl::Seconds(-3)),
        std::optional(absl::Hours(30)), std::optional(absl::InfiniteDuration()),
        std::optional(-absl::InfiniteDuration())}) {
    LoadTracker tracker;
    tracker.Add(Rated(80), std::nullopt);
    for (int i = 0; i < 4; ++i) tracker.Add(Rated(80), absl::Seconds(5));
    tracker.Add(Rated(1), interval);
    EXPECT_EQ(tracker.history().span, absl::ZeroDuration());
    tracker.Add(Rated(1), absl::Seconds(10));
    EXPECT_NEAR(tracker.history().rate_peak, 1, 1e-4);
  }
}

TEST(LoadTracker, LeavesASampleOfTheSameMomentAlone) {
  LoadTracker tracker;
  tracker.Add(Rated(10), std::nullopt);
  for (int i = 0; i < 4; ++i) {
    tracker.Add(Rated(10), absl::Seconds(5));
    tracker.Add(Rated(500), absl::ZeroDuration());
  }
  EXPECT_NEAR(tracker.history().rate_peak, 10, 1e-4);
}

}  // namespace
}  // namespace berthmaster
