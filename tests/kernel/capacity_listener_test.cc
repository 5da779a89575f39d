#include <errno.h>
#include <sys/socket.h>

#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tests/kernel/bound_sockets.h"
#include "tests/kernel/capacity_fixture.h"
#include "tests/kernel/sampling.h"

namespace berthmaster {
namespace {

constexpr char kOverflows[] = "TcpExt.ListenOverflows";

// Listener pools, driven until the kernel refuses a handshake for want of room.
class ListenerCapacity : public CapacityTest {
 protected:
  // Listens and never accepts.
  void ListenWith(int backlog, const std::string& address = kDestination) {
    netns_->RunInside([&] {
      ConnectResult bound = Bind({.address = address, .local_port = kPort});
      ASSERT_EQ(bound.error_number, 0);
      ASSERT_EQ(listen(bound.fd.get(), backlog), 0);
      kept_.push_back(std::move(bound.fd));
    });
  }
  void Dial(int count, const char* source = kSource) {
    Keep(FillInside({.source = source,
                     .destination = kDestination,
                     .destination_port = kPort,
                     .is_nonblocking = true},
                    count),
         kept_);
  }
  std::vector<UniqueFd> kept_;
};

TEST_F(ListenerCapacity, IsTheBacklogPlusOne) {
  for (int backlog : {0, 1, 5}) {
    kept_.clear();
    ListenWith(backlog);
    Dial(backlog + 1);

    const NetnsSample full = SampleWhen([&](const NetnsSample& sample) {
      return FindListener(sample, kDestination, kPort).in_use == backlog + 1;
    });
    const PoolSample pool = FindListener(full, kDestination, kPort);
    EXPECT_EQ(pool.capacity, backlog + 1);
    EXPECT_EQ(pool.in_use, backlog + 1);
    EXPECT_EQ(pool.headroom(), 0);
    // One more handshake does not end: it stays in SYN_SENT.
    Dial(1);
    const NetnsSample after = SampleOnce(*netns_);
    EXPECT_EQ(FindListener(after, kDestination, kPort).in_use, backlog + 1);
    EXPECT_EQ(FindPool(after, kSource, kDestination, kPort).states[TcpState::kSynSent], 1);
  }
}

TEST_F(ListenerCapacity, ShowsTheOverflowsOfAFullQueue) {
  ListenWith(2);
  NetnsView view(*netns_);
  Dial(3);
  view.Sample();
  Dial(4);
  const LinuxClock clock;
  const absl::Duration end = clock.MonotonicNow() + absl::Seconds(15);
  int64_t overflows = 0;
  // The files of a namespace are read every 10 s at least.
  while (overflows < 4 && clock.MonotonicNow() < end) {
    const NetnsSample sample = view.Sample();
    auto found = sample.counters.find(kOverflows);
    if (found != sample.counters.end()) overflows += found->second;
  }
  EXPECT_GE(overflows, 4);
}

TEST_F(ListenerCapacity, OfTheWildcardIsNamedByIt) {
  ListenWith(3, "::");
  Dial(2);
  const NetnsSample sample = SampleWhen(
      [&](const NetnsSample& one) { return FindListener(one, "::", kPort).in_use == 2; });
  EXPECT_EQ(FindListener(sample, "::", kPort).in_use, 2);
  EXPECT_EQ(FindListener(sample, "::", kPort).capacity, 4);
}

}  // namespace
}  // namespace berthmaster
