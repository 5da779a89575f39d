#include "controller/api/caller.h"

#include <gtest/gtest.h>

#include <string>

namespace berthmaster {
namespace {

TEST(SourceOfTest, IsTheAddressOfThePeer) {
  EXPECT_EQ(SourceOf("ipv4:127.0.0.1:43210"), "127.0.0.1:43210");
  EXPECT_EQ(SourceOf("ipv6:%5B::1%5D:43210"), "[::1]:43210");
  EXPECT_EQ(SourceOf("ipv6:[2001:db8::1]:5"), "[2001:db8::1]:5");
  EXPECT_EQ(SourceOf("ipv6:%5Bfe80::1%25eth0%5D:5"), "[fe80::1%eth0]:5");
  EXPECT_EQ(SourceOf("unknown"), "web");
  EXPECT_EQ(SourceOf("inproc:0x55"), "web");
  EXPECT_EQ(SourceOf("unix:/run/x"), "unix:/run/x");
  EXPECT_EQ(SourceOf(""), "");
  EXPECT_EQ(SourceOf(std::string(1000, 'x')).size(), 128u);
}

}  // namespace
}  // namespace berthmaster
