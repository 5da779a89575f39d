#include "common/ids/names.h"

#include <gtest/gtest.h>

#include "absl/status/status.h"

namespace berthmaster {
namespace {

TEST(Names, AreThoseOfTheContract) {
  EXPECT_EQ(HostName("web-1"), "hosts/web-1");
  EXPECT_EQ(NetnsName("web-1", 7), "hosts/web-1/netns/7");
  ConnectPoolKey key{*IpAddress::Parse("10.0.0.1"), *IpAddress::Parse("2001:db8::2"), 443};
  EXPECT_EQ(ConnectPoolName("hosts/web-1/netns/7", key),
            "hosts/web-1/netns/7/pools/10.0.0.1-2001:db8::2-443");
  EXPECT_EQ(TimeWaitTableName("hosts/web-1/netns/7"), "hosts/web-1/netns/7/pools/time-wait-table");
  EXPECT_EQ(IncidentName("x"), "incidents/x");
  EXPECT_EQ(RecommendationName("x"), "recommendations/x");
  EXPECT_EQ(RolloutName("x"), "rollouts/x");
}

TEST(Names, ParseBack) {
  EXPECT_EQ(*ParseHostName("hosts/web-1"), "web-1");
  EXPECT_EQ(ParseNetnsName("hosts/web-1/netns/18446744073709551615")->netns_cookie,
            18446744073709551615u);
  EXPECT_EQ(ParseNetnsName("hosts/web-1/netns/7")->host_id, "web-1");
  EXPECT_EQ(*NetnsOfPoolName("hosts/web-1/netns/7/pools/time-wait-table"), "hosts/web-1/netns/7");
}

TEST(Names, RefuseWhatNobodyBuilt) {
  for (const char* name : {"", "hosts", "hosts/", "host/web-1", "hosts/web-1/", "hosts/-x"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseHostName(name).status())) << name;
  }
  for (const char* name : {"hosts/web-1", "hosts/web-1/netns/", "hosts/web-1/netns/x",
                           "hosts/web-1/netns/07", "hosts/web-1/netns/+7", "hosts/web-1/netns/-7",
                           "hosts/web-1/netns/18446744073709551616", "hosts/web-1/netns/7/"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseNetnsName(name).status())) << name;
  }
  for (const char* name :
       {"hosts/web-1/netns/7", "hosts/web-1/netns/7/pools/", "hosts/web-1/netns/x/pools/a",
        "hosts/web-1/netns/7/pool/a", "hosts/web-1/netns/7/pools/a/b"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(NetnsOfPoolName(name).status())) << name;
  }
}

}  // namespace
}  // namespace berthmaster
