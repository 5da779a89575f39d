#include "controller/store/thinning.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/controller/store/sample_state.h"

namespace berthmaster {
namespace {

using testing::ElementsAre;

PoolHistoryPoint Point(int64_t seconds, int32_t in_use) {
  PoolHistoryPoint point;
  point.sample_time = At(seconds);
  point.in_use = in_use;
  return point;
}

std::vector<int32_t> Thinned(const std::vector<PoolHistoryPoint>& points, int points_max) {
  Thinning thinning(points.front().sample_time, points.back().sample_time, points_max);
  for (const PoolHistoryPoint& point : points) thinning.Add(point);
  std::vector<int32_t> in_use;
  for (const PoolHistoryPoint& point : std::move(thinning).Finish().points) {
    in_use.push_back(point.in_use);
  }
  return in_use;
}

TEST(Thinning, KeepsEverythingThatFitsHoweverUneven) {
  EXPECT_THAT(Thinned({Point(0, 1), Point(1, 2), Point(1000, 3)}, 3), ElementsAre(1, 2, 3));
}

TEST(Thinning, KeepsTheHighestOfEachStep) {
  EXPECT_THAT(Thinned({Point(0, 1), Point(1, 5), Point(2, 9), Point(3, 2)}, 2), ElementsAre(5, 9));
}

TEST(Thinning, KeepsTheEarliestOfEqualOnes) {
  Thinning thinning(At(0), At(2), 1);
  for (int64_t second = 0; second <= 2; ++second) thinning.Add(Point(second, 4));

  EXPECT_THAT(std::move(thinning).Finish().points, ElementsAre(Point(0, 4)));
}

TEST(Thinning, CountsABoundBelowOneAsOne) {
  EXPECT_THAT(Thinned({Point(0, 1), Point(1, 5)}, -3), ElementsAre(5));
}

TEST(Thinning, NeverGivesMoreThanTheBoundOverALongTime) {
  std::vector<PoolHistoryPoint> points;
  for (int64_t i = 0; i < 20'000; ++i) points.push_back(Point(i * 1'000'000, 1));

  EXPECT_EQ(Thinned(points, 10'000).size(), 10'000u);
}

}  // namespace
}  // namespace berthmaster
