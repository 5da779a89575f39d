// The forecast of every load shape against what then happened, with the history that a LoadTracker
// keeps.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "tests/common/forecast/backtest.h"

namespace berthmaster {
namespace {

constexpr uint32_t kSeeds = 10;

struct Total {
  int forecasts = 0;
  int missed = 0;
  int false_alarms = 0;
  int in_band = 0;
  int exhausted = 0;
  double beyond_bar = 0;
  double worst_error = 0;
};

Total RunAll(const std::string& name) {
  Total total;
  for (uint32_t seed = 1; seed <= kSeeds; ++seed) {
    const Backtest result = Run(CaseOf(name, seed));
    total.forecasts += result.forecasts;
    total.missed += result.missed;
    total.false_alarms += result.false_alarms;
    total.in_band += result.in_band;
    total.exhausted += result.exhausted.has_value() ? 1 : 0;
    total.beyond_bar = std::max(total.beyond_bar, result.beyond_bar);
    for (double error : result.errors) {
      total.worst_error = std::max(total.worst_error, std::abs(error));
    }
  }
  EXPECT_GT(total.forecasts, 0);
  return total;
}

// Every forecast is within 5 % and one sample of the truth, and none misses it.
class Exhausting : public ::testing::TestWithParam<const char*> {};
TEST_P(Exhausting, IsForetoldWithinTheBar) {
  const Total total = RunAll(GetParam());
  EXPECT_EQ(total.exhausted, static_cast<int>(kSeeds));
  EXPECT_EQ(total.missed, 0);
  EXPECT_EQ(total.beyond_bar, 0);
  EXPECT_GE(total.in_band, 0.9 * total.forecasts);
}
INSTANTIATE_TEST_SUITE_P(Loads, Exhausting,
                         ::testing::Values("steady", "steady, random arrivals", "steady, held 5 s",
                                           "steady, a sample every 10 s", "steady, samples missing",
                                           "ramp", "step up", "periodic, 10 s, fills", "leak"));

// No forecast says that it ends.
class Settling : public ::testing::TestWithParam<const char*> {};
TEST_P(Settling, IsNoAlarm) {
  const Total total = RunAll(GetParam());
  EXPECT_EQ(total.exhausted, 0);
  EXPECT_EQ(total.false_alarms, 0);
  EXPECT_GE(total.in_band, 0.95 * total.forecasts);
}
INSTANTIATE_TEST_SUITE_P(Loads, Settling,
                         ::testing::Values("steady, settles below", "steady, settles below, random",
                                           "reusable", "ramp that ends", "burst that is over",
                                           "stops", "periodic, 10 s, settles below",
                                           "periodic, 90 s, settles below"));

// What chance leaves open is in the band: the moment is not known better than the rate.
TEST(Shapes, ARandomRampIsForetoldWithinItsBand) {
  const Total total = RunAll("ramp, random arrivals");
  EXPECT_EQ(total.exhausted, static_cast<int>(kSeeds));
  EXPECT_LE(total.missed, 0.01 * total.forecasts);
  EXPECT_LE(total.worst_error, 7);
  EXPECT_GE(total.in_band, 0.9 * total.forecasts);
}
TEST(Shapes, ARandomLeakIsForetoldWithinItsBand) {
  const Total total = RunAll("leak, random arrivals");
  EXPECT_EQ(total.exhausted, static_cast<int>(kSeeds));
  EXPECT_EQ(total.missed, 0);
  EXPECT_GE(total.in_band, 0.85 * total.forecasts);
}
TEST(Shapes, ALeakBesideShortConnectionsIsSeen) {
  const Total total = RunAll("leak beside short connections");
  EXPECT_EQ(total.exhausted, static_cast<int>(kSeeds));
  EXPECT_LE(total.missed, 0.01 * total.forecasts);
  EXPECT_GE(total.in_band, 0.9 * total.forecasts);
}

}  // namespace
}  // namespace berthmaster
