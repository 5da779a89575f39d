#include <errno.h>

#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tests/kernel/bound_sockets.h"
#include "tests/kernel/capacity_fixture.h"
#include "tests/kernel/sampling.h"

namespace berthmaster {
namespace {

// UDP pools, driven until connect() says EAGAIN or bind(address, 0) EADDRINUSE.
class UdpCapacity : public CapacityTest {
 protected:
  void BindInside(BindOptions options, int count) {
    options.is_udp = true;
    FillResult fill = Inside([&] { return FillByBind(options, count); });
    ASSERT_EQ(fill.error_number, 0);
    Keep(std::move(fill), kept_);
  }
  PoolSample Pool(absl::string_view address) {
    return FindBySource(SampleOnce(*netns_), PoolKind::kUdp, address);
  }
  void ExpectFull(const PoolSample& pool, int capacity) {
    EXPECT_EQ(pool.in_use, capacity);
    EXPECT_EQ(pool.capacity, capacity);
    EXPECT_EQ(pool.headroom(), 0);
  }
  // Fills by bind(0) and expects the agent's figures to say the same before and after.
  int FillAndExpectExact(BindOptions options, int capacity) {
    options.is_udp = true;
    const PoolSample before = Pool(options.address);
    FillResult fill = Inside([&] { return FillByBind(options, kManyConnections); });
    EXPECT_EQ(fill.error_number, EADDRINUSE);
    if (before.in_use >= 0) {
      EXPECT_EQ(before.headroom(), static_cast<int>(fill.fds.size()));
    }
    ExpectFull(Pool(options.address), capacity);
    const int count = static_cast<int>(fill.fds.size());
    Keep(std::move(fill), kept_);
    return count;
  }

  std::vector<UniqueFd> kept_;
};

TEST_F(UdpCapacity, OfConnectIsOneForAllDestinations) {
  Keep(Inside([&] { return FillByUdpConnect(kDestination, 53, 25); }), kept_);
  FillResult rest = Inside([&] { return FillByUdpConnect(kOther, 54, kManyConnections); });

  EXPECT_EQ(rest.error_number, EAGAIN);
  EXPECT_EQ(rest.fds.size(), 15u);
  const NetnsSample sample = SampleOnce(*netns_);
  EXPECT_EQ(sample.udp_in_use, 40);
  ExpectFull(FindBySource(sample, PoolKind::kUdp, "0.0.0.0"), 40);
}

TEST_F(UdpCapacity, OfAnOddRangeIsAllOfIt) {
  SetRange("40000 40040");
  FillResult fill = Inside([&] { return FillByUdpConnect(kDestination, 53, kManyConnections); });
  EXPECT_EQ(fill.error_number, EAGAIN);
  EXPECT_EQ(fill.fds.size(), 41u);
  ExpectFull(Pool("0.0.0.0"), 41);
}

TEST_F(UdpCapacity, LeavesOutReservedPorts) {
  SetReserved("40003-40005,40010");
  BindInside({.address = "0.0.0.0", .local_port = 40004}, 1);
  FillResult fill = Inside([&] { return FillByUdpConnect(kDestination, 53, kManyConnections); });
  EXPECT_EQ(fill.error_number, EAGAIN);
  EXPECT_EQ(fill.fds.size(), 36u);
  ExpectFull(Pool("0.0.0.0"), 36);
}

TEST_F(UdpCapacity, OfBindIsEachAddressesOwn) {
  BindInside({.address = kOther}, 30);
  EXPECT_EQ(FillAndExpectExact({.address = kSource}, 40), 40);
  EXPECT_EQ(FillAndExpectExact({.address = kOther}, 40), 10);
}

TEST_F(UdpCapacity, OfConnectIsUsedUpByEveryAddress) {
  BindInside({.address = kSource}, 20);
  BindInside({.address = kOther, .local_port = 40000, .is_reuse_address = true}, 1);
  const int left = Pool("0.0.0.0").headroom();
  FillResult fill = Inside([&] { return FillByUdpConnect(kDestination, 53, kManyConnections); });
  EXPECT_EQ(fill.error_number, EAGAIN);
  EXPECT_EQ(static_cast<int>(fill.fds.size()), left);
  ExpectFull(Pool("0.0.0.0"), 40);
}

TEST_F(UdpCapacity, OfAnAddressIsUsedUpByTheWildcards) {
  BindInside({.address = "0.0.0.0"}, 5);
  BindInside({.address = "::"}, 6);
  BindInside({.address = "::", .is_v6_only = true}, 7);
  BindInside({.address = kSource}, 1);
  EXPECT_EQ(FillAndExpectExact({.address = kSource}, 40), 28);
}

TEST_F(UdpCapacity, OfIpv6IsItsOwn) {
  BindInside({.address = kSource}, 20);
  BindInside({.address = kSourceV6}, 1);
  EXPECT_EQ(FillAndExpectExact({.address = kSourceV6}, 40), 39);
  EXPECT_EQ(FillAndExpectExact({.address = kSource}, 40), 20);
}

TEST_F(UdpCapacity, OfBothFamiliesIsUsedUpByAll) {
  BindInside({.address = kSource, .local_port = 40001}, 1);
  BindInside({.address = kSourceV6, .local_port = 40002}, 1);
  BindInside({.address = kOther, .local_port = 40003}, 1);
  BindInside({.address = "::", .local_port = 40004, .is_v6_only = true}, 1);
  BindInside({.address = kSource, .local_port = 40005}, 1);
  EXPECT_EQ(FillAndExpectExact({.address = "::"}, 40), 35);
}

TEST_F(UdpCapacity, IsNotLookedAtWhileFewSocketsAreThere) {
  BindInside({.address = kSource}, 4);
  EXPECT_EQ(Pool(kSource).in_use, -1);
  BindInside({.address = kSource}, 1);
  EXPECT_EQ(Pool(kSource).in_use, 5);
}

}  // namespace
}  // namespace berthmaster
