#include "common/net/ip_address.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/hash/hash.h"
#include "absl/status/status.h"

namespace berthmaster {
namespace {

TEST(IpAddress, ParsesAndPrintsBothFamilies) {
  EXPECT_EQ(IpAddress::Parse("10.9.0.1")->ToString(), "10.9.0.1");
  EXPECT_EQ(IpAddress::Parse("2001:DB8:0:0::1")->ToString(), "2001:db8::1");
  EXPECT_EQ(IpAddress::Parse("::")->ToString(), "::");
  EXPECT_EQ(IpAddress::Parse("10.9.0.1")->size(), 4);
  EXPECT_EQ(IpAddress::Parse("::1")->size(), 16);
}

TEST(IpAddress, RefusesWhatIsNoAddress) {
  for (const std::string& text :
       {std::string(), std::string("10.9.0"), std::string("10.9.0.256"), std::string("fe80::1%lo"),
        std::string("localhost"), std::string(" 10.9.0.1"), std::string("10.9.0.1\0x", 10)}) {
    EXPECT_TRUE(absl::IsInvalidArgument(IpAddress::Parse(text).status())) << text;
  }
}

TEST(IpAddress, TakesAMappedAddressForTheIpv4One) {
  EXPECT_EQ(*IpAddress::Parse("::ffff:10.9.0.1"), *IpAddress::Parse("10.9.0.1"));
  const uint8_t mapped[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1};
  EXPECT_TRUE(IpAddress::V6(mapped).is_v4());
  EXPECT_TRUE(IpAddress::V6(mapped).is_loopback());
}

TEST(IpAddress, KnowsLoopbackAsTheKernelDoes) {
  EXPECT_TRUE(IpAddress::Parse("127.255.0.3")->is_loopback());
  EXPECT_TRUE(IpAddress::Parse("::1")->is_loopback());
  EXPECT_FALSE(IpAddress::Parse("128.0.0.1")->is_loopback());
  EXPECT_FALSE(IpAddress::Parse("::2")->is_loopback());
}

TEST(IpAddress, KnowsTheUnspecifiedOne) {
  EXPECT_TRUE(IpAddress().is_unspecified());
  EXPECT_EQ(IpAddress().ToString(), "0.0.0.0");
  EXPECT_TRUE(IpAddress::Parse("::")->is_unspecified());
  EXPECT_FALSE(IpAddress::Parse("0.0.0.1")->is_unspecified());
  EXPECT_NE(IpAddress(), *IpAddress::Parse("::"));
}

TEST(IpAddress, HashesAsItCompares) {
  absl::Hash<IpAddress> hash;

  EXPECT_EQ(hash(*IpAddress::Parse("10.9.0.1")), hash(*IpAddress::Parse("::ffff:10.9.0.1")));
  EXPECT_NE(hash(*IpAddress::Parse("10.9.0.1")), hash(*IpAddress::Parse("a09:1::")));
  EXPECT_NE(hash(IpAddress()), hash(*IpAddress::Parse("::")));
}

}  // namespace
}  // namespace berthmaster
