#include "agent/collect/listener_pools.h"

#include "gtest/gtest.h"
#include "tests/agent/collect/fake_kernel.h"

namespace berthmaster {
namespace {

using enum TcpState;

SocketRow Listener(const char* address, uint16_t listen_port, uint32_t waiting, uint32_t backlog) {
  return MakeRow({.state = kListen,
                  .local_port = listen_port,
                  .source = address,
                  .destination = "0.0.0.0",
                  .destination_port = 0,
                  .waiting = waiting,
                  .backlog = backlog});
}

TEST(ListenerTableTest, HasRoomForOneMoreThanTheBacklog) {
  ListenerTable table;
  table.AddListener(Listener("0.0.0.0", 80, 3, 128), false);

  const std::vector<PoolSample> pools = table.Pools();

  ASSERT_EQ(pools.size(), 1u);
  EXPECT_EQ(pools[0].kind, PoolKind::kListener);
  EXPECT_EQ(pools[0].key.destination_port, 80);
  EXPECT_EQ(pools[0].capacity, 129);
  EXPECT_EQ(pools[0].in_use, 3);
}

TEST(ListenerTableTest, TakesTheFullestOfThoseThatShareAnEndpoint) {
  ListenerTable table;
  table.AddListener(Listener("10.0.0.1", 80, 1, 10), false);
  table.AddListener(Listener("10.0.0.1", 80, 9, 10), false);
  table.AddListener(Listener("10.0.0.1", 80, 2, 10), false);

  ASSERT_EQ(table.Pools().size(), 1u);
  EXPECT_EQ(table.Pools()[0].in_use, 9);
}

TEST(ListenerTableTest, CountsHandshakesOfTheNearestListener) {
  ListenerTable table;
  table.AddListener(Listener("0.0.0.0", 80, 0, 10), false);
  table.AddListener(Listener("10.0.0.1", 80, 1, 10), false);
  table.AddListener(Listener("::", 81, 0, 10), false);

  EXPECT_TRUE(table.AddSynReceived(MakeRow({.state = kSynRecv, .local_port = 80})));
  EXPECT_TRUE(
      table.AddSynReceived(MakeRow({.state = kSynRecv, .local_port = 80, .source = "10.0.0.7"})));
  EXPECT_TRUE(table.AddSynReceived(MakeRow({.state = kNewSynRecv, .local_port = 81})));
  EXPECT_FALSE(table.AddSynReceived(MakeRow({.state = kSynRecv, .local_port = 40000})));

  for (const PoolSample& pool : table.Pools()) EXPECT_EQ(pool.states[kSynRecv], 1);
}

TEST(ListenerTableTest, SendsTheFullest) {
  ListenerTable table;
  for (uint16_t number = 0; number < 100; ++number) {
    table.AddListener(Listener("10.0.0.1", static_cast<uint16_t>(1000 + number), number, 127),
                      false);
  }
  const std::vector<PoolSample> pools = table.Pools();
  ASSERT_EQ(pools.size(), kListenerPoolsMax);
  EXPECT_EQ(pools[0].in_use, 99);
  EXPECT_EQ(table.Endpoints().size(), 100u);
}

}  // namespace
}  // namespace berthmaster
