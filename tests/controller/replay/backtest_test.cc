#include "controller/replay/backtest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "tests/controller/replay/recorded.h"
#include "tests/fixtures/sample_builder.h"

namespace berthmaster {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

const absl::Time kStart = absl::FromUnixSeconds(1'800'000'000);

HostSample ChurnAt(int second, double rate) {
  return SampleBuilder()
      .Sequence(second + 1)
      .At(kStart + absl::Seconds(second))
      .Churn(rate, absl::Seconds(second))
      .Build();
}

std::vector<HostSample> Churn(double rate, int seconds) {
  std::vector<HostSample> samples;
  for (int second = 0; second <= seconds; ++second) samples.push_back(ChurnAt(second, rate));
  return samples;
}

// 20 a second fill 400 ports in 20 s.
TEST(Backtest, HoldsTheMomentOfExhaustionAgainstTheForecasts) {
  const BacktestReport report = Replayed(Churn(20, 30));

  const PoolReport& pool = ConnectPool(report);
  ASSERT_THAT(pool.exhaustions, SizeIs(1));
  EXPECT_EQ(pool.exhaustions[0].after, kStart + absl::Seconds(19));
  EXPECT_EQ(pool.exhaustions[0].until, kStart + absl::Seconds(20));
  EXPECT_EQ(pool.exhaustions[0].rise_time, kStart);
  // Each sample from second 1 to 19.
  EXPECT_EQ(pool.exhaustion.seconds.count, 19);
  EXPECT_EQ(pool.exhaustion.seconds.percentile_90, 0);
  EXPECT_EQ(pool.exhaustion.missed_count, 0);
  EXPECT_EQ(pool.exhaustion.false_count, 0);
  ASSERT_THAT(report.incidents, SizeIs(1));
  const IncidentReport& incident = report.incidents[0];
  ASSERT_TRUE(incident.warning_time().has_value());
  EXPECT_EQ(*incident.warning_time(), kStart + absl::Seconds(20) - incident.opened.open_time);
  EXPECT_GE(*incident.warning_time(), absl::Seconds(15));
}

TEST(Backtest, CountsWhatWasForetoldWrongly) {
  // The load stops after 10 s, and its TIME_WAIT stay where they are.
  std::vector<HostSample> samples = Churn(20, 10);
  for (int second = 11; second <= 60; ++second) {
    HostSample sample = samples[10];
    sample.sequence = second + 1;
    sample.sample_time = kStart + absl::Seconds(second);
    sample.namespaces[0].pools[0].connection_rate = 0;
    sample.namespaces[0].pools[0].time_wait_rate = 0;
    samples.push_back(sample);
  }

  const PoolReport pool = ConnectPool(Replayed(samples));

  EXPECT_THAT(pool.exhaustions, IsEmpty());
  // Seconds 1 to 10 said that it ends at 20.
  EXPECT_EQ(pool.exhaustion.false_count, 10);
  // They said 20, 40, … 200 more than there were 10 s later; the 40 samples after them were right.
  EXPECT_EQ(pool.horizons[0].sockets.count, 50);
  EXPECT_EQ(pool.horizons[0].sockets.percentile_90, 100);
  EXPECT_EQ(pool.horizons[0].share.percentile_90, 0.25);
}

TEST(Backtest, CountsWhatWasNotForetold) {
  // Idle at 30 of 400, then full at once.
  constexpr int kSeconds = 20;
  std::vector<HostSample> samples;
  samples.reserve(kSeconds);
  for (int second = 0; second < kSeconds; ++second) {
    samples.push_back(SampleBuilder()
                          .Sequence(second + 1)
                          .At(kStart + absl::Seconds(second))
                          .Established(second < 15 ? 30 : 400)
                          .Build());
  }

  const BacktestReport report = Replayed(samples);

  const PoolReport& pool = ConnectPool(report);
  ASSERT_THAT(pool.exhaustions, SizeIs(1));
  EXPECT_EQ(pool.exhaustion.seconds.count, 0);
  EXPECT_EQ(pool.exhaustion.missed_count, 15);
  ASSERT_THAT(report.incidents, SizeIs(1));
  EXPECT_EQ(report.incidents[0].warning_time(), absl::ZeroDuration());
}

TEST(Backtest, SeesAPoolThatIsFullInItsFirstSample) {
  constexpr int kSeconds = 4;
  std::vector<HostSample> samples;
  samples.reserve(kSeconds);
  for (int second = 0; second < kSeconds; ++second) {
    samples.push_back(SampleBuilder()
                          .Sequence(second + 1)
                          .At(kStart + absl::Seconds(second))
                          .Established(second < 2 ? 1 : 400)
                          .Build());
  }
  const PoolReport pool = ConnectPool(Replayed(samples));
  ASSERT_THAT(pool.exhaustions, SizeIs(1));
  EXPECT_EQ(pool.exhaustions[0].after, kStart + absl::Seconds(1));
  EXPECT_EQ(pool.exhaustions[0].until, kStart + absl::Seconds(2));
}

TEST(Backtest, DoesNotJudgeWhereNoSampleTells) {
  std::vector<HostSample> samples = Churn(5, 60);
  // Nothing is known between 20 s and 70 s.
  samples.erase(samples.begin() + 20, samples.end());
  for (int second = 70; second < 75; ++second) samples.push_back(ChurnAt(second, 5));

  const PoolReport pool = ConnectPool(Replayed(samples));

  // From second 4, where 20 of 400 are in use, to 19; those of second 10 and later are for the gap.
  EXPECT_EQ(pool.horizons[0].sockets.count, 6);
  EXPECT_GE(pool.horizons[0].unjudged_count, 10);
}

TEST(Backtest, TakesAPoolThatIsGoneForEmpty) {
  std::vector<HostSample> samples;
  for (int second = 0; second < 30; ++second) {
    SampleBuilder builder;
    builder.Sequence(second + 1).At(kStart + absl::Seconds(second)).Established(100);
    if (second >= 15) builder.WithoutPools();
    samples.push_back(builder.Build());
  }
  const PoolReport pool = ConnectPool(Replayed(samples));
  // Second 5 to 14 foretold 100 for 15 to 24, and there was none.
  EXPECT_EQ(pool.horizons[0].sockets.count, 15);
  EXPECT_EQ(pool.horizons[0].sockets.percentile_90, 100);
}

TEST(Backtest, SurvivesAClockThatIsSetBack) {
  std::vector<HostSample> samples = Churn(5, 20);
  for (int second = 21; second < 40; ++second) {
    samples.push_back(ChurnAt(second, 5));
    samples.back().sample_time -= absl::Hours(1);
  }
  const PoolReport pool = ConnectPool(Replayed(samples));
  EXPECT_EQ(pool.exhaustion.false_count, 0);
  EXPECT_LE(pool.horizons[0].sockets.percentile_90, 1);
}

TEST(Backtest, ReportsNothingOfNothing) {
  const BacktestReport report = Replayed({});
  EXPECT_EQ(report.sample_count, 0);
  EXPECT_THAT(report.pools, IsEmpty());
}

}  // namespace
}  // namespace berthmaster
