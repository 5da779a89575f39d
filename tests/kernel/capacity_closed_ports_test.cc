#include <errno.h>

#include <memory>
#include <utility>
#include <vector>

#include "agent/kernel/bpf/bpf_bind_ownership.h"
#include "gtest/gtest.h"
#include "tests/kernel/bound_sockets.h"
#include "tests/kernel/capacity_fixture.h"
#include "tests/kernel/sampling.h"

namespace berthmaster {
namespace {

// Connect pools beside clients that call bind() first, which only the kernel's own bind buckets
// tell: with the BPF reader the blocked ports are exact.
class ClosedPortsCapacity : public CapacityTest {
 protected:
  void SetUp() override {
    CapacityTest::SetUp();
    if (IsSkipped()) return;
    auto reader = MakeBpfBindOwnershipReader();
    if (!reader.ok()) GTEST_SKIP() << reader.status().message();
    reader_ = *std::move(reader);
    Listen(kDestination, kPort);
    Listen(kDestination, kPort + 1);
  }
  NetnsSample SampleNow() { return NetnsView(*netns_, {.bind_ownership = reader_.get()}).Sample(); }
  // Clients from bind() to kPort.
  std::vector<UniqueFd> BoundClients(int count, const BindOptions& options) {
    std::vector<UniqueFd> fds;
    netns_->RunInside([&] {
      for (int number = 0; number < count; ++number) {
        ConnectResult result = BindAndConnect(options, kDestination, kPort);
        EXPECT_EQ(result.error_number, 0);
        fds.push_back(std::move(result.fd));
      }
    });
    return fds;
  }
  // Fills the pool towards kPort + 1, which the clients do not use, and expects the agent to say
  // what the kernel did.
  void ExpectExactBeside(int closed_count) {
    const ConnectOptions options = {
        .source = kSource, .destination = kDestination, .destination_port = kPort + 1};
    FillResult fill = FillInside(options);
    EXPECT_EQ(fill.error_number, EADDRNOTAVAIL);
    EXPECT_EQ(static_cast<int>(fill.fds.size()), 40 - closed_count);
    const NetnsSample sample = SampleNow();
    const PoolSample pool = FindPool(sample, kSource, kDestination, kPort + 1);
    EXPECT_EQ(pool.blocked, closed_count);
    EXPECT_EQ(pool.capacity, static_cast<int>(fill.fds.size()));
    EXPECT_EQ(pool.in_use, static_cast<int>(fill.fds.size()));
    EXPECT_EQ(pool.early_bind_share, 0);
  }

  std::unique_ptr<BindOwnershipReader> reader_;
};

TEST_F(ClosedPortsCapacity, OfBoundClientsCountAgainstEveryDestination) {
  const std::vector<UniqueFd> clients = BoundClients(8, {.address = kSource});
  ExpectExactBeside(8);
  const PoolSample own = FindPool(SampleNow(), kSource, kDestination, kPort);
  EXPECT_EQ(own.in_use, 0);
  EXPECT_EQ(own.early_bind_share, 1);
}

TEST_F(ClosedPortsCapacity, OfClientsThatShareTheirAddressCountToo) {
  const std::vector<UniqueFd> clients =
      BoundClients(5, {.address = kSource, .is_reuse_address = true});
  ExpectExactBeside(5);
}

TEST_F(ClosedPortsCapacity, OfTheTimeWaitOfBoundClientsCountToo) {
  BoundClients(6, {.address = kSource});
  ASSERT_EQ(SampleWith(6).time_wait, 6);
  ExpectExactBeside(6);
}

TEST_F(ClosedPortsCapacity, OfClientsFromAnotherAddressCountToo) {
  const std::vector<UniqueFd> clients = BoundClients(7, {.address = kOther});
  ExpectExactBeside(7);
}

TEST_F(ClosedPortsCapacity, AreNotThoseThatConnectTook) {
  FillResult others =
      FillInside({.source = kSource, .destination = kDestination, .destination_port = kPort}, 12);
  ExpectExactBeside(0);
  EXPECT_EQ(FindPool(SampleNow(), kSource, kDestination, kPort).in_use, 12);
}

}  // namespace
}  // namespace berthmaster
