// Loads that end in exhaustion: each opens one incident in time, with its cause.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/common/forecast/pool_simulator.h"
#include "tests/controller/detect/host_simulator.h"

namespace berthmaster {
namespace {

using ::testing::HasSubstr;

PoolSimulator::Options Churn(double per_second, RateStyle style) {
  PoolSimulator::Options options;
  options.rate = [per_second](double) { return per_second; };
  options.hold = 0.02;
  options.rate_style = style;
  return options;
}

class Sick : public ::testing::TestWithParam<RateStyle> {};

struct Lead {
  double rate;
  // Of the time from the start of the load to the first EADDRNOTAVAIL.
  double share_min;
};

TEST_P(Sick, ChurnOpensWellBeforeTheFirstFailure) {
  // From 27 a second on, the third sample, which sets a load apart from a burst, costs more than a
  // fifth of the time.
  for (Lead lead : {Lead{8, 0.6},
                    {10, 0.8},
                    {15, 0.8},
                    {20, 0.8},
                    {25, 0.75},
                    {30, 0.7},
                    {40, 0.6},
                    {60, 0.4}}) {
    for (double phase : {0.0, 0.3, 0.6, 0.9}) {
      for (bool random : {false, true}) {
        SCOPED_TRACE(testing::Message()
                     << lead.rate << " a second, phase " << phase << " random " << random);
        PoolSimulator::Options options = Churn(lead.rate, GetParam());
        options.rate = [&](double t) { return t < phase ? 0 : lead.rate; };
        options.random_arrivals = random;
        HostSimulator host;
        PoolSimulator pool(options);

        host.Run(pool, phase + 400 / lead.rate + 10);

        Incident incident = host.Only();
        ASSERT_TRUE(host.opened_at().has_value());
        ASSERT_TRUE(pool.first_failure().has_value());
        double warning = *pool.first_failure() - *host.opened_at();
        // A random load needs more samples to show that it is even.
        double share_min = random ? lead.share_min - 0.3 : lead.share_min;
        EXPECT_GE(warning, share_min * (*pool.first_failure() - phase));
        EXPECT_EQ(incident.cause, IncidentCause::kTimeWaitChurn);
        EXPECT_EQ(incident.state, IncidentState::kOpen);
        EXPECT_EQ(incident.severity, IncidentSeverity::kCritical);
      }
    }
  }
}

TEST_P(Sick, ChurnOpensInTimeWithLongIntervals) {
  for (double interval : {2.0, 5.0, 10.0}) {
    SCOPED_TRACE(testing::Message() << "a sample each " << interval << " s");
    HostSimulator host;
    PoolSimulator pool(Churn(12, GetParam()));

    host.Run(pool, 60, interval);

    EXPECT_EQ(host.Only().cause, IncidentCause::kTimeWaitChurn);
    EXPECT_LE(*host.opened_at(), std::max(10.0, 2 * interval));
  }
}

TEST_P(Sick, ChurnStaysOpenWhileItIsExhausted) {
  HostSimulator host;
  PoolSimulator pool(Churn(25, GetParam()));

  host.Run(pool, 300);

  Incident incident = host.Only();
  EXPECT_EQ(incident.state, IncidentState::kOpen);
  EXPECT_EQ(incident.severity, IncidentSeverity::kCritical);
  EXPECT_EQ(incident.utilization_max, 1);
  int exhausted = 0;
  for (const IncidentEvent& event : incident.timeline) {
    exhausted += event.text.rfind("exhausted", 0) == 0 ? 1 : 0;
  }
  EXPECT_EQ(exhausted, 1);
  EXPECT_LE(incident.timeline.size(), 4);
}

TEST_P(Sick, ResolvesWhenTheRangeIsWidened) {
  HostSimulator host;
  PoolSimulator pool(Churn(25, GetParam()));
  host.Run(pool, 30);
  ASSERT_EQ(host.Only().state, IncidentState::kOpen);

  pool.set_capacity(2048);
  host.Run(pool, 42);

  Incident incident = host.Only();
  EXPECT_EQ(incident.state, IncidentState::kResolved);
  EXPECT_THAT(incident.resolve_reason, HasSubstr("headroom again"));
  EXPECT_THAT(incident.timeline[incident.timeline.size() - 2].text,
              HasSubstr("capacity changed from 400 to 2048"));

  host.Run(pool, 200);
  EXPECT_EQ(host.Only().state, IncidentState::kResolved);
}

TEST_P(Sick, ResolvesWhenTimeWaitBecomesReusable) {
  HostSimulator host;
  PoolSimulator pool(Churn(25, GetParam()));
  host.Run(pool, 30);

  host.netns().sysctls["net.ipv4.tcp_tw_reuse"] = "1";
  pool.set_reuse_delay(1);
  host.Run(pool, 40);

  EXPECT_EQ(host.Only().state, IncidentState::kResolved);
}

TEST_P(Sick, DoesNotFlapJustAboveWhatFits) {
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    PoolSimulator::Options options = Churn(7, GetParam());
    options.random_arrivals = true;
    options.seed = seed;
    HostSimulator host;
    PoolSimulator pool(options);

    host.Run(pool, 400);

    Incident incident = host.Only();
    EXPECT_TRUE(incident.active());
    for (const IncidentEvent& event : incident.timeline) {
      EXPECT_THAT(event.text, Not(HasSubstr("resolved")));
    }
    EXPECT_LE(incident.timeline.size(), 12);
  }
}

TEST_P(Sick, EstablishedLeak) {
  for (double rate : {0.5, 2.0, 5.0, 10.0, 30.0}) {
    SCOPED_TRACE(testing::Message() << rate << " a second");
    PoolSimulator::Options options = Churn(rate, GetParam());
    options.hold.reset();
    HostSimulator host;
    PoolSimulator pool(options);

    host.Run(pool, 400 / rate + 5);

    Incident incident = host.Only();
    EXPECT_EQ(incident.cause, IncidentCause::kEstablishedLeak);
    // Connections that live for long open for a while without a close too.
    EXPECT_LE(*host.opened_at(), std::max(0.22 * *pool.first_failure(), 15.0));
  }
}

TEST_P(Sick, PileUpsOfOtherStates) {
  const std::pair<TcpState, IncidentCause> cases[] = {
      {TcpState::kCloseWait, IncidentCause::kCloseWaitLeak},
      {TcpState::kSynSent, IncidentCause::kSynSentPileUp},
      {TcpState::kFinWait2, IncidentCause::kFinWaitPileUp},
      {TcpState::kLastAck, IncidentCause::kFinWaitPileUp}};
  for (auto [state, cause] : cases) {
    SCOPED_TRACE(TcpStateName(state));
    PoolSimulator::Options options = Churn(10, GetParam());
    options.hold.reset();
    options.live_state = state;
    HostSimulator host;
    PoolSimulator pool(options);

    host.Run(pool, 45);

    EXPECT_EQ(host.Only().cause, cause);
    // A fifth of the 40 s to the first failure, and the first three even seconds of a rate.
    EXPECT_LE(*host.opened_at(), 9);
  }
}

TEST_P(Sick, ALeakOverAnHonestLoadIsALeak) {
  // 150 steady connections, and CLOSE_WAIT that grows beside them.
  HostSimulator host;
  for (int second = 1; second <= 60; ++second) {
    PoolSample sample;
    sample.key.destination_port = 443;
    sample.capacity = 400;
    sample.states[TcpState::kEstablished] = 150;
    sample.states[TcpState::kCloseWait] = std::max(0, second - 20) * 5;
    sample.in_use = 150 + sample.states[TcpState::kCloseWait];
    sample.connection_rate = second > 20 ? 5 : 0;
    sample.time_wait_rate = 0;
    host.Observe(second, {sample});
  }

  EXPECT_EQ(host.Only().cause, IncidentCause::kCloseWaitLeak);
}

TEST_P(Sick, HonestLoadAtTheLimitIsARangeTooSmall) {
  PoolSimulator::Options options = Churn(12.4, GetParam());
  options.hold = 30;
  options.closed_here_share = 0;
  HostSimulator host;
  PoolSimulator pool(options);

  host.Run(pool, 240);

  // While it filled it could not be told from a leak; that was long ago.
  Incident incident = host.Incidents().back();
  EXPECT_TRUE(incident.active());
  EXPECT_GE(incident.utilization, 0.9);
}

TEST_P(Sick, SteadyFullPoolSeenLateIsARangeTooSmall) {
  HostSimulator host;
  PoolSample sample;
  sample.key.destination_port = 443;
  sample.capacity = 400;
  sample.in_use = sample.states[TcpState::kEstablished] = 372;
  sample.connection_rate = 12;
  sample.time_wait_rate = 0.0;
  sample.hold_time = absl::Seconds(31);
  for (int second = 1; second <= 30; ++second) host.Observe(second, {sample});

  Incident incident = host.Only();
  EXPECT_EQ(incident.cause, IncidentCause::kRangeTooSmall);
  EXPECT_EQ(incident.severity, IncidentSeverity::kWarning);
}

TEST_P(Sick, TimeWaitTableByForecastAndByOverflow) {
  HostSimulator host;
  PoolSimulator::Options options = Churn(500, GetParam());
  options.capacity = 8192;
  PoolSimulator pool(options);
  for (int second = 1; second <= 17; ++second) {
    pool.AdvanceTo(second);
    PoolSample table = pool.Sample();
    table.kind = PoolKind::kTimeWaitTable;
    table.hold_time.reset();
    if (second == 17) host.netns().time_wait_overflow_count = 120;
    host.Observe(second, {table});
    if (second == 10) {
      EXPECT_EQ(host.Only().cause, IncidentCause::kTimeWaitTable);
      EXPECT_EQ(host.Only().time_to_exhaustion > absl::Seconds(5), true);
    }
  }
  EXPECT_EQ(host.Only().severity, IncidentSeverity::kCritical);
  EXPECT_EQ(host.Only().time_to_exhaustion, absl::ZeroDuration());
  EXPECT_THAT(host.Only().summary, HasSubstr("TIME_WAIT table of netns blue overflows now"));
}

TEST_P(Sick, OverflowAloneOpensAtOnce) {
  HostSimulator host;
  host.Observe(1, {});
  host.netns().time_wait_overflow_count = 3;
  host.netns().time_wait = 100;
  host.netns().sysctls["net.ipv4.tcp_max_tw_buckets"] = "100";
  host.Observe(2, {});

  EXPECT_EQ(host.Only().cause, IncidentCause::kTimeWaitTable);
  EXPECT_EQ(host.Only().severity, IncidentSeverity::kCritical);
  EXPECT_EQ(host.Only().pool_name, "hosts/web-1/netns/7/pools/time-wait-table");
}

INSTANTIATE_TEST_SUITE_P(Rates, Sick, ::testing::Values(RateStyle::kFiveSeconds, RateStyle::kAgent),
                         [](const auto& style) {
                           return style.param == RateStyle::kAgent ? "Agent" : "FiveSeconds";
                         });

}  // namespace
}  // namespace berthmaster
