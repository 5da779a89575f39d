#include "agent/sample_pace.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace berthmaster {
namespace {

TEST(SamplePace, KeepsTheIntervalWithinTheBudget) {
  SamplePace pace(absl::Seconds(10), 0.01);
  EXPECT_EQ(pace.AfterSample(absl::Milliseconds(2), false), absl::Seconds(10));
  EXPECT_EQ(pace.AfterSample(absl::Milliseconds(100), false), absl::Seconds(10));
}

TEST(SamplePace, StretchesWhenSamplesAreDear) {
  SamplePace pace(absl::Seconds(10), 0.01);
  EXPECT_EQ(pace.AfterSample(absl::Milliseconds(300), false), absl::Seconds(30));
  SamplePace dearer(absl::Seconds(10), 0.01);
  EXPECT_EQ(dearer.AfterSample(absl::Seconds(20), false), absl::Minutes(5));
}

TEST(SamplePace, HurriesWhileCloseToExhaustion) {
  SamplePace pace(absl::Seconds(10), 0.01);
  EXPECT_EQ(pace.AfterSample(absl::Milliseconds(100), true), absl::Seconds(1));
  // Ten times the budget, and no more.
  EXPECT_EQ(pace.AfterSample(absl::Milliseconds(400), true), absl::Seconds(4));
}

TEST(SamplePace, NeverSlowsDownAShortInterval) {
  SamplePace pace(absl::Milliseconds(200), 1);
  EXPECT_EQ(pace.AfterSample(absl::Milliseconds(2), true), absl::Milliseconds(200));
  EXPECT_EQ(pace.AfterSample(absl::Milliseconds(2), false), absl::Milliseconds(200));
}

TEST(SamplePace, KeepsAnIntervalThatIsLongerThanTheBound) {
  SamplePace pace(absl::Hours(1), 0.01);
  EXPECT_EQ(pace.AfterSample(absl::Seconds(20), false), absl::Hours(1));
  EXPECT_EQ(pace.AfterSample(absl::Milliseconds(1), true), absl::Seconds(1));
}

TEST(SamplePace, LooksForARiseWithATwentiethOfTheBudget) {
  SamplePace pace(absl::Seconds(10), 0.01);
  EXPECT_EQ(pace.AfterLook(absl::Microseconds(500)), absl::Seconds(1));
  EXPECT_EQ(pace.AfterLook(absl::Milliseconds(4)), absl::Seconds(8));
}

TEST(SamplePace, ForgetsADearSampleByAndBy) {
  SamplePace pace(absl::Seconds(10), 0.01);
  pace.AfterSample(absl::Seconds(1), false);
  absl::Duration before = absl::Seconds(100);
  int steps = 0;
  while (before > absl::Seconds(10)) {
    const absl::Duration next = pace.AfterSample(absl::Milliseconds(10), false);
    EXPECT_LT(next, before);
    EXPECT_GT(next, 0.75 * before - absl::Seconds(1));
    before = next;
    ASSERT_LT(++steps, 20);
  }
}

// Costs of every size in any order.
TEST(SamplePace, HoldsItsBoundsAndItsBudgetForAnyCosts) {
  std::mt19937 random(4711);
  std::uniform_real_distribution<double> log_cost(-5, 1.5);
  std::uniform_real_distribution<double> log_budget(-3, 0);
  for (int run = 0; run < 200; ++run) {
    const double budget = std::pow(10, log_budget(random));
    const absl::Duration interval = absl::Milliseconds(100 + random() % 60000);
    SamplePace pace(interval, budget);
    for (int i = 0; i < 300; ++i) {
      const absl::Duration cost = absl::Seconds(std::pow(10, log_cost(random)));
      const bool is_close = random() % 4 == 0;
      const absl::Duration next = pace.AfterSample(cost, is_close);
      const absl::Duration base = is_close ? std::min(interval, kCloseInterval) : interval;
      ASSERT_GE(next, base);
      ASSERT_LE(next, std::max(interval, kStretchMax));
      const double allowed = std::min(1.0, budget * (is_close ? kCloseBudgetFactor : 1));
      if (next < std::max(interval, kStretchMax)) {
        ASSERT_LE(cost / next, allowed * (1 + 1e-9));
      }
      ASSERT_GE(pace.rise_interval(), kCloseInterval);
    }
  }
}

// The same cost again and again settles at once, and stays.
TEST(SamplePace, DoesNotFlap) {
  for (double seconds : {0.001, 0.1, 0.15, 0.5, 2.0}) {
    SamplePace pace(absl::Seconds(10), 0.01);
    const absl::Duration first = pace.AfterSample(absl::Seconds(seconds), false);
    for (int i = 0; i < 50; ++i) {
      EXPECT_EQ(pace.AfterSample(absl::Seconds(seconds), false), first);
    }
  }
  // Dear and cheap in turn: the pace stays near what the dear ones ask for.
  SamplePace pace(absl::Seconds(10), 0.01);
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(pace.AfterSample(absl::Milliseconds(500), false), absl::Seconds(50));
    EXPECT_GE(pace.AfterSample(absl::Milliseconds(100), false), absl::Seconds(40));
  }
}

}  // namespace
}  // namespace berthmaster
