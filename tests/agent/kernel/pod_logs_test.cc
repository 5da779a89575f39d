#include "agent/kernel/netns/pod_logs.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/agent/kernel/fake_tree.h"

namespace berthmaster {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kUid[] = "1b5e4f0a-9c3d-4e6f-8a7b-0c1d2e3f4a5b";
constexpr char kOtherUid[] = "2b5e4f0a-9c3d-4e6f-8a7b-0c1d2e3f4a5b";

std::string Pod(const char* name_space, const char* pod, const char* uid) {
  return absl::StrCat(name_space, "_", pod, "_", uid);
}

TEST(PodLogs, KnowsPodsByTheNamesOfDirectories) {
  FakeTree logs;
  logs.AddFile(Pod("shop", "web-7d9c5b", kUid) + "/nginx/0.log", "");
  logs.AddFile(Pod("shop", "web-7d9c5b", kUid) + "/istio-proxy/0.log", "");
  logs.AddDirectory(Pod("kube-system", "etcd-node.1", "0123456789abcdef0123456789abcdef"));
  PodLogs pods({"/no/such/directory", logs.path()});

  pods.Refresh();

  EXPECT_EQ(pods.Find(kUid), (PodName{"shop", "web-7d9c5b"}));
  EXPECT_THAT(pods.FindContainers(kUid), ElementsAre("istio-proxy", "nginx"));
  EXPECT_EQ(pods.Find("0123456789abcdef0123456789abcdef"), (PodName{"kube-system", "etcd-node.1"}));
  EXPECT_THAT(pods.FindContainers("0123456789abcdef0123456789abcdef"), IsEmpty());
  EXPECT_EQ(pods.Find(kOtherUid), std::nullopt);
  EXPECT_THAT(pods.FindContainers(kOtherUid), IsEmpty());
}

TEST(PodLogs, FollowsPodsThatComeAndGo) {
  FakeTree logs;
  logs.AddDirectory(Pod("shop", "web-1", kUid));
  PodLogs pods({logs.path()});
  pods.Refresh();
  // Within the same tick of the clock of mtimes, perhaps.
  logs.AddDirectory(Pod("shop", "web-2", kOtherUid));
  pods.Refresh();
  EXPECT_EQ(pods.Find(kOtherUid), (PodName{"shop", "web-2"}));

  logs.Remove(Pod("shop", "web-1", kUid));
  pods.Refresh();
  EXPECT_EQ(pods.Find(kUid), std::nullopt);
}

TEST(PodLogs, KnowsNothingOnAHostWithoutPods) {
  PodLogs pods({"/no/such/directory"});

  pods.Refresh();

  EXPECT_EQ(pods.Find(kUid), std::nullopt);
}

TEST(PodLogs, IsBounded) {
  FakeTree logs;
  for (int i = 0; i < 9; ++i) {
    logs.AddDirectory(absl::StrCat(Pod("shop", "web-1", kUid), "/container-", i));
  }
  PodLogs pods({logs.path()});
  pods.Refresh();

  EXPECT_THAT(pods.FindContainers(kUid),
              ElementsAre("container-0", "container-1", "container-2", "container-3"));
}

TEST(PodLogDirectory, RefusesOtherNames) {
  for (const char* name : {"", "_", "__", "a_b", "a_b_", "_b_c", "a__c", "a_b_c_d", ".", ".."}) {
    EXPECT_FALSE(ParsePodLogDirectory(name).has_value()) << name;
  }
  EXPECT_FALSE(ParsePodLogDirectory("a_b_" + std::string(65, 'c')).has_value());
  const auto hostile = ParsePodLogDirectory("a\x1b[2J_b\n\xff_c\x07");
  ASSERT_TRUE(hostile.has_value());
  EXPECT_EQ(hostile->name, (PodName{"a?[2J", "b??"}));
  EXPECT_EQ(hostile->uid, "c?");
}

}  // namespace
}  // namespace berthmaster
