// Which ports are a bind()-made user's, and what that does to pools and findings.
#include <vector>

#include "agent/collect/pool_aggregator.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/agent/collect/fake_kernel.h"

namespace berthmaster {
namespace {

using enum TcpState;
using testing::ElementsAre;
using testing::IsEmpty;

class BindOwnedTest : public testing::Test {
 protected:
  BindOwnedTest() { space_.range = {40000, 40099}; }
  NetnsCounts Count(const std::vector<FakeRow>& rows) {
    PoolAggregator aggregator({space_, sysctls_, recent_, knows_closed_ ? &closed_ : nullptr});
    for (const FakeRow& row : rows) aggregator.Visit(MakeRow(row));
    return aggregator.Finish();
  }
  static ListenEndpoint Endpoint(const char* address, uint16_t listen_port) {
    return {RawAddress::From(IpAddress::Parse(address).value()), listen_port};
  }
  static FakeRow SelfConnect(uint16_t local_port) {
    return {.local_port = local_port,
            .source = "127.0.0.1",
            .destination = "127.0.0.1",
            .destination_port = local_port};
  }
  static NetnsFinding Finding(FindingKind kind, const char* address, uint16_t port_number,
                              int sockets) {
    return {kind, IpAddress::Parse(address).value(), port_number, sockets};
  }

  PortSpace space_;
  std::map<std::string, std::string> sysctls_;
  std::vector<ListenEndpoint> recent_;
  PortSet closed_;
  bool knows_closed_ = false;
};

TEST_F(BindOwnedTest, ClosedPortsAreBlockedAndNotInUse) {
  knows_closed_ = true;
  closed_.Add(40001);
  closed_.Add(40003);
  // Of a socket that is gone by now.
  closed_.Add(40005);

  NetnsCounts counts = Count({{.local_port = 40000},
                              {.local_port = 40001},
                              {.state = kTimeWait, .local_port = 40003, .age_seconds = 5},
                              {.local_port = 40003, .destination_port = 80}});

  EXPECT_EQ(counts.blocked, 2);
  ASSERT_EQ(counts.pools.size(), 2u);
  EXPECT_EQ(counts.pools[0].in_use, 1);
  EXPECT_EQ(counts.pools[0].early_bound, 2);
  EXPECT_EQ(counts.pools[1].in_use, 0);
  EXPECT_EQ(counts.pools[1].early_bound, 1);
  EXPECT_EQ(counts.port_use.any_v4.ports, 3);
  EXPECT_TRUE(counts.port_use.addresses.at(0).has_bound);
}

TEST_F(BindOwnedTest, AListenersClosedPortIsNoEarlyBind) {
  knows_closed_ = true;
  closed_.Add(40010);
  closed_.Add(40011);
  recent_ = {Endpoint("10.0.0.1", 40011)};

  NetnsCounts counts = Count({{.state = kListen, .local_port = 40010},
                              {.state = kEstablished, .local_port = 40010},
                              {.state = kEstablished, .local_port = 40011}});

  EXPECT_TRUE(counts.pools.empty());
  EXPECT_EQ(counts.blocked, 2);
}

TEST_F(BindOwnedTest, CountsTheParityThatConnectTakesLast) {
  NetnsCounts counts = Count({{.local_port = 40000}, {.local_port = 40002}, {.local_port = 40003}});
  EXPECT_EQ(counts.pools.at(0).wrong_parity, 1);

  space_.range = {40001, 40099};
  counts = Count({{.local_port = 40001}, {.local_port = 40002}, {.local_port = 40003}});
  EXPECT_EQ(counts.pools.at(0).wrong_parity, 1);
}

TEST_F(BindOwnedTest, NamesASelfConnectAlsoWhereTheServiceDiedJustNow) {
  recent_ = {Endpoint("127.0.0.1", 40010)};

  NetnsCounts counts = Count({SelfConnect(40010)});

  ASSERT_EQ(counts.pools.size(), 1u);
  EXPECT_EQ(counts.pools[0].in_use, 1);
  EXPECT_EQ(counts.blocked, 0);
  EXPECT_THAT(counts.findings,
              ElementsAre(Finding(FindingKind::kSelfConnect, "127.0.0.1", 40010, 1),
                          Finding(FindingKind::kRestartBlocked, "127.0.0.1", 40010, 1)));
}

TEST_F(BindOwnedTest, NamesAPortThatARestartWouldNotGet) {
  recent_ = {Endpoint("0.0.0.0", 80), Endpoint("10.0.0.1", 40010), Endpoint("10.0.0.1", 81),
             Endpoint("10.0.0.1", 82)};

  NetnsCounts counts =
      Count({{.state = kListen, .local_port = 82, .source = "0.0.0.0"},
             {.state = kTimeWait, .local_port = 80, .age_seconds = 3},
             {.state = kTimeWait, .local_port = 80, .source = "10.0.0.9", .age_seconds = 3},
             {.state = kEstablished, .local_port = 40010},
             {.state = kEstablished, .local_port = 40010, .source = "10.0.0.9"},
             // Of another address than the listener's.
             {.state = kEstablished, .local_port = 81, .source = "10.0.0.9"},
             // The listener has a successor.
             {.state = kEstablished, .local_port = 82}});

  EXPECT_THAT(counts.findings,
              ElementsAre(Finding(FindingKind::kRestartBlocked, "0.0.0.0", 80, 2),
                          Finding(FindingKind::kRestartBlocked, "10.0.0.1", 40010, 1)));
}

TEST_F(BindOwnedTest, FindsNothingWhereNothingIs) {
  recent_ = {Endpoint("0.0.0.0", 80)};
  EXPECT_THAT(Count({{.local_port = 40000}}).findings, IsEmpty());
}

TEST_F(BindOwnedTest, TellsFinWait2MiniSocketsFromTimeWait) {
  sysctls_ = {{"net.ipv4.tcp_tw_reuse", "1"}, {"net.ipv4.tcp_timestamps", "1"}};
  NetnsCounts counts = Count({{.state = kFinWait2, .local_port = 40000, .age_seconds = 30},
                              {.state = kFinWait2, .local_port = 40002},
                              {.state = kTimeWait, .local_port = 40004, .age_seconds = 30}});

  ASSERT_EQ(counts.pools.size(), 1u);
  EXPECT_EQ(counts.pools[0].in_use, 3);
  EXPECT_EQ(counts.pools[0].reusable, 1);
  EXPECT_EQ(counts.pools[0].states[kFinWait2], 2);
  EXPECT_EQ(counts.time_wait_table.fin_wait_2[31], 1);
  EXPECT_EQ(counts.time_wait_table.time_wait[31], 1);
}

}  // namespace
}  // namespace berthmaster
