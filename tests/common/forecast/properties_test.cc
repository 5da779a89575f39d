// What holds for every forecast, over pools made at random from fixed seeds.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "common/forecast/forecast.h"
#include "common/forecast/load_tracker.h"
#include "tests/common/forecast/pool_simulator.h"

namespace berthmaster {
namespace {

constexpr int kPools = 2000;

class Dice {
 public:
  explicit Dice(uint32_t seed) : random_(seed) {}
  double Between(double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(random_);
  }
  int Int(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }
  bool Once(int in) { return Int(1, in) == 1; }
  // Now and then a figure that no honest agent sends.
  double Hostile() {
    switch (Int(0, 7)) {
      case 0:
        return std::numeric_limits<double>::quiet_NaN();
      case 1:
        return std::numeric_limits<double>::infinity();
      case 2:
        return -std::numeric_limits<double>::infinity();
      case 3:
        return 1e300;
      case 4:
        return -5;
      case 5:
        return 1e-300;
      default:
        return Between(0, 1000);
    }
  }
  int HostileCount() {
    switch (Int(0, 5)) {
      case 0:
        return std::numeric_limits<int32_t>::max();
      case 1:
        return std::numeric_limits<int32_t>::min();
      case 2:
        return 0;
      case 3:
        return -1;
      default:
        return Int(0, 30000);
    }
  }

