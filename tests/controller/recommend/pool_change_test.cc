#include "controller/recommend/pool_change.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "controller/recommend/what_if.h"
#include "tests/controller/recommend/recommend_case.h"

namespace berthmaster {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

// 20 a second, each open for 2 s and closed first here, settles at 20 x (2 + 61) = 1260.
RecommendCase Steady() {
  RecommendCase c = CaseOf(IncidentCause::kTimeWaitChurn, PoolKind::kConnect, 1260, 2000);
  c.pool.states[TcpState::kTimeWait] = 1220;
  c.pool.states[TcpState::kEstablished] = 40;
  c.pool.connection_rate = c.pool.time_wait_rate = 20;
  c.pool.hold_time = absl::Seconds(2);
  c.pool.time_wait_releases.assign(61, 20);
  c.netns.sysctls["net.ipv4.ip_local_port_range"] = "40000 41999";
  return c;
}

Outlook After(const RecommendCase& c, const PoolChange& change) {
  return Simulate(c.netns, c.pool, change, nullptr)->after.outlook();
}

TEST(ApplyChange, CountsTheCapacityOfARangeAsTheKernelDoes) {
  RecommendCase c = Steady();
  c.netns.listening_ports_in_range = {40010};
  c.pool.blocked = 3;
  PoolChange change;
  change.port_range = PortRange{40000, 44002};
  change.reserved_ports = *ParsePortSet("40010,42000-42009,60000");

  const Outlook after = After(c, change);

  // 4003 ports are 4002 to connect(), less 11 reserved and 2 that are still blocked.
  EXPECT_EQ(after.capacity, 4002 - 11 - 2);
  EXPECT_NEAR(*after.settled_utilization, 1260.0 / 3989, 0.001);
}

TEST(ApplyChange, KeepsTheSocketsThatANarrowerRangeCovers) {
  RecommendCase c = Steady();
  PoolChange change;
  change.port_range = PortRange{41000, 41999};

  auto changed = ApplyChange(c.netns, c.pool, change);

  ASSERT_TRUE(changed.ok());
  EXPECT_EQ(changed->pool.capacity, 1000);
  EXPECT_EQ(changed->pool.in_use, 630);
  EXPECT_THAT(changed->notes, Contains(HasSubstr("50 % of the present range")));
  EXPECT_NEAR(*After(c, change).settled_utilization, 1.26, 0.01);
}

TEST(ApplyChange, MultipliesTheLoad) {
  RecommendCase c = Steady();
  PoolChange change;
  change.rate_factor = 2;
  EXPECT_NEAR(*After(c, change).settled_utilization, 2 * 1260.0 / 2000, 0.01);
  EXPECT_TRUE(After(c, change).time_to_exhaustion.has_value());

  change.source_factor = 2;
  change.destination_factor = 2;
  EXPECT_NEAR(*After(c, change).settled_utilization, 1260.0 / 2 / 2000, 0.01);
}

TEST(ApplyChange, ReckonsWithLongerConnections) {
  RecommendCase c = Steady();
  PoolChange change;
  change.hold_time = absl::Seconds(30);

  EXPECT_NEAR(*After(c, change).settled_utilization, 20 * 91.0 / 2000, 0.01);
}

TEST(ApplyChange, LeavesOnlyAConnectionPool) {
  RecommendCase c = Steady();
  PoolChange change;
  change.connection_pool_size = 61;

  auto changed = ApplyChange(c.netns, c.pool, change);

  EXPECT_EQ(changed->pool.in_use, 1220 + 61);
  EXPECT_NEAR(*After(c, change).settled_utilization, 61.0 / 2000, 1e-9);
  EXPECT_TRUE(changed->notes.empty());
  change.connection_pool_size = 30;
  EXPECT_THAT(ApplyChange(c.netns, c.pool, change)->notes,
              Contains(HasSubstr("40.0 connections are open at once, so with 30")));
}

TEST(ApplyChange, TurnsReuseOnAndOff) {
  RecommendCase c = Steady();
  PoolChange change;
  change.time_wait_reuse = 1;
  // 20 x (2 + 1 s of reuse delay).
  EXPECT_NEAR(*After(c, change).settled_utilization, 20 * 3.0 / 2000, 0.02);

  c.netns.sysctls["net.ipv4.tcp_tw_reuse"] = "1";
  c.pool.reusable = 1200;
  change.time_wait_reuse = 0;
  EXPECT_NEAR(*After(c, change).settled_utilization, 0.63, 0.01);

  c.netns.sysctls["net.ipv4.tcp_timestamps"] = "0";
  change.time_wait_reuse = 1;
  EXPECT_THAT(ApplyChange(c.netns, c.pool, change)->notes,
              Contains(HasSubstr("TCP timestamps are off here")));
}

TEST(ApplyChange, SimulatesACombinationAndDoesNotAddUp) {
  RecommendCase c = Steady();
  PoolChange wider;
  wider.port_range = PortRange{40000, 43999};
  PoolChange doubled;
  doubled.rate_factor = 2;

  EXPECT_NEAR(*After(c, Combined(wider, doubled)).settled_utilization, 0.63, 0.01);
}

TEST(ApplyChange, RefusesWhatChangesNothingInAPoolOfTheKind) {
  RecommendCase c = Steady();
  PoolChange buckets;
  buckets.time_wait_buckets_max = 5000;
  EXPECT_EQ(ApplyChange(c.netns, c.pool, buckets).status().code(),
            absl::StatusCode::kInvalidArgument);

  RecommendCase udp = CaseOf(IncidentCause::kUdpPorts, PoolKind::kUdp, 100, 400);
  PoolChange destinations;
  destinations.destination_factor = 2;
  EXPECT_EQ(ApplyChange(udp.netns, udp.pool, destinations).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(ApplyChange, RefusesWhatIsOutOfBounds) {
  RecommendCase c = Steady();
  for (double factor : {0.0, -1.0, 1001.0, std::nan("")}) {
    PoolChange change;
    change.rate_factor = factor;
    EXPECT_FALSE(ApplyChange(c.netns, c.pool, change).ok()) << factor;
  }
  PoolChange low;
  low.port_range = PortRange{80, 65535};
  EXPECT_FALSE(ApplyChange(c.netns, c.pool, low).ok());
  PoolChange reuse;
  reuse.time_wait_reuse = 3;
  EXPECT_FALSE(ApplyChange(c.netns, c.pool, reuse).ok());
  PoolChange spread;
  spread.source_factor = 0;
  EXPECT_FALSE(ApplyChange(c.netns, c.pool, spread).ok());
}

TEST(ApplyChange, SaysWhatTheSampleDoesNotHave) {
  RecommendCase c = Steady();
  c.pool.connection_rate.reset();
  c.pool.time_wait_rate.reset();
  PoolChange change;
  change.rate_factor = 2;
  EXPECT_EQ(ApplyChange(c.netns, c.pool, change).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace berthmaster
