#include "agent/collect/rate.h"

#include <functional>

#include "gtest/gtest.h"

namespace berthmaster {
namespace {

// TIME_WAIT made evenly at `rate_at(age in seconds)` per second.
Releases Made(const std::function<double(double)>& rate_at) {
  Releases releases{};
  double pending = 0;
  for (int tick = 0; tick < 60000; ++tick) {
    pending += rate_at(tick / 1000.0) / 1000;
    if (pending < 1) continue;
    pending -= 1;
    ++releases[ReleaseIndex(static_cast<uint32_t>(60000 - tick))];
  }
  return releases;
}

TEST(TimeWaitRateTest, IsZeroWithoutTimeWait) { EXPECT_EQ(TimeWaitRate({}, std::nullopt), 0); }

TEST(TimeWaitRateTest, OfASteadyLoadIsExact) {
  EXPECT_NEAR(TimeWaitRate(Made([](double) { return 6.3; }), std::nullopt), 6.3, 0.1);
  EXPECT_NEAR(TimeWaitRate(Made([](double) { return 1000; }), std::nullopt), 1000, 1);
}

TEST(TimeWaitRateTest, OfAYoungLoadIsTakenOverItsTime) {
  for (double since : {2.5, 4.2, 7.4, 10.9}) {
    Releases releases = Made([since](double age) { return age < since ? 10 : 0; });
    EXPECT_NEAR(TimeWaitRate(releases, std::nullopt), 10, 0.5) << since;
  }
}

TEST(TimeWaitRateTest, OfALoadOfOneSecondAndAFifthIsThatOfItsWholeSecond) {
  EXPECT_NEAR(TimeWaitRate(Made([](double age) { return age < 1.2 ? 9 : 0; }), std::nullopt), 9, 1);
}

TEST(TimeWaitRateTest, FollowsAChangeWithinFiveSeconds) {
  Releases rose = Made([](double age) { return age < 6 ? 20 : 10; });
  Releases stopped = Made([](double age) { return age < 6 ? 0 : 10; });

  EXPECT_NEAR(TimeWaitRate(rose, std::nullopt), 20, 1);
  EXPECT_EQ(TimeWaitRate(stopped, std::nullopt), 0);
}

TEST(TimeWaitRateTest, OfAReusablePoolCountsOnlyWhatWasNotTakenOver) {
  // Older ones have been taken over and are gone.
  Releases releases = Made([](double age) { return age < 1 ? 50 : 5; });

  EXPECT_NEAR(TimeWaitRate(releases, absl::Seconds(1)), 50, 1);
}

TEST(LiveHistoryTest, KnowsNothingOfThePast) {
  LiveHistory history;
  EXPECT_FALSE(history.LiveRate(absl::Seconds(10), 5).has_value());
  history.Add(absl::Seconds(10), 5, 0);
  EXPECT_FALSE(history.LiveRate(absl::Seconds(10.5), 5).has_value());
}

TEST(LiveHistoryTest, TellsHowFastLiveSocketsRise) {
  LiveHistory history;
  for (int second = 0; second < 30; ++second) {
    history.Add(absl::Seconds(second), 100 + 3 * second, 0);
  }
  EXPECT_NEAR(history.LiveRate(absl::Seconds(30), 190).value(), 3, 0.01);
}

TEST(LiveHistoryTest, PrefersTheLastSecondsWhereTheyDiffer) {
  LiveHistory history;
  for (int second = 0; second < 30; ++second) {
    history.Add(absl::Seconds(second), second < 20 ? 10 * second : 200, 0);
  }
  EXPECT_NEAR(history.LiveRate(absl::Seconds(30), 200).value(), 0, 0.01);
}

TEST(LiveHistoryTest, ABurstIsNoneOfTheRateOfTenSecondsLater) {
  // Two samples a second apart, and then none for nine.
  LiveHistory history;
  history.Add(absl::Seconds(0.4), 16, 0);
  history.Add(absl::Seconds(1.4), 240, 0);
  EXPECT_NEAR(history.LiveRate(absl::Seconds(10.4), 242).value(), 0.22, 0.01);
  history.Add(absl::Seconds(10.4), 242, 0);
  EXPECT_NEAR(history.LiveRate(absl::Seconds(11.4), 242).value(), 0.2, 0.01);
}

TEST(LiveHistoryTest, AveragesTheRatesOfTheLastSeconds) {
  LiveHistory history;
  history.Add(absl::Seconds(0), 0, 1000);
  history.Add(absl::Seconds(18), 0, std::nullopt);
  history.Add(absl::Seconds(20), 0, 8);
  EXPECT_EQ(history.MeanTimeWaitRate(absl::Seconds(22), 12), 10);
}

}  // namespace
}  // namespace berthmaster
