#include "controller/model/content_hash.h"

#include <gtest/gtest.h>

namespace berthmaster {
namespace {

Recommendation Widen() {
  Recommendation recommendation;
  recommendation.host_id = "web-1";
  recommendation.netns_cookie = 7;
  recommendation.netns_inode = 4026532001;
  recommendation.changes = {{"net.ipv4.ip_local_port_range", "40000 40399", "32768 60999"}};
  return recommendation;
}

TEST(ContentSha256, BindsToWhatIsWrittenWhere) {
  const std::string hash = ContentSha256(Widen());
  Recommendation other_value = Widen();
  other_value.changes[0].desired_value = "32768 60998";
  Recommendation other_netns = Widen();
  other_netns.netns_cookie = 8;

  EXPECT_EQ(hash.size(), 64u);
  EXPECT_NE(ContentSha256(other_value), hash);
  EXPECT_NE(ContentSha256(other_netns), hash);
}

TEST(ContentSha256, IgnoresTheWordsAroundIt) {
  Recommendation same = Widen();
  same.summary = "another summary";
  same.revision = 9;

  EXPECT_EQ(ContentSha256(same), ContentSha256(Widen()));
}

TEST(ContentSha256, KeepsThePartsApart) {
  Recommendation left = Widen();
  left.changes[0].expected_value = "ab";
  left.changes[0].desired_value = "c";
  Recommendation right = Widen();
  right.changes[0].expected_value = "a";
  right.changes[0].desired_value = "bc";

  EXPECT_NE(ContentSha256(left), ContentSha256(right));
}

}  // namespace
}  // namespace berthmaster
