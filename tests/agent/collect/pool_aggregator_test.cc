#include "agent/collect/pool_aggregator.h"

#include <vector>

#include "agent/collect/pool_sample.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/agent/collect/fake_kernel.h"

namespace berthmaster {
namespace {

using enum TcpState;
using testing::ElementsAre;

class PoolAggregatorTest : public testing::Test {
 protected:
  PoolAggregatorTest() { space_.range = {40000, 40099}; }
  NetnsCounts Count(const std::vector<FakeRow>& rows) {
    PoolAggregator aggregator({space_, sysctls_, recent_, closed_});
    for (const FakeRow& row : rows) aggregator.Visit(MakeRow(row));
    return aggregator.Finish();
  }
  PortSpace space_;
  std::map<std::string, std::string> sysctls_ = {{"net.ipv4.tcp_tw_reuse", "2"},
                                                 {"net.ipv4.tcp_timestamps", "1"},
                                                 {"net.ipv4.tcp_max_tw_buckets", "1000"}};
  static ListenEndpoint Endpoint(const char* address, uint16_t listen_port) {
    return {RawAddress::From(IpAddress::Parse(address).value()), listen_port};
  }
  std::vector<ListenEndpoint> recent_;
  const PortSet* closed_ = nullptr;
};

TEST_F(PoolAggregatorTest, CountsByStateAndDestination) {
  NetnsCounts counts = Count({{.state = kEstablished, .local_port = 40000},
                              {.state = kSynSent, .local_port = 40002},
                              {.state = kCloseWait, .local_port = 40000, .destination_port = 80},
                              {.state = kTimeWait, .local_port = 40004, .age_seconds = 10}});

  ASSERT_EQ(counts.pools.size(), 2u);
  EXPECT_EQ(counts.pools[0].in_use, 3);
  EXPECT_EQ(counts.pools[0].live(), 2);
  EXPECT_EQ(counts.pools[0].states[kEstablished], 1);
  EXPECT_EQ(counts.pools[0].states[kSynSent], 1);
  EXPECT_EQ(counts.pools[0].states[kTimeWait], 1);
  EXPECT_EQ(counts.pools[1].key.ToKey().destination_port, 80);
  EXPECT_EQ(counts.blocked, 0);
}

TEST_F(PoolAggregatorTest, LeavesOutPortsOutsideTheRange) {
  NetnsCounts counts = Count({{.local_port = 39999},
                              {.local_port = 40100},
                              {.state = kTimeWait, .local_port = 8080, .age_seconds = 1}});

  EXPECT_TRUE(counts.pools.empty());
  // The table has server-side TIME_WAIT too.
  EXPECT_EQ(MakeTimeWaitTable(counts.time_wait_table, sysctls_)->in_use, 1);
}

TEST_F(PoolAggregatorTest, LeavesOutTheServersEndsAndBlocksTheirPort) {
  NetnsCounts counts = Count({{.state = kListen, .local_port = 40010, .source = "::"},
                              {.state = kEstablished, .local_port = 40010},
                              {.state = kNewSynRecv, .local_port = 40010},
                              {.state = kTimeWait, .local_port = 40010, .age_seconds = 1}});

  EXPECT_TRUE(counts.pools.empty());
  EXPECT_EQ(counts.blocked, 1);
  EXPECT_THAT(counts.listening_ports, ElementsAre(40010));
}

TEST_F(PoolAggregatorTest, CountsEachBlockedPortOnceAndNoReservedOne) {
  space_.reserved.Add(40020);

  NetnsCounts counts = Count({{.state = kListen, .local_port = 40010, .source = "10.0.0.1"},
                              {.state = kListen, .local_port = 40010, .source = "10.0.0.9"},
                              {.state = kListen, .local_port = 40020},
                              {.state = kBoundInactive, .local_port = 40030},
                              {.state = kListen, .local_port = 80}});

  EXPECT_EQ(counts.blocked, 2);
  EXPECT_EQ(space_.Capacity(counts.blocked), 97);
  EXPECT_THAT(counts.listening_ports, ElementsAre(40010, 40020));
}

TEST_F(PoolAggregatorTest, TakesWhatAListenerLeftBehindForInbound) {
  recent_ = {Endpoint("10.0.0.1", 40010), Endpoint("10.0.0.1", 40011)};

  NetnsCounts counts = Count({{.state = kTimeWait, .local_port = 40010, .age_seconds = 1}});

  EXPECT_TRUE(counts.pools.empty());
  // Nothing holds 40011 any more.
  EXPECT_EQ(counts.blocked, 1);
  EXPECT_TRUE(counts.listening_ports.empty());
}

TEST_F(PoolAggregatorTest, CountsASelfConnectOnce) {
  NetnsCounts counts = Count({{.local_port = 40000,
                               .source = "127.0.0.1",
                               .destination = "127.0.0.1",
                               .destination_port = 40000}});

  ASSERT_EQ(counts.pools.size(), 1u);
  EXPECT_EQ(counts.pools[0].in_use, 1);
}

TEST_F(PoolAggregatorTest, CallsOldTimeWaitOnLoopbackReusable) {
  NetnsCounts counts =
      Count({{.state = kTimeWait, .local_port = 40000, .source = "127.0.0.1", .age_seconds = 0.9},
             {.state = kTimeWait, .local_port = 40002, .source = "127.0.0.1", .age_seconds = 1.1},
             {.state = kTimeWait, .local_port = 40004, .source = "127.0.0.1", .age_seconds = 61},
             // Never, although it is a mini-socket of that age.
             {.state = kFinWait2, .local_port = 40006, .source = "127.0.0.1", .age_seconds = 30},
             {.state = kTimeWait, .local_port = 40000, .age_seconds = 30}});

  ASSERT_EQ(counts.pools.size(), 2u);
  EXPECT_EQ(counts.pools[0].reusable, 2);
  EXPECT_EQ(counts.pools[0].in_use, 4);
  EXPECT_EQ(counts.pools[1].reusable, 0);
}

TEST_F(PoolAggregatorTest, PutsReleasesWhereTheKernelFreesThem) {
  NetnsCounts counts = Count({{.state = kTimeWait, .local_port = 40000, .age_seconds = 0},
                              {.state = kTimeWait, .local_port = 40002, .age_seconds = 30.5},
                              {.state = kTimeWait, .local_port = 40004, .age_seconds = 61}});

  const Releases& releases = counts.pools.at(0).releases;
  EXPECT_EQ(releases[61], 1);
  EXPECT_EQ(releases[30], 1);
  EXPECT_EQ(releases[0], 1);
  EXPECT_EQ(CountOfAge(releases, 0), 1);
  EXPECT_EQ(CountOfAge(releases, 30), 1);
}

TEST_F(PoolAggregatorTest, BoundsThePoolsItTellsApart) {
  PoolAggregator aggregator({space_, sysctls_, recent_});
  SocketRow row = MakeRow({.local_port = 40000});
  for (uint32_t number = 0; number < kPoolsTrackedMax + 5; ++number) {
    row.destination.words[0] = number;
    aggregator.Visit(row);
  }
  // One that is known is still counted.
  row.destination.words[0] = 0;
  aggregator.Visit(row);

  NetnsCounts counts = aggregator.Finish();

  EXPECT_EQ(counts.pools.size(), kPoolsTrackedMax);
  EXPECT_EQ(counts.untracked.in_use, 5);
  EXPECT_EQ(counts.untracked.states[kEstablished], 5);
  EXPECT_EQ(counts.pools[0].in_use, 2);
}

TEST_F(PoolAggregatorTest, HasNoTableWithoutALimitOrWithoutSockets) {
  NetnsCounts counts = Count({{.state = kTimeWait, .local_port = 80, .age_seconds = 1}});

  EXPECT_TRUE(MakeTimeWaitTable(counts.time_wait_table, sysctls_).has_value());
  sysctls_["net.ipv4.tcp_max_tw_buckets"] = "-1";
  EXPECT_FALSE(MakeTimeWaitTable(counts.time_wait_table, sysctls_).has_value());
  sysctls_["net.ipv4.tcp_max_tw_buckets"] = "4294967295";
  EXPECT_FALSE(MakeTimeWaitTable(counts.time_wait_table, sysctls_).has_value());
  sysctls_["net.ipv4.tcp_max_tw_buckets"] = "1000";
  EXPECT_FALSE(MakeTimeWaitTable(Count({}).time_wait_table, sysctls_).has_value());
}

TEST(PortSpaceTest, RoundsTheRangeDownToEven) {
  PortSpace space;
  space.range = {40000, 40040};
  EXPECT_EQ(space.Capacity(0), 40);
  EXPECT_EQ(space.Capacity(3), 37);
  EXPECT_EQ(space.Capacity(100), 0);
  space.range = {40000, 40000};
  EXPECT_EQ(space.Capacity(0), 1);
}

TEST(PortSpaceTest, IsReadFromTheTunables) {
  PortSpace space = ReadPortSpace({{"net.ipv4.ip_local_port_range", "40000 40099"},
                                   {"net.ipv4.ip_local_reserved_ports", "40000-40009,50000"}})
                        .value();
  EXPECT_EQ(space.Capacity(0), 90);
  EXPECT_FALSE(space.Offers(40009));
  EXPECT_TRUE(space.Offers(40010));
  EXPECT_EQ(ReadPortSpace({}).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ReadPortSpace({{"net.ipv4.ip_local_port_range", "x"}}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace berthmaster
