#include "common/net/port_range.h"

#include <gtest/gtest.h>

#include "absl/status/status.h"

namespace berthmaster {
namespace {

TEST(ParsePortRange, TakesWhatTheKernelPrints) {
  auto range = ParsePortRange("32768\t60999\n");

  ASSERT_TRUE(range.ok());
  EXPECT_EQ(range->low, 32768);
  EXPECT_EQ(range->high, 60999);
  EXPECT_EQ(range->size(), 28232);
  EXPECT_EQ(range->ToSysctl(), "32768\t60999");
  EXPECT_EQ(*ParsePortRange("32768 60999"), *range);
}

TEST(ParsePortRange, RefusesTheRest) {
  for (const char* text : {"", "1024", "60999 32768", "1024 65536", "1024 2048 4096", "a b", "-1 5",
                           "+1024 2048", "1024,2048", "1024 99999999999"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParsePortRange(text).status())) << text;
  }
}

TEST(PortRange, ContainsItsEnds) {
  PortRange range{40000, 40399};

  EXPECT_TRUE(range.Contains(40000));
  EXPECT_TRUE(range.Contains(40399));
  EXPECT_FALSE(range.Contains(39999));
  EXPECT_FALSE(range.Contains(40400));
  EXPECT_EQ((PortRange{0, 65535}).size(), 65536);
}

TEST(PortSet, PrintsRunsAsTheKernelDoes) {
  PortSet ports;
  EXPECT_TRUE(ports.empty());
  EXPECT_EQ(ports.ToSysctl(), "");
  for (int port : {443, 80, 8001, 8000, 8002, 65535, 0}) ports.Add(port);

  EXPECT_EQ(ports.ToSysctl(), "0,80,443,8000-8002,65535");
  EXPECT_EQ(*ParsePortSet(ports.ToSysctl()), ports);
  EXPECT_EQ(ports.CountIn({443, 8001}), 3);
}

TEST(ParsePortSet, TakesListsRangesAndNothing) {
  EXPECT_TRUE(ParsePortSet("\n")->empty());
  EXPECT_EQ(ParsePortSet("30000-32767")->CountIn({0, 65535}), 2768);
  EXPECT_EQ(ParsePortSet("80,80-81\n")->ToSysctl(), "80-81");
  EXPECT_EQ(ParsePortSet("65535-65535")->ToSysctl(), "65535");
}

TEST(ParsePortSet, RefusesTheRest) {
  for (const char* text : {"x", "80-", "-80", "81-80", "1-2-3", "65536", "+80", "80 81"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParsePortSet(text).status())) << text;
  }
}

}  // namespace
}  // namespace berthmaster
