// The engine over recordings of real sockets: 400 ports, a sample each second.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "controller/replay/backtest.h"
#include "tests/controller/replay/recorded.h"

namespace berthmaster {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr size_t k10s = 0;
constexpr size_t k30s = 1;
constexpr size_t k60s = 2;
constexpr size_t k120s = 3;

// The incidents of the connect pool.
std::vector<IncidentReport> IncidentsOfConnects(const BacktestReport& report) {
  std::vector<IncidentReport> incidents;
  for (const IncidentReport& incident : report.incidents) {
    if (incident.opened.pool_kind == PoolKind::kConnect) incidents.push_back(incident);
  }
  return incidents;
}

// 20 connections a second, closed here at once, from the second sample on.
TEST(Recordings, ChurnIntoExhaustionIsForetold) {
  const BacktestReport report = Replayed(RecordedSamples("churn_into_exhaustion"));
  ASSERT_EQ(report.sample_count, 30);

  const std::vector<IncidentReport> incidents = IncidentsOfConnects(report);
  ASSERT_THAT(incidents, SizeIs(1));
  const IncidentReport& incident = incidents[0];
  EXPECT_EQ(incident.last.cause, IncidentCause::kTimeWaitChurn);
  EXPECT_EQ(incident.severity_max, IncidentSeverity::kCritical);
  ASSERT_TRUE(incident.exhaustion.has_value());
  // The load ran 20 s until the first connect() failed.
  EXPECT_GE(*incident.warning_time(), absl::Seconds(15.5));
  EXPECT_LE(*incident.warning_time(), absl::Seconds(20));
  EXPECT_LE(incident.exhaustion->until - incident.exhaustion->after, absl::Seconds(1.5));

  const PoolReport& pool = ConnectPool(report);
  EXPECT_EQ(pool.capacity, 400);
  EXPECT_THAT(pool.exhaustions, SizeIs(1));
  EXPECT_GE(pool.exhaustion.seconds.count, 15);
  EXPECT_LE(pool.exhaustion.seconds.median, 0.5);
  EXPECT_LE(pool.exhaustion.share.percentile_90, 0.05);
  EXPECT_EQ(pool.exhaustion.false_count, 0);
  EXPECT_GE(pool.horizons[k10s].sockets.count, 15);
  EXPECT_LE(pool.horizons[k10s].share.percentile_90, 0.02);
}

// 8 connections a second that nobody closes.
TEST(Recordings, EstablishedLeakIsForetold) {
  const BacktestReport report = Replayed(RecordedSamples("established_leak"));

  const std::vector<IncidentReport> incidents = IncidentsOfConnects(report);
  ASSERT_THAT(incidents, SizeIs(1));
  EXPECT_EQ(incidents[0].last.cause, IncidentCause::kEstablishedLeak);
  ASSERT_TRUE(incidents[0].exhaustion.has_value());
  EXPECT_GE(*incidents[0].warning_time(), absl::Seconds(8));
  EXPECT_FALSE(incidents[0].last.resolve_time.has_value());

  const PoolReport& pool = ConnectPool(report);
  EXPECT_THAT(pool.exhaustions, SizeIs(1));
  EXPECT_GE(pool.exhaustion.seconds.count, 40);
  EXPECT_LE(pool.exhaustion.seconds.percentile_90, 2.5);
  EXPECT_LE(pool.horizons[k30s].share.percentile_90, 0.02);
}

// 60 connections a second for 2 s, then 2 a second.
TEST(Recordings, ABurstThatSettlesIsNoIncident) {
  const BacktestReport report = Replayed(RecordedSamples("burst_that_settles"));

  EXPECT_THAT(report.incidents, IsEmpty());
  const PoolReport& pool = ConnectPool(report);
  EXPECT_THAT(pool.exhaustions, IsEmpty());
  EXPECT_LT(pool.utilization_max, 0.7);
  // What the burst's seconds foretell is wrong, and only that.
  EXPECT_LE(pool.horizons[k10s].share.median, 0.01);
  EXPECT_LE(pool.horizons[k60s].share.median, 0.02);
}

// 20 connections a second over loopback: 20 s would fill the pool if TIME_WAIT were not reusable.
TEST(Recordings, ReusableTimeWaitIsNoIncident) {
  const std::vector<HostSample> samples = RecordedSamples("loopback_reuse");
  const BacktestReport report = Replayed(samples);

  EXPECT_THAT(report.incidents, IsEmpty());
  const PoolReport& pool = ConnectPool(report);
  EXPECT_THAT(pool.exhaustions, IsEmpty());
  EXPECT_LT(pool.utilization_max, 0.1);
  EXPECT_EQ(pool.exhaustion.false_count, 0);
  EXPECT_LE(pool.horizons[k30s].share.percentile_90, 0.05);
}

// 5 connections a second for two and a half minutes: the first TIME_WAIT come back after 61 s, and
// the pool settles at 305 of 400.
TEST(Recordings, TimeWaitThatComesBackIsForetold) {
  const BacktestReport report = Replayed(RecordedSamples("time_wait_comes_back"));

  EXPECT_THAT(report.incidents, IsEmpty());
  const PoolReport& pool = ConnectPool(report);
  EXPECT_THAT(pool.exhaustions, IsEmpty());
  EXPECT_NEAR(pool.utilization_max, 0.77, 0.02);
  EXPECT_EQ(pool.exhaustion.false_count, 0);
  EXPECT_GE(pool.horizons[k120s].sockets.count, 20);
  for (size_t horizon : {k10s, k30s, k60s, k120s}) {
    EXPECT_LE(pool.horizons[horizon].share.median, 0.03) << horizon;
    EXPECT_LE(pool.horizons[horizon].share.percentile_90, 0.06) << horizon;
  }
}

// Sixteen healthy workloads and fourteen sick ones side by side (tests/scenarios), each in a
// namespace of its own: the sick ones have one incident each, and in time.
TEST(Recordings, OfTheScenariosEachSickOneHasItsIncident) {
  using enum IncidentCause;
  const std::vector<HostSample> samples = RecordedSamples("scenarios");
  const BacktestReport report = Replayed(samples);

  std::map<IncidentCause, std::vector<double>> opened_seconds;
  for (const IncidentReport& incident : report.incidents) {
    opened_seconds[incident.last.cause].push_back(
        absl::ToDoubleSeconds(incident.opened.open_time - samples[0].sample_time));
  }
  EXPECT_THAT(
      opened_seconds,
      UnorderedElementsAre(
          Pair(kTimeWaitTable, ElementsAre(Le(6))), Pair(kEarlyBind, ElementsAre(Le(8))),
          Pair(kTimeWaitChurn, UnorderedElementsAre(Le(8), Le(13), Le(22))),
          Pair(kSynSentPileUp, ElementsAre(Le(10))), Pair(kFinWaitPileUp, ElementsAre(Le(10))),
          Pair(kCloseWaitLeak, ElementsAre(Le(10))), Pair(kUdpPorts, ElementsAre(Le(10))),
          Pair(kEstablishedLeak, ElementsAre(Le(16))), Pair(kSnatPool, ElementsAre(Le(32))),
          Pair(kListenerOverflow, ElementsAre(Le(21))), Pair(kRangeTooSmall, ElementsAre(Le(48))),
          Pair(kRestartBlocked, ElementsAre(Le(38)))));
}

TEST(Recordings, GiveTheSameReportEachTime) {
  const std::vector<HostSample> samples = RecordedSamples("churn_into_exhaustion");
  const BacktestReport first = Replayed(samples);
  const BacktestReport second = Replayed(samples);
  ASSERT_EQ(first.incidents.size(), second.incidents.size());
  for (size_t i = 0; i < first.incidents.size(); ++i) {
    EXPECT_EQ(first.incidents[i].last, second.incidents[i].last);
  }
}

}  // namespace
}  // namespace berthmaster
