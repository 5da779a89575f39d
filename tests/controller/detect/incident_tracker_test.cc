// The life of an incident, and what a hostile or broken stream of samples may do to it.

#include "controller/detect/incident_tracker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "controller/detect/thresholds.h"
#include "tests/common/forecast/pool_simulator.h"
#include "tests/controller/detect/host_simulator.h"

namespace berthmaster {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

PoolSample Full(uint16_t destination_port = 443) {
  PoolSample pool;
  pool.key.destination_port = destination_port;
  pool.capacity = pool.in_use = 400;
  pool.states[TcpState::kEstablished] = 400;
  pool.connection_rate = 0;
  pool.time_wait_rate = 0;
  return pool;
}

PoolSample Quiet(int in_use) {
  PoolSample pool = Full();
  pool.in_use = pool.states[TcpState::kEstablished] = in_use;
  return pool;
}

PoolSimulator Churn() {
  PoolSimulator::Options options;
  options.rate = [](double) { return 20.0; };
  return PoolSimulator(options);
}

TEST(IncidentTracker, SaysWhatRunsOutWhereAndWhen) {
  HostSimulator host;
  PoolSimulator pool = Churn();

  host.Run(pool, 10);

  Incident incident = host.Only();
  EXPECT_EQ(incident.id, "i001");
  EXPECT_EQ(incident.pool_name, "hosts/web-1/netns/7/pools/10.0.0.1-10.0.0.2-443");
  EXPECT_EQ(incident.summary,
            "connect() from 10.0.0.1 to 10.0.0.2:443 in netns blue runs out of ports in 10 s (200 "
            "of 400 in use, 20.0 new connections a second)");
  EXPECT_EQ(incident.evidence[0], (Evidence{"TIME_WAIT share of the pool", "100 % (200 of 200)"}));
  EXPECT_EQ(incident.netns_cookie, kBlueCookie);
  EXPECT_EQ(incident.netns_label, "blue");
  EXPECT_EQ(incident.timeline[0].text,
            "first sign: 5 % (20 of 400) in use, at its limit in 19 s if this goes on");
  EXPECT_EQ(incident.timeline[0].event_time, host.now() - absl::Seconds(9));
  EXPECT_EQ(incident.timeline[1].text,
            "opened as CRITICAL, cause TIME_WAIT churn: connect() from 10.0.0.1 to 10.0.0.2:443 in "
            "netns blue runs out of ports in 17 s (60 of 400 in use, 12.0 new connections a "
            "second); the verdict: the forecast reaches the limit, by a load that goes on evenly");
}

TEST(IncidentTracker, OpensAtOnceWhenTheFirstSampleIsExhausted) {
  HostSimulator host;

  EXPECT_THAT(host.Observe(1, {Full()}), SizeIs(1));
  EXPECT_EQ(host.Only().severity, IncidentSeverity::kCritical);
  EXPECT_EQ(host.Only().time_to_exhaustion, absl::ZeroDuration());
}

TEST(IncidentTracker, KeepsCausesApart) {
  HostSimulator host;
  PoolSample roomy = Quiet(10);
  roomy.key.destination_port = 8080;
  PoolSample stuck = Full(5432);
  stuck.states = {};
  stuck.states[TcpState::kCloseWait] = 400;

  host.Observe(1, {Full(), roomy, stuck});

  ASSERT_THAT(host.Incidents(), SizeIs(2));
  EXPECT_EQ(host.Incidents()[0].key.destination_port, 443);
  EXPECT_EQ(host.Incidents()[1].key.destination_port, 5432);
}

TEST(IncidentTracker, CountsDoubledPoolsAndNamespacesOnce) {
  HostSimulator host;
  HostSample sample = host.SampleOf(1, {Full(), Full()});
  sample.namespaces.push_back(sample.namespaces[0]);

  EXPECT_THAT(host.Observe(sample), SizeIs(1));
}

TEST(IncidentTracker, ResolvesAPoolThatIsGone) {
  HostSimulator host;
  host.Observe(1, {Full()});

  host.Observe(2, {});

  EXPECT_EQ(host.Only().state, IncidentState::kResolved);
  EXPECT_EQ(host.Only().resolve_reason, "the pool has no sockets any more");
}

TEST(IncidentTracker, ResolvesWithItsNamespace) {
  HostSimulator host;
  host.Observe(1, {Full()});
  HostSample without = host.SampleOf(2, {});
  without.namespaces.clear();

  host.Observe(without);

  EXPECT_EQ(host.Only().resolve_reason, "the network namespace is gone");
}

TEST(IncidentTracker, WaitsForANamespaceThatCouldNotBeRead) {
  HostSimulator host;
  host.Observe(1, {Full()});
  for (int second = 2; second <= 3; ++second) {
    HostSample without = host.SampleOf(second, {});
    without.namespaces.clear();
    without.limitations = {"netns 4026532000 could not be read: EACCES"};
    host.Observe(without);
    EXPECT_EQ(host.Only().state, IncidentState::kOpen);
  }
  host.Observe(4, {Full()});

  EXPECT_EQ(host.Only().state, IncidentState::kOpen);
}

TEST(IncidentTracker, OpensTheSameIncidentAgainWithinAMinute) {
  HostSimulator host;
  host.Observe(1, {Full()});
  host.Observe(2, {});

  host.Observe(30, {Full()});

  EXPECT_EQ(host.Only().state, IncidentState::kOpen);
  EXPECT_EQ(host.Only().resolve_time, std::nullopt);
  EXPECT_EQ(host.Only().resolve_reason, "");
  EXPECT_THAT(host.Only().timeline[3].text, HasSubstr("opened again"));
}

TEST(IncidentTracker, OpensANewOneLater) {
  HostSimulator host;
  host.Observe(1, {Full()});
  host.Observe(2, {});

  host.Observe(90, {Full()});

  EXPECT_THAT(host.Incidents(), SizeIs(2));
}

TEST(IncidentTracker, ResolvesAfterFiveCalmSecondsAndThreeSamples) {
  HostSimulator host;
  host.Observe(1, {Full()});
  host.Observe(2, {Quiet(40)});
  host.Observe(6, {Quiet(40)});
  EXPECT_EQ(host.Only().state, IncidentState::kOpen);

  host.Observe(8, {Quiet(40)});

  EXPECT_EQ(host.Only().state, IncidentState::kResolved);
}

TEST(IncidentTracker, TakesAnAcknowledgement) {
  HostSimulator host;
  host.Observe(1, {Full()});
  int64_t revision = host.Only().revision;

  auto acknowledged = host.tracker().Acknowledge("i001", "ada", host.now());

  ASSERT_TRUE(acknowledged.ok());
  EXPECT_EQ(acknowledged->state, IncidentState::kAcknowledged);
  EXPECT_EQ(acknowledged->acknowledger, "ada");
  EXPECT_EQ(acknowledged->acknowledge_time, host.now());
  EXPECT_EQ(acknowledged->revision, revision + 1);
  // Once more changes nothing.
  EXPECT_EQ(host.tracker().Acknowledge("i001", "eve", host.now())->acknowledger, "ada");
}

TEST(IncidentTracker, StaysQuietForAMinuteAfterAPersonResolvedIt) {
  HostSimulator host;
  host.Observe(1, {Full()});

  auto resolved = host.tracker().Resolve("i001", "ada", "known", host.now());

  ASSERT_TRUE(resolved.ok());
  EXPECT_EQ(resolved->state, IncidentState::kResolved);
  EXPECT_EQ(resolved->resolve_reason, "by ada: known");
  EXPECT_THAT(host.Observe(30, {Full()}), IsEmpty());
  EXPECT_THAT(host.Observe(60, {Full()}), IsEmpty());
  ASSERT_THAT(host.Observe(62, {Full()}), SizeIs(1));
  EXPECT_EQ(host.Incidents()[1].id, "i002");
}

TEST(IncidentTracker, KnowsNoIncidentThatIsNotActive) {
  HostSimulator host;
  host.Observe(1, {Full()});
  host.Observe(2, {});

  EXPECT_TRUE(absl::IsNotFound(host.tracker().Acknowledge("i001", "ada", host.now()).status()));
  EXPECT_TRUE(absl::IsNotFound(host.tracker().Resolve("i009", "ada", "x", host.now()).status()));
  EXPECT_TRUE(absl::IsNotFound(host.tracker().AddTimelineEntry("", "x", host.now()).status()));
}

TEST(IncidentTracker, KeepsTheFirstAndTheNewestOfALongTimeline) {
  HostSimulator host;
  host.Observe(1, {Full()});
  std::string first = host.Only().timeline.front().text;
  for (int i = 0; i < 200; ++i) {
    ASSERT_TRUE(host.tracker().AddTimelineEntry("i001", std::to_string(i), host.now()).ok());
  }

  auto last = host.tracker().AddTimelineEntry("i001", "end", host.now());

  EXPECT_THAT(last->timeline, SizeIs(kTimelineMax));
  EXPECT_EQ(last->timeline.front().text, first);
  EXPECT_EQ(last->timeline.back().text, "end");
}

TEST(IncidentTracker, CarriesOnWithWhatWasActiveBeforeARestart) {
  HostSimulator before;
  before.Observe(1, {Full()});
  HostSimulator after;
  after.tracker().Restore({before.Only()});

  after.Observe(2, {Full()});
  EXPECT_THAT(after.Incidents(), IsEmpty());
  after.Observe(3, {});

  EXPECT_EQ(after.Only().id, "i001");
  EXPECT_EQ(after.Only().state, IncidentState::kResolved);
}

TEST(IncidentTracker, WritesOnlyWhatAPersonWouldSee) {
  HostSimulator host;
  host.Observe(1, {Full()});
  for (int i = 1; i <= 100; ++i) host.Observe(1 + i, {Full()});
  EXPECT_EQ(host.writes(), 1);

  // A change of one point, ten times a second.
  for (int i = 1; i <= 100; ++i) host.Observe(101 + i * 0.1, {Quiet(399 - i % 10)});
  EXPECT_LE(host.writes(), 1 + 12);
}

TEST(IncidentTracker, SurvivesTimeThatGoesBack) {
  HostSimulator host;
  PoolSimulator pool = Churn();
  host.Run(pool, 3);
  pool.AdvanceTo(4);
  host.Observe(-100, {pool.Sample()});
  pool.AdvanceTo(5);
  host.Observe(-99, {pool.Sample()});
  for (int second = 6; second < 30; ++second) {
    pool.AdvanceTo(second);
    host.Observe(second - 104, {pool.Sample()});
  }

  EXPECT_EQ(host.Only().cause, IncidentCause::kTimeWaitChurn);
}

TEST(IncidentTracker, ToleratesNonsenseNumbers) {
  HostSimulator host;
  PoolSample pool = Full();
  pool.capacity = -1;
  pool.in_use = -3;
  pool.time_wait_releases = {1, 2, 3};
  host.Observe(1, {pool});
  pool.capacity = 0;
  pool.in_use = 0;
  host.Observe(2, {pool});

  EXPECT_THAT(host.Incidents(), IsEmpty());
}

TEST(IncidentTracker, RemembersABoundedNumberOfPools) {
  HostSimulator host;
  std::vector<PoolSample> pools;
  for (size_t i = 0; i < kTrackedPoolsMax + 100; ++i) {
    pools.push_back(Full());
    pools.back().key.source = *IpAddress::Parse("10.1.0.1");
    pools.back().key.destination_port = static_cast<uint16_t>(i);
  }

  ASSERT_THAT(host.Observe(1, pools), SizeIs(1));
  EXPECT_EQ(host.Only().member_count, kTrackedPoolsMax);
  EXPECT_THAT(host.Only().members, SizeIs(kIncidentMembersMax));
}

}  // namespace
}  // namespace berthmaster
