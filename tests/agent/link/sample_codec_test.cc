#include "agent/link/sample_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "berthmaster/v1/agent.pb.h"

namespace berthmaster {
namespace {

using ::testing::HasSubstr;

HostSample LargeSample() {
  HostSample sample;
  sample.sequence = 4;
  sample.sample_time = absl::FromUnixSeconds(1767225600);
  NetnsSample netns;
  netns.cookie = 7;
  netns.inode = 4026532001;
  netns.pools.resize(200);
  sample.namespaces.push_back(netns);
  return sample;
}

TEST(EncodeSample, KeepsWhatFits) {
  v1::Sample proto;
  ASSERT_TRUE(proto.ParseFromString(EncodeSample("web-1", LargeSample(), 1 << 20)));

  EXPECT_EQ(proto.sequence(), 4);
  EXPECT_EQ(proto.namespaces(0).pools_size(), 200);
  EXPECT_EQ(proto.limitations_size(), 0);
}

TEST(EncodeSample, LeavesPoolsOutOfWhatDoesNotFitAndSaysSo) {
  v1::Sample proto;
  ASSERT_TRUE(proto.ParseFromString(EncodeSample("web-1", LargeSample(), 500)));

  EXPECT_EQ(proto.sequence(), 4);
  ASSERT_EQ(proto.namespaces_size(), 1);
  EXPECT_EQ(proto.namespaces(0).pools_size(), 0);
  EXPECT_THAT(proto.limitations(0), HasSubstr("restrict it with --netns"));
}

TEST(EncodeSample, PutsInOrderAndRoundsIntervals) {
  HostSample sample;
  sample.namespaces.resize(2);
  sample.namespaces[0].cookie = 9;
  sample.namespaces[0].sample_interval = absl::Microseconds(1000499);
  sample.namespaces[1].cookie = 4;
  sample.namespaces[1].sample_interval = absl::Microseconds(999500);
  v1::Sample proto;
  ASSERT_TRUE(proto.ParseFromString(EncodeSample("web-1", sample, 1 << 20)));

  ASSERT_EQ(proto.namespaces_size(), 2);
  EXPECT_EQ(proto.namespaces(0).netns().name(), "hosts/web-1/netns/4");
  for (const v1::NetnsSample& netns : proto.namespaces()) {
    EXPECT_EQ(netns.netns().sample_interval().seconds(), 1);
    EXPECT_EQ(netns.netns().sample_interval().nanos(), 0);
  }
}

}  // namespace
}  // namespace berthmaster
