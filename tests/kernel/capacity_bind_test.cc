#include <errno.h>

#include <vector>

#include "gtest/gtest.h"
#include "tests/kernel/bound_sockets.h"
#include "tests/kernel/capacity_fixture.h"
#include "tests/kernel/sampling.h"
#include "tests/kernel/test_sockets.h"

namespace berthmaster {
namespace {

// Bind pools, driven until bind(address, 0) says EADDRINUSE.
class BindCapacity : public CapacityTest {
 protected:
  // Fills the pool of `options.address` and expects that the agent's figures were right before, and
  // are right when it is full.
  void ExpectExactAfterFill(const BindOptions& options) {
    const PoolSample before = Pool(options.address);
    FillResult fill = Inside([&] { return FillByBind(options, kManyConnections); });
    const PoolSample after = Pool(options.address);
    EXPECT_EQ(fill.error_number, EADDRINUSE);
    if (before.in_use >= 0) {
      EXPECT_EQ(before.headroom(), static_cast<int>(fill.fds.size()));
    }
    EXPECT_EQ(after.in_use, after.capacity);
    EXPECT_EQ(after.headroom(), 0);
    filled_count_ = static_cast<int>(fill.fds.size());
    Keep(std::move(fill), kept_);
  }
  PoolSample Pool(absl::string_view address) {
    return FindBySource(SampleOnce(*netns_), PoolKind::kBind, address);
  }
  void BindInside(const BindOptions& options, int count = 1) {
    FillResult fill = Inside([&] { return FillByBind(options, count); });
    ASSERT_EQ(fill.error_number, 0);
    Keep(std::move(fill), kept_);
  }

