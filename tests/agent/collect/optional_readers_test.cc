// What the readers that not every host has add to a sample.
#include <string>
#include <vector>

#include "agent/collect/kernel_host_sampler.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/agent/collect/fake_kernel.h"
#include "tests/agent/collect/fake_readers.h"
#include "tests/fakes/fake_clock.h"

namespace berthmaster {
namespace {

using enum TcpState;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

class OptionalReadersTest : public testing::Test {
 protected:
  OptionalReadersTest() : netns_(kernel_.Netns(7)) {
    const PoolKey key = MakeKey("10.0.0.1");
    key_ = key;
  }
  static PoolKey MakeKey(const char* source) {
    return {IpAddress::Parse(source).value(), IpAddress::Parse("10.0.0.2").value(), 443};
  }
  NetnsSample Sample() {
    const HostSample sample = sampler_.Sample().value();
    limitations_ = sample.limitations;
    return sample.namespaces.at(0);
  }
  NetnsSample SampleAfter(absl::Duration wait) {
    clock_.Advance(wait);
    return Sample();
  }
  void Connect(int count) {
    netns_.rows.clear();
    for (int number = 0; number < count; ++number) {
      netns_.rows.push_back({.local_port = static_cast<uint16_t>(40000 + 2 * number),
                             .cookie = static_cast<uint64_t>(number + 1),
                             .inode = static_cast<uint32_t>(number + 1)});
    }
  }
  FailedConnects Failed(const PoolKey& key, int64_t count) const {
    return {7, key, 5, 4711, "curl", count};
  }
  static PoolSample FindKind(const NetnsSample& sample, PoolKind kind) {
    for (const PoolSample& pool : sample.pools) {
      if (pool.kind == kind) return pool;
    }
    return PoolSample();
  }

