#include "common/forecast/forecast.h"

#include <gtest/gtest.h>

#include <limits>

namespace berthmaster {
namespace {

PoolSample Pool(int in_use) {
  PoolSample pool;
  pool.capacity = 400;
  pool.in_use = in_use;
  pool.states[TcpState::kEstablished] = in_use;
  return pool;
}

// `per_second` TIME_WAIT in each of the newest `seconds` seconds.
PoolSample Churn(int per_second, int seconds) {
  PoolSample pool = Pool(0);
  pool.in_use = per_second * seconds;
  pool.states[TcpState::kEstablished] = 0;
  pool.states[TcpState::kTimeWait] = pool.in_use;
  pool.time_wait_releases.assign(kReleaseSeconds, 0);
  for (int age = 0; age < seconds; ++age) pool.time_wait_releases[60 - age] = per_second;
  pool.connection_rate = pool.time_wait_rate = per_second;
  pool.hold_time = absl::ZeroDuration();
  return pool;
}

TEST(MakeForecast, SettlesAtRateTimesTimeWait) {
  Forecast forecast = MakeForecast(Churn(4, 20), std::nullopt);

  ASSERT_TRUE(forecast.settled_utilization.has_value());
  EXPECT_NEAR(*forecast.settled_utilization, 4 * 61 / 400.0, 0.001);
  EXPECT_EQ(forecast.time_to_exhaustion, std::nullopt);
}

TEST(MakeForecast, SaysWhenChurnFillsThePool) {
  Forecast forecast = MakeForecast(Churn(20, 5), std::nullopt);

  ASSERT_TRUE(forecast.time_to_exhaustion.has_value());
  EXPECT_NEAR(absl::ToDoubleSeconds(*forecast.time_to_exhaustion), 15.0, 0.1);
  EXPECT_NEAR(*forecast.settled_utilization, 20 * 61 / 400.0, 0.001);
}

TEST(MakeForecast, IsZeroWhenExhausted) {
  PoolSample pool = Pool(400);

  EXPECT_EQ(MakeForecast(pool, std::nullopt).time_to_exhaustion, absl::ZeroDuration());
  pool.connection_rate = 0;
  EXPECT_EQ(MakeForecast(pool, std::nullopt).time_to_exhaustion, absl::ZeroDuration());
}

TEST(MakeForecast, DoesNotGuessAnUnknownLoad) {
  Forecast forecast = MakeForecast(Pool(200), std::nullopt);

  EXPECT_EQ(forecast.settled_utilization, std::nullopt);
  EXPECT_EQ(forecast.time_to_exhaustion, std::nullopt);
  ASSERT_EQ(forecast.curve.size(), 1);
  EXPECT_EQ(forecast.curve[0].in_use, 200);
}

TEST(MakeForecast, FollowsALeakToItsEnd) {
  PoolSample pool = Pool(100);
  pool.connection_rate = 0.5;

  Forecast forecast = MakeForecast(pool, std::nullopt);

  EXPECT_EQ(forecast.settled_utilization, std::nullopt);
  ASSERT_TRUE(forecast.time_to_exhaustion.has_value());
  EXPECT_NEAR(absl::ToDoubleSeconds(*forecast.time_to_exhaustion), 600, 0.1);
}

TEST(MakeForecast, LeavesALeakBeyondTheHorizonAlone) {
  PoolSample pool = Pool(100);
  pool.connection_rate = 0.001;

  EXPECT_EQ(MakeForecast(pool, std::nullopt).time_to_exhaustion, std::nullopt);
}

TEST(MakeForecast, CountsOnlyLiveOnesWhereThePeerClosesFirst) {
  PoolSample pool = Pool(50);
  pool.connection_rate = 25;
  pool.time_wait_rate = 0;
  pool.hold_time = absl::Seconds(2);

  Forecast forecast = MakeForecast(pool, std::nullopt);

  EXPECT_NEAR(*forecast.settled_utilization, 50 / 400.0, 0.001);
  EXPECT_EQ(forecast.time_to_exhaustion, std::nullopt);
}

TEST(MakeForecast, CountsTheShareClosedHere) {
  PoolSample pool = Pool(100);
  pool.connection_rate = 10;
  pool.time_wait_rate = 2.5;
  pool.hold_time = absl::Seconds(10);

  Forecast forecast = MakeForecast(pool, std::nullopt);

  EXPECT_NEAR(*forecast.settled_utilization, (10 * 10 + 2.5 * 61) / 400, 0.001);
}

TEST(MakeForecast, HoldsTimeWaitForTheReuseDelayOnly) {
  PoolSample pool = Churn(100, 4);
  pool.capacity = 800;
  pool.reusable = 300;

  Forecast forecast = MakeForecast(pool, absl::Seconds(1));

  EXPECT_NEAR(*forecast.settled_utilization, 100 * 1 / 800.0, 0.001);
  EXPECT_EQ(forecast.time_to_exhaustion, std::nullopt);
  EXPECT_NEAR(forecast.curve[0].in_use, 100, 0.5);
  EXPECT_NEAR(forecast.curve[30].in_use, 100, 1);
}

TEST(MakeForecast, IsNotFooledByAFewSocketsAtTheEdgeOfTheDelay) {
  // The load began 1.2 s ago: 18 sockets are in the second second, 16 of them reusable already.
  PoolSample pool = Churn(100, 1);
  pool.time_wait_releases[59] = 18;
  pool.in_use = pool.states[TcpState::kTimeWait] = 118;
  pool.reusable = 16;

  Forecast forecast = MakeForecast(pool, absl::Seconds(1));

  EXPECT_NEAR(*forecast.settled_utilization, 100 * 1 / 400.0, 0.001);
  EXPECT_EQ(forecast.time_to_exhaustion, std::nullopt);
}

TEST(MakeForecast, SettlesFullWhenTheLimitCutsTheLoadOff) {
  PoolSample pool = Churn(10, 40);
  pool.connection_rate = pool.time_wait_rate = 0;

  EXPECT_EQ(*MakeForecast(pool, std::nullopt).settled_utilization, 1.0);
}

TEST(MakeForecast, DoesNotTrustReuseThatTheSampleRefutes) {
  // The peers have no timestamps: of 300 that are old enough none is reusable.
  PoolSample pool = Churn(20, 15);
  pool.reusable = 0;

  Forecast forecast = MakeForecast(pool, absl::Seconds(1));

  ASSERT_TRUE(forecast.time_to_exhaustion.has_value());
  EXPECT_NEAR(absl::ToDoubleSeconds(*forecast.time_to_exhaustion), 5, 0.2);
}

TEST(MakeForecast, UsesTheSameModelForTheTimeWaitTable) {
  PoolSample table = Churn(1000, 10);
  table.kind = PoolKind::kTimeWaitTable;
  table.capacity = 32768;
  table.connection_rate.reset();
  table.hold_time.reset();

  Forecast forecast = MakeForecast(table, std::nullopt);

  EXPECT_NEAR(*forecast.settled_utilization, 61000 / 32768.0, 0.001);
  EXPECT_NEAR(absl::ToDoubleSeconds(*forecast.time_to_exhaustion), 22.8, 0.1);
}

TEST(MakeForecast, DrawsTheCurveEveryTwoSeconds) {
  Forecast forecast = MakeForecast(Churn(4, 20), std::nullopt);

  ASSERT_EQ(forecast.curve.size(), 91);
  EXPECT_EQ(forecast.curve[1].offset, absl::Seconds(2));
  EXPECT_EQ(forecast.curve[90].offset, absl::Minutes(3));
  EXPECT_EQ(forecast.curve[0].in_use, 80);
  EXPECT_NEAR(forecast.curve[5].in_use, 120, 0.1);
  EXPECT_NEAR(forecast.curve[90].in_use, 244, 0.1);
}

TEST(MakeForecast, SurvivesASampleThatLies) {
  PoolSample pool = Churn(20, 5);
  pool.capacity = -5;
  pool.in_use = -7;
  pool.reusable = 1000;
  pool.connection_rate = std::numeric_limits<double>::quiet_NaN();
  pool.time_wait_rate = -3;
  pool.hold_time = absl::InfiniteDuration();
  pool.time_wait_releases = {-1, 2147483647, 2147483647};
  EXPECT_EQ(MakeForecast(pool, absl::InfiniteDuration()).settled_utilization, std::nullopt);

  pool.connection_rate = 1e300;
  for (const ForecastPoint& point : MakeForecast(pool, absl::ZeroDuration()).curve) {
    EXPECT_GE(point.in_use, 0);
  }
}

}  // namespace
}  // namespace berthmaster
