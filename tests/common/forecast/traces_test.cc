// The traces A to F that were measured on a real kernel (kernel-facts section 11), replayed by the
// simulator: 400 ports, a sample a second.

#include <gtest/gtest.h>

#include <algorithm>

#include "common/forecast/forecast.h"
#include "tests/common/forecast/pool_simulator.h"

namespace berthmaster {
namespace {

class Traces : public ::testing::TestWithParam<RateStyle> {
 protected:
  PoolSimulator::Options Load(std::function<double(double)> rate, double hold = 0) {
    PoolSimulator::Options options;
    options.rate = std::move(rate);
    options.hold = hold;
    options.rate_style = GetParam();
    return options;
  }
  // The moment of exhaustion by the forecast of each second from `from` to `until`.
  static void ExpectPredicted(PoolSimulator& pool, int from, int until, double earliest,
                              double latest) {
    for (int second = 1; second <= until; ++second) {
      pool.AdvanceTo(second);
      if (second < from) continue;
      auto left = MakeForecast(pool.Sample(), std::nullopt).time_to_exhaustion;
      ASSERT_TRUE(left.has_value()) << "at " << second;
      double predicted = second + absl::ToDoubleSeconds(*left);
      EXPECT_GE(predicted, earliest) << "at " << second;
      EXPECT_LE(predicted, latest) << "at " << second;
    }
  }
  static void ExpectNoExhaustion(PoolSimulator& pool, int from, int until) {
    for (int second = 1; second <= until; ++second) {
      pool.AdvanceTo(second);
      if (second < from) continue;
      Forecast forecast = MakeForecast(pool.Sample(), std::nullopt);
      EXPECT_EQ(forecast.time_to_exhaustion, std::nullopt) << "at " << second;
    }
  }
};

TEST_P(Traces, A_TenASecondEndAtFortySeconds) {
  PoolSimulator pool(Load([](double) { return 10; }));

  ExpectPredicted(pool, 10, 39, 39.8, 40.7);

  pool.AdvanceTo(41);
  EXPECT_NEAR(*pool.first_failure(), 40.0, 0.1);
}

TEST_P(Traces, B_FiveASecondSettleAtThreeHundred) {
  PoolSimulator pool(Load([](double) { return 5; }));

  ExpectNoExhaustion(pool, 5, 130);

  EXPECT_GE(pool.in_use(), 300);
  EXPECT_LE(pool.in_use(), 310);
  Forecast forecast = MakeForecast(pool.Sample(), std::nullopt);
  EXPECT_NEAR(*forecast.settled_utilization, 305 / 400.0, 0.01);
}

TEST_P(Traces, C_EightASecondHeldThreeEndAtFifty) {
  PoolSimulator pool(Load([](double) { return 8; }, 3));

  ExpectPredicted(pool, 10, 49, 49.0, 51.2);
}

TEST_P(Traces, D_AShortLoadAndASlowOneDoNotEnd) {
  PoolSimulator pool(Load([](double t) { return t < 20 ? 12 : t < 25 ? 0 : 4; }));

  ExpectNoExhaustion(pool, 30, 40);

  double in_thirty = 0;
  for (const ForecastPoint& point : MakeForecast(pool.Sample(), std::nullopt).curve) {
    if (point.offset == absl::Seconds(30)) in_thirty = point.in_use;
  }
  ExpectNoExhaustion(pool, 41, 70);
  EXPECT_NEAR(in_thirty, pool.in_use(), 0.08 * pool.in_use());
}

TEST_P(Traces, E_TheSecondLoadEndsAtFiftyFour) {
  PoolSimulator pool(Load([](double t) { return t < 20 ? 12 : t < 34 ? 0 : 8; }));

  ExpectPredicted(pool, 40, 53, 53.0, 55.0);
}

TEST_P(Traces, F_SixPointThreeASecondStayJustBelow) {
  PoolSimulator pool(Load([](double) { return 6.3; }));

  ExpectNoExhaustion(pool, 10, 130);

  EXPECT_GE(pool.in_use(), 375);
  EXPECT_EQ(pool.first_failure(), std::nullopt);
}

TEST_P(Traces, StayWithinFivePercentFromTenSecondsOn) {
  for (double rate : {7.5, 10.0, 20.0, 30.0}) {
    for (double hold : {0.0, 0.2, 2.0, 5.0, 8.0}) {
      PoolSimulator pool(Load([rate](double) { return rate; }, hold));
      double end = 400 / rate;
      int last = std::min(static_cast<int>(end) - 1, 55);
      SCOPED_TRACE(testing::Message() << rate << " a second, held for " << hold << " s");
      // The agent's growth of the live part spans the moment when the first ones close.
      bool agent = GetParam() == RateStyle::kAgent;
      int from = agent ? std::max(10, static_cast<int>(hold) + 5) : 10;
      ExpectPredicted(pool, from, last, 0.95 * end - 1, 1.05 * end + 1);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Rates, Traces,
                         ::testing::Values(RateStyle::kFiveSeconds, RateStyle::kAgent),
                         [](const auto& style) {
                           return style.param == RateStyle::kAgent ? "Agent" : "FiveSeconds";
                         });

}  // namespace
}  // namespace berthmaster
