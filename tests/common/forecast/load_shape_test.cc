#include "common/forecast/load_shape.h"

#include <gtest/gtest.h>

#include <vector>

namespace berthmaster {
namespace {

// `count` bins of `value`, appended: older ones.
void Older(std::vector<double>& counts, int count, double value) {
  for (int i = 0; i < count; ++i) counts.push_back(value);
}

TEST(ShapeOf, AnEvenLoadIsItsMean) {
  std::vector<double> counts;
  Older(counts, 60, 8);
  const auto shape = ShapeOf(counts, 1);
  ASSERT_TRUE(shape.has_value());
  EXPECT_EQ(shape->rate, 8);
  EXPECT_EQ(shape->slope, 0);
  EXPECT_EQ(shape->seconds, 60);
  // A tenth of Poisson's variance: arrivals that even are made by a clock.
  EXPECT_NEAR(shape->rate_deviation, 0.115, 0.001);
}

TEST(ShapeOf, SixEvenSecondsAreAClockAndFiveAreNot) {
  std::vector<double> counts;
  Older(counts, 6, 8);
  EXPECT_NEAR(ShapeOf(counts, 1)->rate_deviation, 0.365, 0.001);
  counts.pop_back();
  EXPECT_NEAR(ShapeOf(counts, 1)->rate_deviation, 1.265, 0.001);
}

TEST(ShapeOf, NothingHasNone) {
  EXPECT_FALSE(ShapeOf({}, 1).has_value());
  EXPECT_FALSE(ShapeOf(std::vector<double>(60, 0), 1).has_value());
}

TEST(ShapeOf, ALoadThatBeganIsTakenFromItsFirstWholeSecond) {
  std::vector<double> counts;
  Older(counts, 12, 10);
  Older(counts, 1, 4);
  Older(counts, 47, 0);
  const auto shape = ShapeOf(counts, 1);
  EXPECT_EQ(shape->rate, 10);
  EXPECT_EQ(shape->slope, 0);
  EXPECT_EQ(shape->seconds, 12);
}

TEST(ShapeOf, ARampEndsWhereItIsNow) {
  constexpr int kCount = 30;
  std::vector<double> counts;
  counts.reserve(kCount);
  for (int age = 0; age < kCount; ++age) counts.push_back(60 - 2.0 * age);
  const auto shape = ShapeOf(counts, 1);
  EXPECT_NEAR(shape->slope, 2, 1e-9);
  EXPECT_NEAR(shape->rate, 61, 1e-9);
  EXPECT_EQ(shape->seconds, 30);
}

TEST(ShapeOf, AStepIsNoRamp) {
  std::vector<double> counts;
  Older(counts, 10, 30);
  Older(counts, 50, 10);
  const auto shape = ShapeOf(counts, 1);
  EXPECT_EQ(shape->slope, 0);
  EXPECT_EQ(shape->rate, 30);
}

TEST(ShapeOf, ABurstThatIsOverIsForgotten) {
  std::vector<double> counts;
  Older(counts, 4, 2);
  Older(counts, 5, 50);
  Older(counts, 51, 2);
  EXPECT_EQ(ShapeOf(counts, 1)->rate, 2);
}

TEST(ShapeOf, BurstsWithoutAPeriodAreTheirMean) {
  std::vector<double> counts;
  for (int pause : {4, 9, 5, 16, 11}) {
    Older(counts, pause, 0);
    Older(counts, 2, 40);
  }
  Older(counts, 5, 0);
  const auto shape = ShapeOf(counts, 1);
  EXPECT_NEAR(shape->rate, 400 / 54.0, 0.8);
  EXPECT_GT(shape->dispersion, 30);
  EXPECT_TRUE(shape->period.empty());
}

TEST(ShapeOf, APeriodIsToldInTheOrderInWhichItComes) {
  std::vector<double> counts;
  for (int i = 0; i < 6; ++i) {
    Older(counts, 3, 0);
    Older(counts, 2, 20);
    Older(counts, 5, 0);
  }
  const auto shape = ShapeOf(counts, 1);
  // Three seconds of pause have passed, so five more come first.
  EXPECT_EQ(shape->period, (std::vector<double>{0, 0, 0, 0, 0, 20, 20, 0, 0, 0}));
  EXPECT_NEAR(shape->rate, 4, 1e-9);
}

TEST(EvenStretch, EndsWhereTheMeanChanges) {
  std::vector<double> values;
  Older(values, 6, 5);
  Older(values, 20, -1);
  EXPECT_EQ(EvenStretch(values), 6);
  EXPECT_EQ(EvenStretch(std::vector<double>{3}), 1);
  EXPECT_EQ(EvenStretch({}), 0);
}

}  // namespace
}  // namespace berthmaster