  std::vector<UniqueFd> kept_;
  int filled_count_ = 0;
};

TEST_F(BindCapacity, IsTheRangeWhenNothingElseIsThere) {
  ExpectExactAfterFill({.address = kSource});
  EXPECT_EQ(filled_count_, 40);
  EXPECT_EQ(Pool(kSource).capacity, 40);
}

TEST_F(BindCapacity, LeavesOutReservedPorts) {
  SetReserved("40003-40005,40010,50000");
  // Reserved ports can be bound to by number, and take nothing from bind(0).
  BindInside({.address = kSource, .local_port = 40004});
  ExpectExactAfterFill({.address = kSource});
  EXPECT_EQ(filled_count_, 36);
}

TEST_F(BindCapacity, OfAnOddRangeIsWhatIsGuaranteed) {
  for (const char* range : {"40000 40040", "40001 40041", "40000 40002"}) {
    SetRange(range);
    FillResult fill = Inside([&] { return FillByBind({.address = kSource}, kManyConnections); });
    const PoolSample pool = Pool(kSource);
    EXPECT_EQ(fill.error_number, EADDRINUSE);
    EXPECT_EQ(pool.in_use, static_cast<int>(fill.fds.size())) << range;
    // As for connect(), each call looks at an even number of ports; at which by a random number.
    EXPECT_GE(pool.in_use, pool.capacity) << range;
    EXPECT_LE(pool.in_use, pool.capacity + 1) << range;
  }
}

TEST_F(BindCapacity, OfOnePortIsOne) {
  SetRange("40000 40000");
  ExpectExactAfterFill({.address = kSource});
  EXPECT_EQ(filled_count_, 1);
}

TEST_F(BindCapacity, IsUsedUpByConnectsFromTheAddress) {
  Listen(kDestination, kPort);
  Listen(kDestination, kPort + 1);
  Keep(FillInside({.source = kSource, .destination = kDestination, .destination_port = kPort}, 10),
       kept_);
  Keep(FillInside({.source = kSource, .destination = kDestination, .destination_port = kPort + 1},
                  7),
       kept_);
  // Those to the second destination may have the ports of those to the first.
  const int distinct_count = Pool(kSource).in_use;
  EXPECT_GE(distinct_count, 10);
  ExpectExactAfterFill({.address = kSource});
  EXPECT_EQ(filled_count_, 40 - distinct_count);
}

TEST_F(BindCapacity, IsNotUsedUpByConnectsFromAnotherAddress) {
  Listen(kDestination, kPort);
  Keep(FillInside({.source = kOther, .destination = kDestination, .destination_port = kPort}, 10),
       kept_);
  BindInside({.address = kSource});
  ExpectExactAfterFill({.address = kSource});
  EXPECT_EQ(filled_count_, 39);
  EXPECT_EQ(Pool(kOther).in_use, 10);
}

TEST_F(BindCapacity, OfTheWildcardIsUsedUpByEveryAddress) {
  Listen(kDestination, kPort);
  Keep(FillInside({.source = kOther, .destination = kDestination, .destination_port = kPort}, 10),
       kept_);
  BindInside({.address = kSource, .local_port = 40001});
  ExpectExactAfterFill({.address = "0.0.0.0"});
  // connect() prefers even ports, so they are different ones.
  EXPECT_EQ(filled_count_, 29);
}

TEST_F(BindCapacity, IsUsedUpByTheWildcard) {
  BindInside({.address = "0.0.0.0"}, 12);
  BindInside({.address = kSource});
  ExpectExactAfterFill({.address = kSource});
  EXPECT_EQ(filled_count_, 27);
}

TEST_F(BindCapacity, IsUsedUpByTimeWaitOfEitherKindOfClient) {
  Listen(kDestination, kPort);
  netns_->RunInside([&] {
    EXPECT_EQ(OpenAndClose(
                  {.source = kSource, .destination = kDestination, .destination_port = kPort}, 5),
              5);
    int closed_count = 0;
    while (closed_count < 6) {
      ConnectResult result =
          BindAndConnect({.address = kSource, .is_reuse_address = true}, kDestination, kPort);
      ASSERT_EQ(result.error_number, 0);
      if (CloseFirst(std::move(result.fd))) ++closed_count;
    }
  });
  ASSERT_EQ(SampleWith(11).time_wait, 11);
  EXPECT_EQ(Pool(kSource).in_use, 11);
  ExpectExactAfterFill({.address = kSource, .is_reuse_address = true});
  EXPECT_EQ(filled_count_, 29);
}

TEST_F(BindCapacity, IsUsedUpByListenersAndWhatTheyAccepted) {
  Listen(kSource, 40010);
  Listen("0.0.0.0", 40011);
  Listen(kOther, 40012);
  Listen("0.0.0.0", 40014);
  Keep(FillInside({.source = kOther, .destination = kSource, .destination_port = 40010}, 3), kept_);
  Keep(FillInside({.source = kOther, .destination = kSource, .destination_port = 40014}, 3), kept_);
  while (servers_[3]->accepted_count() < 3) std::this_thread::yield();
  // Its accepted connections, on kSource, stay.
  servers_[3]->StopListening();
  BindInside({.address = kSource, .local_port = 40020});
  ExpectExactAfterFill({.address = kSource});
  EXPECT_EQ(filled_count_, 36);
}

TEST_F(BindCapacity, IsSharedByMappedAndPlainIpv4) {
  BindInside({.address = kSource, .is_mapped = true}, 15);
  ExpectExactAfterFill({.address = kSource});
  EXPECT_EQ(filled_count_, 25);
}

TEST_F(BindCapacity, OfIpv6IsItsOwn) {
  BindInside({.address = kSource}, 15);
  BindInside({.address = "0.0.0.0"}, 2);
  BindInside({.address = kSourceV6}, 3);
  ExpectExactAfterFill({.address = kSourceV6});
  EXPECT_EQ(filled_count_, 37);
}

TEST_F(BindCapacity, OfBothFamiliesIsUsedUpByADualWildcard) {
  BindInside({.address = "::"}, 4);
  BindInside({.address = "::", .is_v6_only = true}, 5);
  BindInside({.address = kSource});
  BindInside({.address = kSourceV6});
  // Those of a v6-only wildcard are not in IPv4's way, and may have the port of kSource.
  const NetnsSample sample = SampleOnce(*netns_);
  EXPECT_EQ(FindBySource(sample, PoolKind::kBind, kSource).in_use, 5);
  EXPECT_EQ(FindBySource(sample, PoolKind::kBind, kSourceV6).in_use, 10);
  ExpectExactAfterFill({.address = kSource});
  ExpectExactAfterFill({.address = kSourceV6});
}

TEST_F(BindCapacity, OfADualWildcardIsUsedUpByEverything) {
  BindInside({.address = kSource, .local_port = 40001});
  BindInside({.address = kOther, .local_port = 40002});
  BindInside({.address = kSourceV6, .local_port = 40003});
  BindInside({.address = "::", .local_port = 40004, .is_v6_only = true});
  ExpectExactAfterFill({.address = "::"});
  EXPECT_EQ(filled_count_, 36);
}

TEST_F(BindCapacity, OfSocketsThatShareAnAddressIsNoLarger) {
  // SO_REUSEADDR widens nothing for bind(0) (ip_autobind_reuse = 0).
  BindInside({.address = kSource, .is_reuse_address = true}, 5);
  ExpectExactAfterFill({.address = kSource, .is_reuse_address = true});
  EXPECT_EQ(filled_count_, 35);
}

}  // namespace
}  // namespace berthmaster
