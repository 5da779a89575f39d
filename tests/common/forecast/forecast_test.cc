#include "common/forecast/forecast.h"

#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <string>

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

TEST(MakeForecast, TakesTheHighestRateForTheDemandWhenTheLimitCutsTheLoadOff) {
  PoolSample pool = Churn(10, 40);
  pool.connection_rate = pool.time_wait_rate = 0;

  EXPECT_NEAR(*MakeForecast(pool, std::nullopt).settled_utilization, 10 * 61 / 400.0, 0.001);
}

TEST(MakeForecast, SettlesFullWhereNoConnectFailedInAFullPool) {
  PoolSample pool = Churn(10, 40);
  pool.connection_rate = pool.time_wait_rate = 0;
  pool.connect_failures = 0;

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

TEST(MakeForecast, SaysHowUncertainTheMomentIs) {
  // 20 a second, made by a clock and seen for 9 whole seconds: 400 more are known to
  // 2 sqrt(0.1 * (400 ^ 2 / 180 + 400)), and to half a second of arrivals.
  PoolSample pool = Churn(20, 10);
  pool.capacity = 600;

  Forecast forecast = MakeForecast(pool, std::nullopt);

  EXPECT_NEAR(absl::ToDoubleSeconds(*forecast.time_to_exhaustion), 20, 0.1);
  EXPECT_NEAR(absl::ToDoubleSeconds(*forecast.time_to_exhaustion_min), 18.5, 0.1);
  EXPECT_NEAR(absl::ToDoubleSeconds(*forecast.time_to_exhaustion_max), 21.6, 0.1);
  EXPECT_NEAR(forecast.curve[10].in_use, 600, 0.1);
  EXPECT_NEAR(forecast.curve[10].in_use_min, 570, 1);
  EXPECT_NEAR(forecast.curve[10].in_use_max, 630, 1);
  EXPECT_EQ(forecast.curve[0].in_use_min, 200);
  EXPECT_EQ(forecast.curve[0].in_use_max, 200);
}

TEST(MakeForecast, SaysThatItMayEndWhereItSettlesJustBelow) {
  PoolSample pool = Churn(6, 30);
  pool.capacity = 372;

  Forecast forecast = MakeForecast(pool, std::nullopt);

  EXPECT_EQ(forecast.time_to_exhaustion, std::nullopt);
  EXPECT_TRUE(forecast.time_to_exhaustion_min.has_value());
  EXPECT_EQ(forecast.time_to_exhaustion_max, std::nullopt);
}

TEST(MakeForecast, RemembersForAWhileThatAPoolWasCutOff) {
  // Five ports have come free since the last failure, and only 2 a second were let through.
  PoolSample pool = Churn(2, 61);
  pool.capacity = pool.in_use + 5;
  pool.connect_failures = 0;
  LoadHistory history;
  history.rate_peak = 10;
  history.cut_off_age = absl::Seconds(10);

  EXPECT_NEAR(absl::ToDoubleSeconds(*MakeForecast(pool, std::nullopt, &history).time_to_exhaustion),
              0.6, 0.1);
  history.cut_off_age = absl::Seconds(20);
  EXPECT_EQ(MakeForecast(pool, std::nullopt, &history).time_to_exhaustion, std::nullopt);
}

LoadHistory GrowingBy(double per_second, absl::Duration span) {
  LoadHistory history;
  history.growth_rate = per_second;
  history.growth_deviation = 0.05;
  history.growth_span = history.span = span;
  return history;
}

TEST(MakeForecast, FollowsTheGrowthOfPoolsWithoutARate) {
  for (PoolKind kind : {PoolKind::kBind, PoolKind::kUdp, PoolKind::kConntrackTable,
                        PoolKind::kListener, PoolKind::kSnat}) {
    PoolSample pool = Pool(200);
    pool.kind = kind;
    EXPECT_EQ(MakeForecast(pool, std::nullopt).time_to_exhaustion, std::nullopt);

    LoadHistory history = GrowingBy(4, absl::Seconds(30));
    Forecast forecast = MakeForecast(pool, std::nullopt, &history);

    ASSERT_TRUE(forecast.time_to_exhaustion.has_value());
    EXPECT_NEAR(absl::ToDoubleSeconds(*forecast.time_to_exhaustion), 50, 0.01);
    EXPECT_LT(*forecast.time_to_exhaustion_min, *forecast.time_to_exhaustion);
    EXPECT_EQ(forecast.settled_utilization, std::nullopt);
  }
}

TEST(MakeForecast, TakesGrowthThatIsNoMoreThanChanceForNone) {
  PoolSample pool = Pool(200);
  pool.kind = PoolKind::kUdp;
  LoadHistory history = GrowingBy(0.1, absl::Seconds(30));

  Forecast forecast = MakeForecast(pool, std::nullopt, &history);

  EXPECT_EQ(forecast.time_to_exhaustion, std::nullopt);
  EXPECT_EQ(*forecast.settled_utilization, 0.5);
}

TEST(MakeForecast, LetsTheEntriesOfASnatPoolEndByTheirTimeout) {
  // 4 a second for 30 s, all closed: the first ones end 120 s after they closed.
  PoolSample pool = Pool(120);
  pool.kind = PoolKind::kSnat;
  pool.capacity = 1000;
  pool.states = {};
  pool.states[TcpState::kTimeWait] = 110;
  LoadHistory history = GrowingBy(4, absl::Seconds(30));

  Forecast forecast = MakeForecast(pool, std::nullopt, &history);
  EXPECT_EQ(forecast.time_to_exhaustion, std::nullopt);
  EXPECT_NEAR(*forecast.settled_utilization, 0.48, 0.001);

  std::map<std::string, std::string> sysctls = {
      {"net.netfilter.nf_conntrack_tcp_timeout_time_wait", "300"}};
  forecast = MakeForecast(pool, sysctls, &history);
  EXPECT_NEAR(absl::ToDoubleSeconds(*forecast.time_to_exhaustion), 220, 0.01);
}

TEST(MakeForecast, TellsALeakBesideShortConnections) {
  // 5 a second, one of them never closed.
  PoolSample pool = Churn(4, 60);
  pool.capacity = 800;
  pool.in_use += 100;
  pool.states[TcpState::kEstablished] = 100;
  pool.connection_rate = 5;
  pool.hold_time = absl::Seconds(25);
  LoadHistory history = GrowingBy(1, absl::Seconds(100));

  Forecast forecast = MakeForecast(pool, std::nullopt, &history);

  EXPECT_EQ(forecast.settled_utilization, std::nullopt);
  EXPECT_NEAR(absl::ToDoubleSeconds(*forecast.time_to_exhaustion), 456, 3);
}

TEST(MakeForecast, CarriesARampOnForAsLongAsItWasSeen) {
  // The peer closes; 40 a second now, 1 more each second for 20 s.
  PoolSample pool = Pool(200);
  pool.connection_rate = 40;
  pool.time_wait_rate = 0;
  pool.hold_time = absl::Seconds(5);
  LoadHistory history;
  history.rate_slope = 1;
  history.slope_span = absl::Seconds(20);

  EXPECT_NEAR(*MakeForecast(pool, std::nullopt, &history).settled_utilization,
              (40 + 2.5 + 20) * 5 / 400.0, 0.001);
}

}  // namespace
}  // namespace berthmaster