 private:
  std::mt19937 random_;
};

PoolSample Sound(Dice& dice) {
  PoolSample pool;
  pool.capacity = dice.Int(10, 5000);
  const int seconds = dice.Int(0, 60);
  const int each = dice.Int(0, 20);
  pool.time_wait_releases.assign(kReleaseSeconds, 0);
  for (int age = 0; age < seconds; ++age) pool.time_wait_releases[60 - age] = each;
  const int live = dice.Int(0, 200);
  pool.states[TcpState::kTimeWait] = each * seconds;
  pool.states[TcpState::kEstablished] = live;
  pool.in_use = each * seconds + live;
  pool.connection_rate = dice.Between(0, 100);
  pool.time_wait_rate = *pool.connection_rate * dice.Between(0, 1);
  if (!dice.Once(4)) pool.hold_time = absl::Seconds(dice.Between(0, 20));
  if (dice.Once(4)) pool.reusable = dice.Int(0, each * seconds);
  return pool;
}

PoolSample Lying(Dice& dice) {
  PoolSample pool = Sound(dice);
  pool.kind = static_cast<PoolKind>(dice.Int(1, 7));
  pool.capacity = dice.HostileCount();
  pool.in_use = dice.HostileCount();
  pool.reusable = dice.HostileCount();
  pool.blocked = dice.HostileCount();
  pool.states[TcpState::kTimeWait] = dice.HostileCount();
  pool.time_wait_releases.resize(static_cast<size_t>(dice.Int(0, 200)));
  for (int32_t& count : pool.time_wait_releases) count = dice.HostileCount();
  if (dice.Once(2)) pool.connection_rate = dice.Hostile();
  if (dice.Once(2)) pool.time_wait_rate = dice.Hostile();
  if (dice.Once(2)) pool.hold_time = absl::Seconds(dice.Hostile());
  if (dice.Once(3)) pool.connect_failures = dice.HostileCount();
  return pool;
}

std::optional<absl::Duration> AnyDelay(Dice& dice) {
  if (dice.Once(2)) return std::nullopt;
  return absl::Seconds(dice.Hostile());
}

double Seconds(const std::optional<absl::Duration>& time) {
  return time.has_value() ? absl::ToDoubleSeconds(*time) : std::numeric_limits<double>::infinity();
}

void ExpectSound(const ConnectCost& cost) {
  EXPECT_GE(cost.cpu_each, absl::ZeroDuration());
  EXPECT_LT(cost.cpu_each, absl::InfiniteDuration());
  if (cost.core_share.has_value()) {
    EXPECT_TRUE(std::isfinite(*cost.core_share));
    EXPECT_GE(*cost.core_share, 0);
  }
}

void ExpectSound(const Forecast& forecast) {
  if (forecast.settled_utilization.has_value()) {
    EXPECT_TRUE(std::isfinite(*forecast.settled_utilization));
    EXPECT_GE(*forecast.settled_utilization, 0);
  }
  if (forecast.time_to_exhaustion.has_value()) {
    EXPECT_GE(*forecast.time_to_exhaustion, absl::ZeroDuration());
    EXPECT_LE(*forecast.time_to_exhaustion, absl::Hours(24));
  }
  EXPECT_LE(Seconds(forecast.time_to_exhaustion_min), Seconds(forecast.time_to_exhaustion) + 0.01);
  EXPECT_GE(Seconds(forecast.time_to_exhaustion_max), Seconds(forecast.time_to_exhaustion) - 0.01);
  ASSERT_FALSE(forecast.curve.empty());
  absl::Duration last = -absl::Seconds(1);
  for (const ForecastPoint& point : forecast.curve) {
    EXPECT_TRUE(std::isfinite(point.in_use) && std::isfinite(point.in_use_max));
    EXPECT_GE(point.in_use_min, 0);
    EXPECT_LE(point.in_use_min, point.in_use);
    EXPECT_LE(point.in_use, point.in_use_max);
    EXPECT_GT(point.offset, last);
    last = point.offset;
  }
  if (forecast.connect_cost.has_value()) ExpectSound(*forecast.connect_cost);
  if (forecast.settled_connect_cost.has_value()) ExpectSound(*forecast.settled_connect_cost);
}

TEST(ForecastProperties, IsFiniteAndOrderedForSoundPools) {
  Dice dice(1);
  for (int i = 0; i < kPools; ++i) {
    const PoolSample pool = Sound(dice);
    ExpectSound(MakeForecast(pool, AnyDelay(dice)));
    ASSERT_FALSE(testing::Test::HasFailure()) << "pool " << i;
  }
}

TEST(ForecastProperties, IsFiniteAndOrderedForPoolsThatLie) {
  Dice dice(2);
  for (int i = 0; i < kPools; ++i) {
    LoadTracker tracker;
    tracker.Add(Lying(dice), std::nullopt);
    for (int k = dice.Int(0, 30); k > 0; --k) {
      tracker.Add(Lying(dice), absl::Seconds(dice.Once(20) ? dice.Hostile() : dice.Between(0, 20)));
    }
    const LoadHistory history = tracker.history();
    const PoolSample pool = Lying(dice);
    ExpectSound(MakeForecast(pool, AnyDelay(dice), &history));
    ExpectSound(MakeForecast(pool, AnyDelay(dice)));
    ASSERT_FALSE(testing::Test::HasFailure()) << "pool " << i;
  }
}

TEST(ForecastProperties, SurvivesAHistoryThatLies) {
  Dice dice(3);
  for (int i = 0; i < kPools; ++i) {
    LoadHistory history;
    history.rate_slope = dice.Hostile();
    history.slope_span = absl::Seconds(dice.Hostile());
    history.rate_deviation = dice.Hostile();
    history.rate_peak = dice.Hostile();
    for (int k = dice.Int(0, 3); k > 0; --k) history.period_arrivals.push_back(dice.Hostile());
    history.period_offset = absl::Seconds(dice.Hostile());
    if (dice.Once(2)) history.growth_rate = dice.Hostile();
    history.growth_deviation = dice.Hostile();
    history.growth_span = absl::Seconds(dice.Hostile());
    ExpectSound(MakeForecast(Lying(dice), AnyDelay(dice), &history));
    ASSERT_FALSE(testing::Test::HasFailure()) << "pool " << i;
  }
}

TEST(ForecastProperties, MoreLoadIsNeverLater) {
  Dice dice(4);
  for (int i = 0; i < kPools; ++i) {
    PoolSample pool = Sound(dice);
    double settled = 0;
    double left = std::numeric_limits<double>::infinity();
    // Rates that no window of the histogram has, so that they are taken as given.
    for (double rate : {0.37, 1.53, 5.71, 20.39, 77.13}) {
      const double share = 0.8;
      pool.connection_rate = rate;
      pool.time_wait_rate = share * rate;
      pool.hold_time = absl::Seconds(1);
      const Forecast forecast = MakeForecast(pool, std::nullopt);
      EXPECT_LE(Seconds(forecast.time_to_exhaustion), left + 0.01)
          << "pool " << i << " at " << rate;
      ASSERT_TRUE(forecast.settled_utilization.has_value());
      EXPECT_GE(*forecast.settled_utilization, settled - 1e-9) << "pool " << i << " at " << rate;
      left = Seconds(forecast.time_to_exhaustion);
      settled = *forecast.settled_utilization;
    }
    ASSERT_FALSE(testing::Test::HasFailure()) << "pool " << i;
  }
}

// The newest sample and the same past, cut into samples otherwise.
TEST(ForecastProperties, DoesNotDependOnHowTheSamplesAreSplit) {
  for (double hold : {0.0, 5.0}) {
    for (int step : {2, 5, 10}) {
      double left[2];
      for (int split : {1, step}) {
        PoolSimulator::Options options;
        options.capacity = 1000;
        options.rate = [](double) { return 20; };
        options.hold = hold;
        options.rate_style = RateStyle::kAgent;
        PoolSimulator pool(options);
        LoadTracker tracker;
        for (int second = 1; second <= 40; ++second) {
          pool.AdvanceTo(second);
          if (second % split == 0) tracker.Add(pool.Sample(), absl::Seconds(split));
        }
        const LoadHistory history = tracker.history();
        left[split == 1 ? 0 : 1] =
            Seconds(MakeForecast(pool.Sample(), std::nullopt, &history).time_to_exhaustion);
      }
      EXPECT_NEAR(left[0], 10, 0.5);
      EXPECT_NEAR(left[1], left[0], 0.2) << "held " << hold << ", every " << step << " s";
    }
  }
}

}  // namespace
}  // namespace berthmaster
