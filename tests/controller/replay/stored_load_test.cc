#include "controller/replay/stored_load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "common/forecast/forecast.h"
#include "tests/fixtures/sample_builder.h"

namespace berthmaster {
namespace {

using ::testing::SizeIs;

const absl::Time kStart = absl::FromUnixSeconds(1'800'000'000);

// The pool as the history keeps it.
PoolSample Kept(const HostSample& sample) {
  const PoolSample& pool = sample.namespaces[0].pools[0];
  PoolSample kept;
  kept.key = pool.key;
  kept.capacity = pool.capacity;
  kept.in_use = pool.in_use;
  kept.reusable = pool.reusable;
  kept.states = pool.states;
  kept.connection_rate = pool.connection_rate;
  return kept;
}

PoolSample ChurnAfter(StoredLoad& load, double rate, int seconds) {
  PoolSample pool;
  for (int second = 0; second <= seconds; ++second) {
    pool = Kept(SampleBuilder().Churn(rate, absl::Seconds(second)).Build());
    load.Complete(kStart + absl::Seconds(second), pool);
  }
  return pool;
}

TEST(StoredLoad, GivesTheForecastOfAChurnBack) {
  StoredLoad load;
  const PoolSample pool = ChurnAfter(load, 10, 20);
  EXPECT_EQ(pool.in_use, 200);
  EXPECT_NEAR(pool.time_wait_rate.value(), 10, 0.5);
  ASSERT_THAT(pool.time_wait_releases, SizeIs(kReleaseSeconds));
  EXPECT_EQ(std::accumulate(pool.time_wait_releases.begin(), pool.time_wait_releases.end(), 0),
            200);
  EXPECT_NEAR(absl::ToDoubleSeconds(MakeForecast(pool, std::nullopt).time_to_exhaustion.value()),
              20, 1);
}

TEST(StoredLoad, KnowsAPlateau) {
  StoredLoad load;
  const PoolSample pool = ChurnAfter(load, 5, 180);
  EXPECT_EQ(pool.in_use, 305);
  const Forecast forecast = MakeForecast(pool, std::nullopt);
  EXPECT_FALSE(forecast.time_to_exhaustion.has_value());
  EXPECT_NEAR(forecast.settled_utilization.value(), 0.7625, 0.02);
}

TEST(StoredLoad, TakesOpenConnectionsForALeakOnlyWhereNoneCloses) {
  StoredLoad load;
  PoolSample pool;
  for (int second = 0; second <= 20; ++second) {
    pool = Kept(SampleBuilder().Established(10 * second).Build());
    pool.connection_rate = 10;
    load.Complete(kStart + absl::Seconds(second), pool);
  }
  EXPECT_EQ(pool.connection_rate, 10);
  EXPECT_FALSE(pool.hold_time.has_value());
  EXPECT_NEAR(absl::ToDoubleSeconds(MakeForecast(pool, std::nullopt).time_to_exhaustion.value()),
              20, 0.1);
}

TEST(StoredLoad, SaysNothingWhereNothingFollows) {
  StoredLoad young;
  EXPECT_FALSE(ChurnAfter(young, 10, 5).connection_rate.has_value());

  StoredLoad with_gap;
  PoolSample pool = ChurnAfter(with_gap, 10, 20);
  EXPECT_FALSE(with_gap.Complete(kStart + absl::Minutes(5), pool));
  EXPECT_FALSE(pool.connection_rate.has_value());

  StoredLoad with_reuse;
  pool = ChurnAfter(with_reuse, 10, 20);
  pool.reusable = 100;
  EXPECT_FALSE(with_reuse.Complete(kStart + absl::Seconds(21), pool));
}

}  // namespace
}  // namespace berthmaster
