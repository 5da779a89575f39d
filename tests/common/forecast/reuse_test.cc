#include "common/forecast/reuse.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace berthmaster {
namespace {

using Sysctls = std::map<std::string, std::string>;

PoolKey Key(const char* source, const char* destination) {
  return {*IpAddress::Parse(source), *IpAddress::Parse(destination), 443};
}

const PoolKey kFar = Key("10.0.0.1", "10.0.0.2");

TEST(ReuseDelay, IsTheSysctlOfNewKernels) {
  Sysctls sysctls = {{"net.ipv4.tcp_tw_reuse", "1"},
                     {"net.ipv4.tcp_timestamps", "1"},
                     {"net.ipv4.tcp_tw_reuse_delay", "3000"}};

  EXPECT_EQ(ReuseDelay(sysctls, kFar), absl::Seconds(3));
}

TEST(ReuseDelay, IsOneSecondBeforeThat) {
  Sysctls sysctls = {{"net.ipv4.tcp_tw_reuse", "1"}, {"net.ipv4.tcp_timestamps", "1"}};

  EXPECT_EQ(ReuseDelay(sysctls, kFar), absl::Seconds(1));
}

TEST(ReuseDelay, OfModeTwoIsForLoopbackOnly) {
  Sysctls sysctls = {{"net.ipv4.tcp_tw_reuse", "2"}, {"net.ipv4.tcp_timestamps", "1"}};

  EXPECT_EQ(ReuseDelay(sysctls, kFar), std::nullopt);
  EXPECT_EQ(ReuseDelay(sysctls, Key("127.0.0.1", "127.0.0.1")), absl::Seconds(1));
  EXPECT_EQ(ReuseDelay(sysctls, Key("::1", "::1")), absl::Seconds(1));
  // An own address over lo is not loopback to the kernel.
  EXPECT_EQ(ReuseDelay(sysctls, Key("10.0.0.1", "10.0.0.1")), std::nullopt);
}

TEST(ReuseDelay, NeedsTimestampsAndKnownTunables) {
  EXPECT_EQ(ReuseDelay({{"net.ipv4.tcp_tw_reuse", "1"}, {"net.ipv4.tcp_timestamps", "0"}}, kFar),
            std::nullopt);
  EXPECT_EQ(ReuseDelay({{"net.ipv4.tcp_tw_reuse", "1"}}, kFar), std::nullopt);
  EXPECT_EQ(ReuseDelay({{"net.ipv4.tcp_timestamps", "1"}}, kFar), std::nullopt);
  EXPECT_EQ(ReuseDelay({{"net.ipv4.tcp_tw_reuse", "0"}, {"net.ipv4.tcp_timestamps", "1"}}, kFar),
            std::nullopt);
  EXPECT_EQ(ReuseDelay({{"net.ipv4.tcp_tw_reuse", "one"}, {"net.ipv4.tcp_timestamps", "1"}}, kFar),
            std::nullopt);
}

}  // namespace
}  // namespace berthmaster
