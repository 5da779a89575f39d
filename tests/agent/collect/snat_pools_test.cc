#include "agent/collect/snat_pools.h"

#include "gtest/gtest.h"

namespace berthmaster {
namespace {

RawAddress Address(const char* text) { return RawAddress::From(IpAddress::Parse(text).value()); }

SnatRow Row(uint16_t destination_port, std::optional<TcpState> state, IpProtocol protocol) {
  SnatRow row;
  row.protocol = protocol;
  row.snat_address = Address("192.0.2.1");
  row.destination = Address("198.51.100.7");
  row.snat_port = 40005;
  row.destination_port = destination_port;
  row.state = state;
  return row;
}

TEST(SnatCounterTest, CountsEntriesByReplyTupleAndState) {
  SnatCounter counter;
  counter.Visit(Row(443, TcpState::kEstablished, IpProtocol::kTcp));
  counter.Visit(Row(443, TcpState::kTimeWait, IpProtocol::kTcp));
  counter.Visit(Row(443, std::nullopt, IpProtocol::kUdp));

  const std::vector<PoolSample> pools = counter.Finish({{{}, std::nullopt, {40000, 40009}}});

  ASSERT_EQ(pools.size(), 2u);
  EXPECT_EQ(pools[0].kind, PoolKind::kSnat);
  EXPECT_EQ(pools[0].key.source.ToString(), "192.0.2.1");
  EXPECT_EQ(pools[0].key.destination.ToString(), "198.51.100.7");
  EXPECT_EQ(pools[0].key.protocol, IpProtocol::kTcp);
  EXPECT_EQ(pools[0].capacity, 10);
  EXPECT_EQ(pools[0].in_use, 2);
  EXPECT_EQ(pools[0].states[TcpState::kTimeWait], 1);
  EXPECT_EQ(pools[1].in_use, 1);
}

TEST(SnatCounterTest, LeavesOutWhatDoesNotMatter) {
  SnatCounter counter;
  for (int number = 0; number < 600; ++number) {
    counter.Visit(Row(80, TcpState::kEstablished, IpProtocol::kTcp));
  }
  for (int number = 0; number < 700; ++number) {
    counter.Visit(Row(443, TcpState::kEstablished, IpProtocol::kTcp));
  }
  const std::vector<PoolSample> pools = counter.Finish({});
  ASSERT_EQ(pools.size(), 1u);
  EXPECT_EQ(pools[0].key.destination_port, 443);
  EXPECT_EQ(pools[0].capacity, 64512);
}

TEST(SnatCapacityTest, IsThatOfTheRuleThatFitsBest) {
  const RawAddress address = Address("192.0.2.1");
  const std::vector<SnatRange> ranges = {{{}, std::nullopt, {40000, 40009}},
                                         {address, IpProtocol::kTcp, {50000, 50099}},
                                         {address, IpProtocol::kTcp, {50000, 50049}}};
  EXPECT_EQ(SnatCapacity(ranges, address, IpProtocol::kTcp, {50000, 50049}), 50);
  EXPECT_EQ(SnatCapacity(ranges, address, IpProtocol::kTcp, {50000, 50050}), 100);
  EXPECT_EQ(SnatCapacity(ranges, address, IpProtocol::kUdp, {40000, 40009}), 10);
  EXPECT_EQ(SnatCapacity({}, address, IpProtocol::kUdp, {40000, 40009}), kSnatPortsDefault);
}

TEST(SnatCapacityTest, IsNotThatOfARuleForOtherDestinations) {
  const std::vector<SnatRange> ranges = {{{}, std::nullopt, {40000, 40009}}};

  EXPECT_EQ(SnatCapacity(ranges, Address("192.0.2.1"), IpProtocol::kTcp, {40000, 51234}),
            kSnatPortsDefault);
}

}  // namespace
}  // namespace berthmaster
