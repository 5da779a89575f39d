#include "common/forecast/forecast.h"

#include <poll.h>

#include <cmath>
#include <memory>
#include <optional>

#include "common/forecast/reuse.h"
#include "gtest/gtest.h"
#include "tests/kernel/netns_fixture.h"
#include "tests/kernel/sampling.h"
#include "tests/kernel/test_sockets.h"

namespace berthmaster {
namespace {

constexpr char kSource[] = "10.9.0.1";
constexpr char kDestination[] = "10.9.0.2";
constexpr uint16_t kPort = 8080;

TEST(PoolForecast, OfASteadyLoadIsRightFromTenSecondsOn) {
  if (!CanMakeNetns()) GTEST_SKIP() << kNeedsRoot;
  auto netns = ScopedNetns::Make().value();
  ASSERT_TRUE(netns->AddAddress(kSource).ok());
  ASSERT_TRUE(netns->AddAddress(kDestination).ok());
  ASSERT_TRUE(netns->SetSysctl("net.ipv4.ip_local_port_range", "40000 40399").ok());
  auto server = TestServer::Make(*netns, kDestination, kPort, ServerMode::kClosesSecond).value();
  NetnsView view(*netns);
  const LinuxClock clock;
  const absl::Duration start = clock.MonotonicNow();
  ShortConnections load(
      *netns, {.source = kSource, .destination = kDestination, .destination_port = kPort}, 20);

  // What each sample said of the moment of exhaustion, since the start.
  std::vector<absl::Duration> moments;
  for (int second = 1; second < 30 && load.exhausted_count() == 0; ++second) {
    const absl::Duration wait = start + absl::Seconds(second) - clock.MonotonicNow();
    poll(nullptr, 0, static_cast<int>(absl::ToInt64Milliseconds(wait)));
    const NetnsSample sample = view.Sample();
    const absl::Duration now = clock.MonotonicNow() - start;
    const PoolSample pool = FindPool(sample, kSource, kDestination, kPort);
    const Forecast forecast = MakeForecast(pool, ReuseDelay(sample.sysctls, pool.key));
    if (now < absl::Seconds(10)) continue;
    ASSERT_TRUE(forecast.time_to_exhaustion.has_value()) << "at " << now;
    moments.push_back(now + *forecast.time_to_exhaustion);
  }

  const double actual = absl::ToDoubleSeconds(load.first_exhausted());
  ASSERT_NEAR(actual, 20, 1) << "the load was not what the test meant it to be";
  ASSERT_GE(moments.size(), 8u);
  for (absl::Duration moment : moments) {
    EXPECT_NEAR(absl::ToDoubleSeconds(moment), actual, 0.05 * actual);
  }
}

}  // namespace
}  // namespace berthmaster