  FakeClock clock_;
  FakeKernel kernel_;
  FakeNetns& netns_;
  FakeBindOwnership ownership_;
  FakeConnectWatch watch_;
  FakeConntrack conntrack_;
  FakeOwners owners_;
  PoolKey key_;
  std::vector<std::string> limitations_;
  KernelHostSampler sampler_{
      {kernel_, kernel_, kernel_, clock_, &ownership_, &watch_, &conntrack_, &owners_}};
};

TEST_F(OptionalReadersTest, ClosedPortsAreAskedForEveryMinute) {
  Connect(20);
  for (int second = 0; second < 120; ++second) SampleAfter(absl::Seconds(1));
  EXPECT_EQ(ownership_.ask_count, 2);
}

TEST_F(OptionalReadersTest, ClosedPortsAreAskedForMoreOftenPastHalfOfAPool) {
  Connect(50);
  netns_.rows.push_back({.local_port = 40099});
  for (int second = 0; second < 30; ++second) SampleAfter(absl::Seconds(1));
  EXPECT_EQ(ownership_.ask_count, 6);
}

TEST_F(OptionalReadersTest, ClosedPortsOfAQuietNamespaceAreNotAskedFor) {
  Connect(5);
  Sample();
  EXPECT_EQ(ownership_.ask_count, 0);
  EXPECT_FALSE(FindKind(Sample(), PoolKind::kConnect).early_bind_share.has_value());
}

TEST_F(OptionalReadersTest, ClosedPortsCountAgainstEveryPool) {
  Connect(20);
  for (int port_number = 40000; port_number < 40010; port_number += 2) {
    ownership_.closed.Add(port_number);
  }
  const PoolSample pool = FindKind(Sample(), PoolKind::kConnect);
  EXPECT_EQ(pool.blocked, 5);
  EXPECT_EQ(pool.capacity, 95);
  EXPECT_EQ(pool.in_use, 15);
  EXPECT_EQ(pool.early_bind_share, 0.25);
}

TEST_F(OptionalReadersTest, ClosedPortsThatCannotBeReadAreAskedForOnce) {
  Connect(20);
  ownership_.error = absl::UnimplementedError("no BTF");
  for (int second = 0; second < 60; ++second) SampleAfter(absl::Seconds(1));
  EXPECT_EQ(ownership_.ask_count, 1);
  const NetnsSample sample = Sample();
  EXPECT_THAT(sample.limitations, Contains(HasSubstr("no BTF")));
  EXPECT_FALSE(FindKind(sample, PoolKind::kConnect).early_bind_share.has_value());
}

TEST_F(OptionalReadersTest, FailuresAreThoseSinceTheSampleBefore) {
  Connect(20);
  EXPECT_EQ(FindKind(Sample(), PoolKind::kConnect).connect_failures, 0);
  owners_.cgroups[5] = "/app";
  watch_.activity.failures = {Failed(key_, 3), Failed(MakeKey("0.0.0.0"), 2)};

  const NetnsSample sample = Sample();

  EXPECT_EQ(FindKind(sample, PoolKind::kConnect).connect_failures, 5);
  EXPECT_THAT(sample.connect_failures, Contains(ConnectFailure{key_, "curl", 4711, "/app", 3}));
  EXPECT_THAT(Sample().connect_failures, IsEmpty());
}

TEST_F(OptionalReadersTest, FailuresOutliveASampleThatFailed) {
  Connect(20);
  Sample();
  watch_.activity.failures = {Failed(key_, 3)};
  netns_.facts_error = absl::UnavailableError("no");
  EXPECT_FALSE(sampler_.Sample().ok());
  netns_.facts_error = absl::OkStatus();
  EXPECT_EQ(FindKind(Sample(), PoolKind::kConnect).connect_failures, 3);
}

TEST_F(OptionalReadersTest, FailuresMakeAQuietNamespaceBeDumped) {
  Connect(3);
  Sample();
  watch_.activity.failures = {Failed(key_, 1)};
  Sample();
  EXPECT_EQ(netns_.dump_count, 2);
}

TEST_F(OptionalReadersTest, FailuresAreAbsentWhereTheWatchCannotBeAsked) {
  Connect(20);
  watch_.error = absl::UnavailableError("map is gone");
  EXPECT_FALSE(FindKind(Sample(), PoolKind::kConnect).connect_failures.has_value());
  EXPECT_THAT(limitations_, Contains(HasSubstr("map is gone")));
}

TEST_F(OptionalReadersTest, WhatTheWatchCouldNotTellApartIsSaid) {
  watch_.activity.failures_not_told_apart = 1;
  watch_.activity.traffic_not_told_apart = 700;
  Sample();
  EXPECT_THAT(
      limitations_,
      ElementsAre(HasSubstr("1 failed connect is in no pool"),
                  HasSubstr("at most 700 connections that opened or closed are missing from the "
                            "rates of pools")));
  Sample();
  EXPECT_THAT(limitations_, IsEmpty());
}

TEST_F(OptionalReadersTest, TrafficMakesRatesExact) {
  Connect(20);
  Sample();
  for (int second = 0; second < 8; ++second) {
    watch_.activity.pools = {{7, key_, 10, 2, 6}};
    SampleAfter(absl::Seconds(1));
  }
  watch_.activity.pools = {{7, key_, 10, 2, 6}};
  const PoolSample pool = FindKind(SampleAfter(absl::Seconds(1)), PoolKind::kConnect);
  EXPECT_NEAR(pool.connection_rate.value(), 10, 0.01);
  EXPECT_NEAR(pool.close_rate.value(), 8, 0.01);
  EXPECT_NEAR(pool.local_close_share.value(), 0.25, 0.01);
  EXPECT_NEAR(absl::ToDoubleSeconds(pool.hold_time.value()), 2.5, 0.01);
}

TEST_F(OptionalReadersTest, TrafficOfABurstIsNoneOfTheRateOfTenSecondsLater) {
  Connect(20);
  Sample();
  watch_.activity.pools = {{7, key_, 200, 0, 0}};
  SampleAfter(absl::Seconds(1));
  watch_.activity.pools = {{7, key_, 1, 0, 0}};

  const PoolSample pool = FindKind(SampleAfter(absl::Seconds(10)), PoolKind::kConnect);

  EXPECT_NEAR(pool.connection_rate.value(), 0.1, 0.01);
}

// Half of what opens is not counted: the sockets that are there say how many came at least.
TEST_F(OptionalReadersTest, WhatTheWatchMissedIsInTheSocketsStill) {
  Connect(10);
  Sample();
  PoolSample pool;
  for (int sample = 1; sample <= 3; ++sample) {
    Connect(10 + 10 * sample);
    watch_.activity.pools = {{7, key_, 5, 0, 0}};
    watch_.activity.traffic_not_told_apart = 5;
    pool = FindKind(SampleAfter(absl::Seconds(10)), PoolKind::kConnect);
  }
  EXPECT_EQ(pool.in_use, 40);
  EXPECT_NEAR(pool.connection_rate.value(), 1, 0.01);
}

// 11 a second is within what 10 a second scatter by in 5 s, so it is the mean of 20 s that counts;
// 20 a second is another load.
TEST_F(OptionalReadersTest, TrafficThatGoesOnEvenlyIsTakenOverLonger) {
  Connect(20);
  Sample();
  PoolSample pool;
  for (int second = 0; second < 45; ++second) {
    const int64_t count = second < 25 ? 10 : second < 30 ? 11 : second < 40 ? 10 : 20;
    watch_.activity.pools = {{7, key_, count, count, 0}};
    pool = FindKind(SampleAfter(absl::Seconds(1)), PoolKind::kConnect);
    if (second != 29) continue;
    EXPECT_NEAR(pool.connection_rate.value(), 10.25, 0.1);
  }
  EXPECT_NEAR(pool.connection_rate.value(), 20, 0.01);
}

// 10 a second, each open for 3 s and closed first here: after 3.5 s and after 5 s all rates are
// those of the load, though the window has the seconds in which nothing closed yet.
TEST_F(OptionalReadersTest, KnowTheTimeOpenFromTheFirstCloseOn) {
  Sample();
  for (int tenth = 5; tenth <= 50; tenth += 5) {
    const int closed = std::max(tenth - 30, 0);
    Connect(tenth - closed);
    for (int number = 0; number < closed; ++number) {
      netns_.rows.push_back({.state = kTimeWait,
                             .local_port = static_cast<uint16_t>(40001 + 2 * number),
                             .age_seconds = (closed - number - 0.5) / 10});
    }
    watch_.activity.pools = {{7, key_, 5, tenth > 30 ? 5 : 0, 0}};
    const PoolSample pool = FindKind(SampleAfter(absl::Milliseconds(500)), PoolKind::kConnect);
    if (tenth < 35) {
      EXPECT_FALSE(pool.hold_time.has_value()) << tenth;
      continue;
    }
    EXPECT_NEAR(absl::ToDoubleSeconds(pool.hold_time.value()), 3, 0.3) << tenth;
    EXPECT_NEAR(pool.connection_rate.value(), 10, 0.5) << tenth;
    EXPECT_NEAR(pool.time_wait_rate.value(), 10, 1) << tenth;
  }
}

// The peer closes each, and the application does not: nothing ends.
TEST_F(OptionalReadersTest, ConnectionsThatOnlyOneSideHasClosedHaveNoHoldTime) {
  Connect(20);
  Sample();
  for (int second = 1; second <= 8; ++second) {
    Connect(20 + 3 * second);
    watch_.activity.pools = {{7, key_, 3, 0, 3}};
    SampleAfter(absl::Seconds(1));
  }
  const PoolSample pool = FindKind(Sample(), PoolKind::kConnect);
  EXPECT_NEAR(pool.connection_rate.value(), 3, 0.01);
  EXPECT_NEAR(pool.close_rate.value(), 3, 0.01);
  EXPECT_FALSE(pool.hold_time.has_value());
}

TEST_F(OptionalReadersTest, TrafficThatIsNotKnownIsAbsent) {
  Connect(20);
  Sample();
  const PoolSample pool = FindKind(SampleAfter(absl::Seconds(5)), PoolKind::kConnect);
  EXPECT_FALSE(pool.close_rate.has_value());
  EXPECT_FALSE(pool.local_close_share.has_value());
}

TEST_F(OptionalReadersTest, OwnersAreNamedFromTheSecondDumpOn) {
  Connect(30);
  for (uint32_t inode = 1; inode <= 30; ++inode) owners_.processes[inode] = {4711, "curl", "/app"};
  EXPECT_THAT(FindKind(Sample(), PoolKind::kConnect).owners, IsEmpty());
  EXPECT_THAT(FindKind(Sample(), PoolKind::kConnect).owners,
              ElementsAre(PoolOwner{"curl", 4711, "/app", 30}));
}

TEST_F(OptionalReadersTest, OwnersOfSmallPoolsAreNotLookedFor) {
  Connect(20);
  Sample();
  Sample();
  EXPECT_EQ(owners_.asked_count, 0);
}

TEST_F(OptionalReadersTest, TimeWaitThatNobodyWasSeenHoldingIsWhoMadeIt) {
  Connect(40);
  for (FakeRow& row : netns_.rows) {
    row.state = kTimeWait;
    row.age_seconds = 1;
    row.inode = 0;
  }
  // One is still there, and seen.
  netns_.rows[0] = {.local_port = 40000, .cookie = 1, .inode = 71};
  owners_.processes[71] = {4712, "curl", "/app"};
  owners_.cgroups = {{5, "/app"}, {6, "/batch"}};
  Sample();
  watch_.activity.time_wait_makers = {{7, key_, 5, 4711, "curl", 300},
                                      {7, key_, 6, 99, "job", 100}};
  EXPECT_THAT(FindKind(SampleAfter(absl::Seconds(62)), PoolKind::kConnect).owners,
              ElementsAre(PoolOwner{"curl", 4711, "/app", 30}, PoolOwner{"job", 99, "/batch", 10}));
}

TEST_F(OptionalReadersTest, TimeWaitIsNobodysWithoutTheWatch) {
  Connect(40);
  for (FakeRow& row : netns_.rows) {
    row.state = kTimeWait;
    row.age_seconds = 1;
    row.inode = 0;
  }
  Sample();
  EXPECT_THAT(FindKind(SampleAfter(absl::Seconds(10)), PoolKind::kConnect).owners, IsEmpty());
}

TEST_F(OptionalReadersTest, MakersThatWereNotToldApartAreSaid) {
  Connect(20);
  watch_.activity.makers_not_told_apart = 12;
  Sample();
  EXPECT_THAT(limitations_, ElementsAre(HasSubstr("12 closes have no owner")));
}

TEST_F(OptionalReadersTest, ConntrackGivesTheTableAndItsCounters) {
  conntrack_.table = {50, 1000, {{"insert_failed", 3}}};
  const NetnsSample sample = Sample();
  EXPECT_EQ(FindKind(sample, PoolKind::kConntrackTable).in_use, 50);
  EXPECT_EQ(FindKind(sample, PoolKind::kConntrackTable).capacity, 1000);
  EXPECT_THAT(sample.counters, Contains(Pair("conntrack.insert_failed", 3)));
  EXPECT_EQ(conntrack_.dump_count, 0);
}

TEST_F(OptionalReadersTest, ConntrackIsDumpedWhereAPoolMayMatter) {
  conntrack_.table = {5, 1000, {}};
  conntrack_.rules.ranges = {{{}, std::nullopt, {40000, 40009}}};
  SnatRow row;
  row.snat_address = RawAddress::From(key_.source);
  row.snat_port = 40005;
  row.destination = RawAddress::From(key_.destination);
  row.destination_port = 443;
  row.state = kEstablished;
  conntrack_.rows.assign(5, row);

  const PoolSample pool = FindKind(Sample(), PoolKind::kSnat);
  EXPECT_EQ(pool.in_use, 5);
  EXPECT_EQ(pool.capacity, 10);
  for (int second = 0; second < 20; ++second) SampleAfter(absl::Seconds(1));
  EXPECT_EQ(conntrack_.dump_count, 3);
}

TEST_F(OptionalReadersTest, ConntrackThatIsNotThereIsNoLimitation) {
  conntrack_.error = absl::NotFoundError("not loaded");
  EXPECT_THAT(Sample().limitations, IsEmpty());
  conntrack_.error = absl::PermissionDeniedError("no CAP_NET_ADMIN");
  EXPECT_THAT(SampleAfter(absl::Seconds(60)).limitations,
              ElementsAre(HasSubstr("no CAP_NET_ADMIN")));
  const int count = conntrack_.table_count;
  EXPECT_THAT(SampleAfter(absl::Seconds(60)).limitations, Contains(HasSubstr("conntrack")));
  EXPECT_EQ(conntrack_.table_count, count);
}

TEST_F(OptionalReadersTest, ConntrackSaysWhichRulesAreNotRead) {
  conntrack_.rules.has_legacy_nat = true;
  conntrack_.rules.unread_count = 1;
  EXPECT_THAT(Sample().limitations, IsEmpty()) << "no entry, so no pool whose capacity matters";

  conntrack_.table = {50, 1000, {}};
  EXPECT_THAT(SampleAfter(absl::Seconds(60)).limitations,
              ElementsAre(AllOf(HasSubstr("iptables-legacy has NAT rules here"),
                                HasSubstr("move them to nftables or iptables-nft")),
                          HasSubstr("the ports of 1 rule of nftables are not read")));

  conntrack_.rules = {};
  conntrack_.rules.has_legacy_nat.reset();
  EXPECT_THAT(SampleAfter(absl::Seconds(60)).limitations,
              ElementsAre(HasSubstr("whether iptables-legacy has NAT rules here may not be read")));

  conntrack_.rules = {};
  EXPECT_THAT(SampleAfter(absl::Seconds(60)).limitations, IsEmpty());
}

TEST_F(OptionalReadersTest, UdpIsDumpedWhereItMatters) {
  netns_.udp_rows = {{.state = kBoundInactive, .local_port = 40000, .source = "0.0.0.0"}};
  EXPECT_EQ(Sample().udp_in_use, 1);
  EXPECT_EQ(netns_.udp_dump_count, 0);
  for (uint16_t number = 1; number <= 10; ++number) {
    netns_.udp_rows.push_back({.local_port = static_cast<uint16_t>(40000 + number)});
  }
  const PoolSample pool = FindKind(Sample(), PoolKind::kUdp);
  EXPECT_EQ(pool.key.source.ToString(), "10.0.0.1");
  EXPECT_EQ(pool.in_use, 11);
  EXPECT_EQ(pool.capacity, 100);
}

TEST_F(OptionalReadersTest, UdpThatCannotBeSeenIsAskedForOnce) {
  netns_.udp_rows.assign(20, {.state = kBoundInactive, .local_port = 40000});
  netns_.udp_error = absl::UnimplementedError("not by ss");
  Sample();
  EXPECT_THAT(Sample().limitations, Contains(HasSubstr("not by ss")));
  EXPECT_EQ(netns_.udp_dump_count, 1);
}

}  // namespace
}  // namespace berthmaster
