#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <vector>

#include "gtest/gtest.h"
#include "tests/kernel/bound_sockets.h"
#include "tests/kernel/capacity_fixture.h"
#include "tests/kernel/netns_fixture.h"
#include "tests/kernel/sampling.h"
#include "tests/kernel/test_sockets.h"

namespace berthmaster {
namespace {

// Connect pools, driven until the kernel says EADDRNOTAVAIL.
class PoolCapacity : public CapacityTest {
 protected:
  // A connection whose client called bind() before connect(). Call it inside.
  static ConnectResult ConnectFrom(uint16_t local_port, uint16_t destination_port) {
    ConnectResult result;
    result.fd = UniqueFd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(local_port);
    address.sin_addr.s_addr = htonl(0x0a090001);
    const int one = 1;
    setsockopt(result.fd.get(), SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (bind(result.fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
      result.error_number = errno;
      return result;
    }
    address.sin_port = htons(destination_port);
    address.sin_addr.s_addr = htonl(0x0a090002);
    if (connect(result.fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
      result.error_number = errno;
    }
    return result;
  }
  // The sample's one connect pool; in_use is -1 when there is not one.
  static PoolSample OnlyConnectPool(const NetnsSample& sample) {
    PoolSample only;
    only.in_use = -1;
    int count = 0;
    for (const PoolSample& pool : sample.pools) {
      if (pool.kind == PoolKind::kConnect && ++count == 1) only = pool;
    }
    EXPECT_EQ(count, 1);
    return only;
  }
  // The pool after the fill is full to the last port, and as large as the kernel's.
  void ExpectExact(const FillResult& fill, const PoolSample& pool) {
    EXPECT_EQ(fill.error_number, EADDRNOTAVAIL);
    EXPECT_EQ(pool.in_use, static_cast<int>(fill.fds.size()));
    EXPECT_EQ(pool.capacity, static_cast<int>(fill.fds.size()));
    EXPECT_EQ(pool.headroom(), 0);
  }
};

TEST_F(PoolCapacity, IsTheRangeWhenNothingElseIsThere) {
  Listen(kDestination, kPort);

  FillResult fill =
      FillInside({.source = kSource, .destination = kDestination, .destination_port = kPort});

  PoolSample pool = FindPool(SampleOnce(*netns_), kSource, kDestination, kPort);
  ExpectExact(fill, pool);
  EXPECT_EQ(pool.capacity, 40);
  EXPECT_EQ(pool.states[TcpState::kEstablished], 40);
}

TEST_F(PoolCapacity, LeavesOutReservedPorts) {
  Listen(kDestination, kPort);
  ASSERT_TRUE(
      netns_->SetSysctl("net.ipv4.ip_local_reserved_ports", "40003-40005,40010,50000").ok());

  FillResult fill =
      FillInside({.source = kSource, .destination = kDestination, .destination_port = kPort});

  PoolSample pool = FindPool(SampleOnce(*netns_), kSource, kDestination, kPort);
  ExpectExact(fill, pool);
  EXPECT_EQ(pool.capacity, 36);
  EXPECT_EQ(pool.blocked, 0);
}

TEST_F(PoolCapacity, LeavesOutAListenerOnAnotherAddress) {
  Listen(kDestination, kPort);
  Listen(kOther, 40010);

  FillResult fill =
      FillInside({.source = kSource, .destination = kDestination, .destination_port = kPort});

  NetnsSample sample = SampleOnce(*netns_);
  PoolSample pool = FindPool(sample, kSource, kDestination, kPort);
  ExpectExact(fill, pool);
  EXPECT_EQ(pool.capacity, 39);
  EXPECT_EQ(pool.blocked, 1);
  EXPECT_EQ(sample.listening_ports_in_range, std::vector<int32_t>{40010});
}

TEST_F(PoolCapacity, LeavesOutAnIpv6OnlyListener) {
  Listen(kDestination, kPort);
  Listen("::1", 40010);

  FillResult fill =
      FillInside({.source = kSource, .destination = kDestination, .destination_port = kPort});

  PoolSample pool = FindPool(SampleOnce(*netns_), kSource, kDestination, kPort);
  ExpectExact(fill, pool);
  EXPECT_EQ(pool.capacity, 39);
}

TEST_F(PoolCapacity, CountsAReservedListenersPortOnce) {
  Listen(kDestination, kPort);
  Listen(kOther, 40010);
  ASSERT_TRUE(netns_->SetSysctl("net.ipv4.ip_local_reserved_ports", "40010").ok());

  FillResult fill =
      FillInside({.source = kSource, .destination = kDestination, .destination_port = kPort});

  ExpectExact(fill, FindPool(SampleOnce(*netns_), kSource, kDestination, kPort));
}

TEST_F(PoolCapacity, LeavesOutAPortThatIsOnlyBound) {
  Listen(kDestination, kPort);
  UniqueFd bound;
  netns_->RunInside([&] {
    bound = UniqueFd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(40020);
    address.sin_addr.s_addr = htonl(0x0a090003);
    ASSERT_EQ(bind(bound.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  });

  FillResult fill =
      FillInside({.source = kSource, .destination = kDestination, .destination_port = kPort});

  PoolSample pool = FindPool(SampleOnce(*netns_), kSource, kDestination, kPort);
  ExpectExact(fill, pool);
  EXPECT_EQ(pool.capacity, 39);
}

TEST_F(PoolCapacity, LeavesOutAcceptedConnectionsOfAListenerThatIsGone) {
  Listen(kDestination, kPort);
  auto in_range = TestServer::Make(*netns_, kOther, 40010, ServerMode::kClosesSecond).value();
  NetnsView view(*netns_);
  FillResult inbound;
  netns_->RunInside([&] {
    inbound = Fill({.source = kSource, .destination = kOther, .destination_port = 40010}, 3);
  });
  while (in_range->accepted_count() < 3) std::this_thread::yield();
  view.Sample();
  in_range->StopListening();

  FillResult fill =
      FillInside({.source = kSource, .destination = kDestination, .destination_port = kPort});

  NetnsSample sample = view.Sample();
  PoolSample pool = FindPool(sample, kSource, kDestination, kPort);
  ExpectExact(fill, pool);
  EXPECT_EQ(pool.capacity, 39);
  // The accepted ends belong to no pool; the connecting ends do.
  EXPECT_EQ(FindPool(sample, kOther, kSource, kPort).in_use, -1);
  EXPECT_EQ(FindPool(sample, kSource, kOther, 40010).in_use, 3);
}

TEST_F(PoolCapacity, OfAnOddRangeIsWhatIsGuaranteed) {
  SetRange("40000 40040");
  Listen(kDestination, kPort);

  FillResult fill =
      FillInside({.source = kSource, .destination = kDestination, .destination_port = kPort});

  PoolSample pool = FindPool(SampleOnce(*netns_), kSource, kDestination, kPort);
  EXPECT_EQ(pool.capacity, 40);
  EXPECT_EQ(pool.in_use, static_cast<int>(fill.fds.size()));
  // 40 or 41, by where the kernel's search began.
  EXPECT_GE(fill.fds.size(), 40u);
  EXPECT_LE(fill.fds.size(), 41u);
}

TEST_F(PoolCapacity, OfOnePortIsOne) {
  SetRange("40000 40000");
  Listen(kDestination, kPort);

  FillResult fill =
      FillInside({.source = kSource, .destination = kDestination, .destination_port = kPort});

  ExpectExact(fill, FindPool(SampleOnce(*netns_), kSource, kDestination, kPort));
}

TEST_F(PoolCapacity, IsSharedByMappedAndPlainIpv4) {
  Listen(kDestination, kPort);
  ConnectOptions options = {
      .source = kSource, .destination = kDestination, .destination_port = kPort};
  FillResult plain;
  netns_->RunInside([&] { plain = Fill(options, 25); });
  options.is_mapped = true;

  FillResult mapped = FillInside(options);

  PoolSample pool = FindPool(SampleOnce(*netns_), kSource, kDestination, kPort);
  EXPECT_EQ(mapped.error_number, EADDRNOTAVAIL);
  EXPECT_EQ(mapped.fds.size(), 15u);
  EXPECT_EQ(pool.in_use, 40);
  EXPECT_EQ(pool.capacity, 40);
}

TEST_F(PoolCapacity, IsEachDestinationsOwn) {
  Listen(kDestination, kPort);
  Listen(kDestination, kPort + 1);
  FillResult full =
      FillInside({.source = kSource, .destination = kDestination, .destination_port = kPort});

  FillResult other;
  netns_->RunInside([&] {
    other =
        Fill({.source = kSource, .destination = kDestination, .destination_port = kPort + 1}, 10);
  });

  NetnsSample sample = SampleOnce(*netns_);
  EXPECT_EQ(other.error_number, 0);
  EXPECT_EQ(FindPool(sample, kSource, kDestination, kPort).headroom(), 0);
  EXPECT_EQ(FindPool(sample, kSource, kDestination, kPort + 1).headroom(), 30);
}

TEST_F(PoolCapacity, IsEachSourcesOwn) {
  Listen(kDestination, kPort);
  FillResult first =
      FillInside({.source = kSource, .destination = kDestination, .destination_port = kPort});
  FillResult second =
      FillInside({.source = kOther, .destination = kDestination, .destination_port = kPort});

  NetnsSample sample = SampleOnce(*netns_);
  ExpectExact(first, FindPool(sample, kSource, kDestination, kPort));
  ExpectExact(second, FindPool(sample, kOther, kDestination, kPort));
}

TEST_F(PoolCapacity, OfIpv6IsTheSame) {
  Listen(kDestinationV6, kPort);

  FillResult fill =
      FillInside({.source = kSourceV6, .destination = kDestinationV6, .destination_port = kPort});

  ExpectExact(fill, FindPool(SampleOnce(*netns_), kSourceV6, kDestinationV6, kPort));
}

TEST_F(PoolCapacity, IsUsedUpByTimeWaitOfThisSide) {
  Listen(kDestination, kPort);
  ConnectOptions options = {
      .source = kSource, .destination = kDestination, .destination_port = kPort};
  int closed_count = 0;
  int error_number = 0;
  netns_->RunInside([&] {
    closed_count = OpenAndClose(options, kManyConnections);
    error_number = Connect(options).error_number;
  });

  // They are in FIN_WAIT_2 until the server has closed too.
  NetnsSample sample = SampleWith(40);
  PoolSample pool = FindPool(sample, kSource, kDestination, kPort);
  EXPECT_EQ(error_number, EADDRNOTAVAIL);
  EXPECT_EQ(closed_count, 40);
  EXPECT_EQ(pool.capacity, 40);
  EXPECT_EQ(pool.in_use, 40);
  EXPECT_EQ(pool.states[TcpState::kTimeWait], 40);
  EXPECT_EQ(pool.reusable, 0);
  EXPECT_EQ(FindTable(sample).in_use, 40);
  EXPECT_EQ(sample.time_wait, 40);
}

TEST_F(PoolCapacity, IsNotUsedUpByTimeWaitOfTheOtherSide) {
  Listen(kDestination, kPort, ServerMode::kClosesFirst);
  int ok_count = 0;
  netns_->RunInside([&] {
    for (int number = 0; number < 100; ++number) {
      ConnectResult result =
          Connect({.source = kSource, .destination = kDestination, .destination_port = kPort});
      if (result.error_number != 0) break;
      ++ok_count;
      char byte;
      // The end of the stream: the server has closed.
      EXPECT_EQ(recv(result.fd.get(), &byte, 1, 0), 0);
    }
  });

  NetnsSample sample = SampleWith(10);
  EXPECT_EQ(ok_count, 100);
  // At most the last one, if it is still being closed.
  EXPECT_LE(FindPool(sample, kSource, kDestination, kPort).in_use, 1);
  // Fewer than 100 are left, since the client's ports are free at once and a SYN that comes from
  // the same one takes the server's TIME_WAIT over.
  EXPECT_GE(FindTable(sample).in_use, 10);
  EXPECT_EQ(FindTable(sample).in_use, sample.time_wait);
}

TEST_F(PoolCapacity, OfAServerIsUntouchedByTwentyThousandTimeWait) {
  SetRange("32768 60999");
  const std::vector<uint16_t> listen_ports = {8080, 8081};
  for (uint16_t listen_port : listen_ports) {
    Listen(kDestination, listen_port, ServerMode::kClosesFirst);
  }
  // One client for each port of a part of the range, so that each leaves its own TIME_WAIT.
  netns_->RunInside([&] {
    for (uint16_t listen_port : listen_ports) {
      for (int number = 0; number < 10000; ++number) {
        ConnectResult result = ConnectFrom(static_cast<uint16_t>(40000 + number), listen_port);
        ASSERT_EQ(result.error_number, 0);
        char byte;
        ASSERT_EQ(recv(result.fd.get(), &byte, 1, 0), 0);
      }
    }
  });

  NetnsSample sample = SampleWith(19900);

  // A few of 20,000 may still be on their way into TIME_WAIT.
  EXPECT_GE(FindTable(sample).in_use, 19900);
  EXPECT_EQ(FindTable(sample).in_use, sample.time_wait);
  // Nor is the server's end of any connection in a connect pool.
  for (const PoolSample& pool : sample.pools) {
    EXPECT_NE(pool.key.source.ToString(), kDestination);
    EXPECT_TRUE(pool.kind == PoolKind::kTimeWaitTable || pool.in_use < 100);
  }
}

TEST_F(PoolCapacity, CountsCloseWait) {
  Listen(kDestination, kPort, ServerMode::kClosesFirst);

  FillResult fill =
      FillInside({.source = kSource, .destination = kDestination, .destination_port = kPort});
  netns_->RunInside([&] {
    char byte;
    for (const UniqueFd& fd : fill.fds) EXPECT_EQ(recv(fd.get(), &byte, 1, 0), 0);
  });

  PoolSample pool = FindPool(SampleOnce(*netns_), kSource, kDestination, kPort);
  ExpectExact(fill, pool);
  EXPECT_EQ(pool.states[TcpState::kCloseWait], 40);
}

TEST_F(PoolCapacity, CountsSynSent) {
  Listen(kDestination, kPort, ServerMode::kAcceptsNothing);

  FillResult fill = FillInside({.source = kSource,
                                .destination = kDestination,
                                .destination_port = kPort,
                                .is_nonblocking = true});

  PoolSample pool = FindPool(SampleOnce(*netns_), kSource, kDestination, kPort);
  ExpectExact(fill, pool);
  // A backlog of 0 takes one connection; all others wait for it in vain.
  EXPECT_EQ(pool.states[TcpState::kSynSent], 39);
}

TEST_F(PoolCapacity, IsTheNamespacesForSocketsWithARangeOfTheirOwn) {
  Listen(kDestination, kPort);
  const ConnectOptions options = {
      .source = "", .destination = kDestination, .destination_port = kPort};
  FillResult own = Inside([&] { return FillWithinRange(options, 40005, 40014, kManyConnections); });
  if (own.error_number == ENOPROTOOPT) GTEST_SKIP() << "IP_LOCAL_PORT_RANGE needs Linux 6.3";
  EXPECT_EQ(own.error_number, EADDRNOTAVAIL);
  EXPECT_EQ(own.fds.size(), 10u);

  const NetnsSample sample = SampleOnce(*netns_);
  const PoolSample before = OnlyConnectPool(sample);
  EXPECT_EQ(before.in_use, 10);
  EXPECT_EQ(before.headroom(), 30);
  // Such a socket knows no parity.
  EXPECT_EQ(before.wrong_parity_share, 0.5);
  FillResult rest = FillInside(options);
  EXPECT_EQ(rest.error_number, EADDRNOTAVAIL);
  EXPECT_EQ(rest.fds.size(), 30u);
  EXPECT_EQ(OnlyConnectPool(SampleOnce(*netns_)).headroom(), 0);
}

TEST_F(PoolCapacity, ShowsHowFarPastTheKneeItIs) {
  Listen(kDestination, kPort);
  const ConnectOptions options = {
      .source = kSource, .destination = kDestination, .destination_port = kPort};
  FillResult first = FillInside(options, 20);
  EXPECT_EQ(FindPool(SampleOnce(*netns_), kSource, kDestination, kPort).wrong_parity_share, 0);
  FillResult rest = FillInside(options);
  EXPECT_EQ(FindPool(SampleOnce(*netns_), kSource, kDestination, kPort).wrong_parity_share, 0.5);
}

}  // namespace
}  // namespace berthmaster
