#include <errno.h>
#include <sys/socket.h>

#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tests/kernel/bound_sockets.h"
#include "tests/kernel/capacity_fixture.h"
#include "tests/kernel/sampling.h"

namespace berthmaster {
namespace {

// What the agent calls a finding is what the kernel does.
class Findings : public CapacityTest {
 protected:
  static bool Has(const NetnsSample& sample, FindingKind kind, absl::string_view address,
                  uint16_t port_number) {
    for (const NetnsFinding& finding : sample.findings) {
      if (finding.kind == kind && finding.address == IpAddress::Parse(address).value() &&
          finding.port == port_number) {
        return true;
      }
    }
    return false;
  }
  int BindError(const BindOptions& options) {
    int error_number = 0;
    netns_->RunInside([&] { error_number = Bind(options).error_number; });
    return error_number;
  }
};

TEST_F(Findings, ADeadServiceInTheRangeIsDialledByItsOwnClient) {
  SetRange("40000 40001");
  ConnectResult self;
  // Nobody listens there. connect() sooner or later takes that very port.
  netns_->RunInside([&] {
    for (int tries = 0; tries < 100; ++tries) {
      self = Connect({.source = kSource, .destination = kSource, .destination_port = 40000});
      if (self.error_number == 0) return;
    }
  });
  ASSERT_EQ(self.error_number, 0);

  const NetnsSample sample = SampleOnce(*netns_);
  EXPECT_TRUE(Has(sample, FindingKind::kSelfConnect, kSource, 40000));
  // It is one port that connect() took, and takes a place as any other.
  const PoolSample pool = FindPool(sample, kSource, kSource, 40000);
  EXPECT_EQ(pool.in_use, 1);
  EXPECT_EQ(pool.blocked, 0);
  // And the service cannot come back.
  EXPECT_EQ(BindError({.address = kSource, .local_port = 40000, .is_reuse_address = true}),
            EADDRINUSE);
}

TEST_F(Findings, AListenersTimeWaitKeepsItFromComingBack) {
  Listen(kDestination, kPort, ServerMode::kClosesFirst);
  // Sockets enough that the namespace is dumped at every sample.
  Listen(kOther, kPort + 1);
  const FillResult busy =
      FillInside({.source = kSource, .destination = kOther, .destination_port = kPort + 1}, 5);
  NetnsView view(*netns_);
  EXPECT_TRUE(view.Sample().findings.empty());
  netns_->RunInside([&] {
    ConnectResult client =
        Connect({.source = kSource, .destination = kDestination, .destination_port = kPort});
    char byte;
    EXPECT_EQ(recv(client.fd.get(), &byte, 1, 0), 0);
  });
  ASSERT_EQ(SampleWith(1).time_wait, 1);
  servers_.erase(servers_.begin());
  ASSERT_EQ(BindError({.address = kDestination, .local_port = kPort}), EADDRINUSE);

  EXPECT_TRUE(Has(view.Sample(), FindingKind::kRestartBlocked, kDestination, kPort));
}

}  // namespace
}  // namespace berthmaster
