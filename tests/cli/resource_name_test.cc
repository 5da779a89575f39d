#include "cli/resource_name.h"

#include <gtest/gtest.h>

namespace berthmaster {
namespace {

TEST(ResourceName, KnowsSingularPluralAndShortKinds) {
  EXPECT_EQ(*ParseResourceKind("pools"), ResourceKind::kPool);
  EXPECT_EQ(*ParseResourceKind("pool"), ResourceKind::kPool);
  EXPECT_EQ(*ParseResourceKind("netns"), ResourceKind::kNamespace);
  EXPECT_EQ(*ParseResourceKind("rec"), ResourceKind::kRecommendation);
  EXPECT_EQ(ParseResourceKind("pod").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(ResourceName, TellsTheKindByTheForm) {
  EXPECT_EQ(ParseResourceName("hosts/a")->kind, ResourceKind::kHost);
  EXPECT_EQ(ParseResourceName("hosts/a/netns/7")->kind, ResourceKind::kNamespace);
  EXPECT_EQ(ParseResourceName("hosts/a/netns/7/pools/10.0.0.1-10.0.0.2-80")->kind,
            ResourceKind::kPool);
  EXPECT_EQ(ParseResourceName("rollouts/x")->kind, ResourceKind::kRollout);
  EXPECT_EQ(ParseResourceName("rollout/x")->name, "rollouts/x");
  EXPECT_EQ(ParseResourceName("rec/x")->kind, ResourceKind::kRecommendation);
  for (const char* bad :
       {"", "pool/x", "rollout/", "incidents/", "x", "hosts/a/b", "incidents/a/b"}) {
    EXPECT_FALSE(ParseResourceName(bad).ok()) << bad;
  }
}

TEST(ResourceName, CompletesAShortNameOfAKnownKind) {
  EXPECT_EQ(ParseResourceNameOf(ResourceKind::kIncident, "01ab")->name, "incidents/01ab");
  EXPECT_EQ(ParseResourceNameOf(ResourceKind::kIncident, "incidents/01ab")->name, "incidents/01ab");
  EXPECT_FALSE(ParseResourceNameOf(ResourceKind::kIncident, "rollouts/01ab").ok());
  EXPECT_FALSE(ParseResourceNameOf(ResourceKind::kPool, "10.0.0.1-10.0.0.2-80").ok());
}

}  // namespace
}  // namespace berthmaster
