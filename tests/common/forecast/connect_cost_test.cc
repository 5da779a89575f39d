#include "common/forecast/connect_cost.h"

#include <gtest/gtest.h>

#include "common/forecast/forecast.h"

namespace berthmaster {
namespace {

PoolSample Pool(int capacity) {
  PoolSample pool;
  pool.capacity = capacity;
  return pool;
}

double Microseconds(const PoolSample& pool, const SearchState& state) {
  return absl::ToDoubleMicroseconds(CostOfConnect(pool, state).cpu_each);
}

// The measured table of kernel-facts, section 1; its own runs differ by a tenth.
TEST(CostOfConnect, IsWhatWasMeasuredWhileAPoolFills) {
  SearchState established{0.75, 0, 1, std::nullopt};
  EXPECT_NEAR(Microseconds(Pool(16384), established), 500, 50);
  SearchState time_wait{0.75, 1, 1, std::nullopt};
  EXPECT_NEAR(Microseconds(Pool(16384), time_wait), 1320, 450);
  EXPECT_NEAR(Microseconds(Pool(28232), time_wait), 2800, 280);
}

TEST(CostOfConnect, StepsAtHalf) {
  SearchState state{0.49, 1, 1, std::nullopt};
  EXPECT_EQ(Microseconds(Pool(28232), state), 17);
  state.utilization = 0.51;
  EXPECT_NEAR(Microseconds(Pool(28232), state), 2995, 1);
}

TEST(CostOfConnect, OfACallThatFailsIsTwoPasses) {
  SearchState state{1, 1, 0, std::nullopt};
  EXPECT_NEAR(Microseconds(Pool(28232), state), 5948, 60);
  state.time_wait_share = 0;
  EXPECT_NEAR(Microseconds(Pool(16384), state), 975, 30);
}

TEST(CostOfConnect, RisesGentlyWhileAsMuchEndsAsBegins) {
  // 4096 ports: mean of what was measured at 61 and at 98 %.
  SearchState state{0.61, 1, 0, std::nullopt};
  EXPECT_NEAR(Microseconds(Pool(4096), state), 220, 20);
  state.utilization = 0.98;
  EXPECT_NEAR(Microseconds(Pool(4096), state), 579, 20);
}

TEST(CostOfConnect, CountsTheShareOfACore) {
  SearchState state{0.75, 1, 1, 100.0};
  const ConnectCost cost = CostOfConnect(Pool(28232), state);
  ASSERT_TRUE(cost.core_share.has_value());
  EXPECT_NEAR(*cost.core_share, 0.2995, 0.001);
}

TEST(CostOfConnect, CountsBlockedPortsTheyAreWalkedOverToo) {
  PoolSample pool = Pool(1000);
  pool.blocked = 1000;
  SearchState state{0.75, 0, 1, std::nullopt};
  EXPECT_NEAR(Microseconds(pool, state), 17 + 29 + 17, 0.1);
}

TEST(MakeForecast, SaysWhatConnectCostsNowAndWhereItSettles) {
  // 20 a second in 2000 ports, half a minute old: below the knee now, 61 % in the end.
  PoolSample pool = Pool(2000);
  pool.in_use = 600;
  pool.states[TcpState::kTimeWait] = 600;
  pool.time_wait_releases.assign(kReleaseSeconds, 0);
  for (int age = 0; age < 30; ++age) pool.time_wait_releases[60 - age] = 20;
  pool.connection_rate = pool.time_wait_rate = 20;
  pool.hold_time = absl::ZeroDuration();

  const Forecast forecast = MakeForecast(pool, std::nullopt);

  ASSERT_TRUE(forecast.connect_cost.has_value());
  EXPECT_EQ(forecast.connect_cost->cpu_each, absl::Microseconds(17));
  EXPECT_NEAR(*forecast.connect_cost->core_share, 0.00034, 1e-6);
  ASSERT_TRUE(forecast.settled_connect_cost.has_value());
  EXPECT_NEAR(absl::ToDoubleMicroseconds(forecast.settled_connect_cost->cpu_each), 116, 2);
}

TEST(MakeForecast, SaysWhatAFailingCallCostsWhereThePoolEnds) {
  PoolSample pool = Pool(28232);
  pool.in_use = 100;
  pool.states[TcpState::kEstablished] = 100;
  pool.connection_rate = 50;

  const Forecast forecast = MakeForecast(pool, std::nullopt);

  ASSERT_TRUE(forecast.time_to_exhaustion.has_value());
  EXPECT_NEAR(absl::ToDoubleMicroseconds(forecast.settled_connect_cost->cpu_each), 1654, 2);
}

TEST(MakeForecast, KnowsNoCostOfConnectForOtherPools) {
  PoolSample pool = Pool(1000);
  pool.kind = PoolKind::kTimeWaitTable;
  pool.in_use = 100;
  pool.time_wait_rate = 5;
  EXPECT_FALSE(MakeForecast(pool, std::nullopt).connect_cost.has_value());
}

}  // namespace
}  // namespace berthmaster
