#include "common/forecast/reuse.h"

#include <errno.h>

#include <memory>

#include "common/forecast/forecast.h"
#include "gtest/gtest.h"
#include "tests/kernel/netns_fixture.h"
#include "tests/kernel/sampling.h"
#include "tests/kernel/test_sockets.h"

namespace berthmaster {
namespace {

constexpr char kOwnAddress[] = "10.9.0.1";
constexpr char kLoopback[] = "127.0.0.1";
constexpr uint16_t kPort = 8080;

// Fills a pool of 40 ports with TIME_WAIT and looks at what may be taken over.
class PoolReuse : public testing::Test {
 protected:
  void SetUp() override {
    if (!CanMakeNetns()) GTEST_SKIP() << kNeedsRoot;
    netns_ = ScopedNetns::Make().value();
    ASSERT_TRUE(netns_->AddAddress(kOwnAddress).ok());
    ASSERT_TRUE(netns_->SetSysctl("net.ipv4.ip_local_port_range", "40000 40039").ok());
    // A FIN that is sent twice is acknowledged twice, and the reset that answers the second would
    // end TIME_WAIT (RFC 1337).
    ASSERT_TRUE(netns_->SetSysctl("net.ipv4.tcp_rfc1337", "1").ok());
    view_ = std::make_unique<NetnsView>(*netns_);
  }
  void FillWithTimeWait(const char* address) {
    options_ = {.source = address, .destination = address, .destination_port = kPort};
    server_ = TestServer::Make(*netns_, address, kPort, ServerMode::kClosesSecond).value();
    netns_->RunInside([&] { EXPECT_EQ(OpenAndClose(options_, 40), 40); });
  }
  PoolSample Pool() {
    return FindPool(view_->Sample(), options_.source, options_.destination, kPort);
  }
  // Samples until some TIME_WAIT is reusable; the last one taken when 5 s have passed.
  PoolSample PoolOnceReusable() {
    const LinuxClock clock;
    const absl::Duration end = clock.MonotonicNow() + absl::Seconds(5);
    PoolSample pool = Pool();
    while (pool.reusable < 40 && clock.MonotonicNow() < end) pool = Pool();
    return pool;
  }
  int ConnectInside() {
    int error_number = 0;
    netns_->RunInside([&] { error_number = Connect(options_).error_number; });
    return error_number;
  }

  std::unique_ptr<ScopedNetns> netns_;
  std::unique_ptr<TestServer> server_;
  std::unique_ptr<NetnsView> view_;
  ConnectOptions options_;
};

TEST_F(PoolReuse, OnLoopbackComesBackAfterASecondByDefault) {
  FillWithTimeWait(kLoopback);
  EXPECT_EQ(Pool().headroom(), 0);
  EXPECT_EQ(ConnectInside(), EADDRNOTAVAIL);

  PoolSample pool = PoolOnceReusable();

  EXPECT_EQ(pool.in_use, 40);
  EXPECT_EQ(pool.reusable, 40);
  EXPECT_EQ(pool.headroom(), 40);
  EXPECT_EQ(pool.utilization(), 0);
  EXPECT_EQ(ConnectInside(), 0);
}

TEST_F(PoolReuse, OfAnOwnAddressOverLoopbackIsNotLoopback) {
  FillWithTimeWait(kOwnAddress);
  const LinuxClock clock;
  const absl::Duration end = clock.MonotonicNow() + absl::Milliseconds(1500);
  PoolSample pool = Pool();

  while (clock.MonotonicNow() < end) pool = Pool();

  EXPECT_EQ(pool.reusable, 0);
  EXPECT_EQ(pool.headroom(), 0);
  EXPECT_EQ(ConnectInside(), EADDRNOTAVAIL);
}

TEST_F(PoolReuse, IsSwitchedOnForTimeWaitThatIsThereAlready) {
  FillWithTimeWait(kOwnAddress);
  EXPECT_EQ(Pool().headroom(), 0);
  ASSERT_TRUE(netns_->SetSysctl("net.ipv4.tcp_tw_reuse", "1").ok());

  PoolSample pool = PoolOnceReusable();

  EXPECT_EQ(pool.headroom(), 40);
  EXPECT_EQ(ConnectInside(), 0);
}

TEST_F(PoolReuse, NeedsTimestamps) {
  ASSERT_TRUE(netns_->SetSysctl("net.ipv4.tcp_timestamps", "0").ok());
  FillWithTimeWait(kLoopback);
  const LinuxClock clock;
  const absl::Duration end = clock.MonotonicNow() + absl::Milliseconds(1500);
  PoolSample pool = Pool();

  while (clock.MonotonicNow() < end) pool = Pool();

  EXPECT_EQ(pool.reusable, 0);
  EXPECT_EQ(ConnectInside(), EADDRNOTAVAIL);
}

}  // namespace
}  // namespace berthmaster
