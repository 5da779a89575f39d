#include "controller/approval/requirement.h"

#include <gtest/gtest.h>

namespace berthmaster {
namespace {

absl::Time Utc(int day, int hour, int minute = 0) {
  // The 23rd of November 2026 is a Monday.
  return absl::FromCivil(absl::CivilMinute(2026, 11, day, hour, minute), absl::UTCTimeZone());
}

const Labels& Shop() {
  static const auto* labels = new Labels{{"pod_namespace", "shop"}, {"pod", "api-7"}};
  return *labels;
}
const Labels& Pay() {
  static const auto* labels = new Labels{{"pod_namespace", "pay"}};
  return *labels;
}

std::vector<LabelView> In(const Labels& labels) { return {{labels, "web-1", "x", std::nullopt}}; }

ApprovalRule Rule(const char* name, LabelSelector selector, int32_t approvals) {
  ApprovalRule rule;
  rule.name = name;
  rule.selector = std::move(selector);
  rule.approvals_required = approvals;
  return rule;
}

TEST(RequirementFor, HasDefaultsThatNeedNoPolicy) {
  const ApprovalPolicy none;
  EXPECT_EQ(RequirementFor(none, RecommendationRisk::kLow, In(Shop()), Utc(23, 12)).approvals, 1);
  EXPECT_EQ(RequirementFor(none, RecommendationRisk::kMedium, In(Shop()), Utc(23, 12)).approvals,
            1);
  const Requirement high = RequirementFor(none, RecommendationRisk::kHigh, In(Shop()), Utc(23, 12));
  EXPECT_EQ(high.approvals, 2);
  EXPECT_FALSE(high.proposer_may_approve);
}

TEST(RequirementFor, TakesTheLastRuleThatSelects) {
  ApprovalPolicy policy;
  policy.rules = {Rule("all", {}, 2), Rule("shop", {{"pod_namespace", "shop"}}, 3)};

  EXPECT_EQ(RequirementFor(policy, RecommendationRisk::kLow, In(Shop()), Utc(23, 12)).approvals, 3);
  EXPECT_EQ(RequirementFor(policy, RecommendationRisk::kLow, In(Pay()), Utc(23, 12)).approvals, 2);
}

TEST(RequirementFor, LeavesRisksAloneThatTheRuleIsNotFor) {
  ApprovalPolicy policy;
  policy.rules = {Rule("medium", {}, 4)};
  policy.rules[0].risks = {RecommendationRisk::kMedium};

  EXPECT_EQ(RequirementFor(policy, RecommendationRisk::kLow, In(Shop()), Utc(23, 12)).approvals, 1);
  EXPECT_EQ(RequirementFor(policy, RecommendationRisk::kMedium, In(Shop()), Utc(23, 12)).approvals,
            4);
}

TEST(RequirementFor, TakesTheStrictestOfSeveralPlaces) {
  ApprovalPolicy policy;
  policy.rules = {Rule("shop", {{"pod_namespace", "shop"}}, 0),
                  Rule("pay", {{"pod_namespace", "pay"}}, 3)};
  std::vector<LabelView> both = In(Shop());
  both.push_back(In(Pay()).front());

  const Requirement requirement =
      RequirementFor(policy, RecommendationRisk::kLow, both, Utc(23, 12));

  EXPECT_EQ(requirement.approvals, 3);
  EXPECT_EQ(requirement.automatic_rule, "");
}

TEST(RequirementFor, LetsThePolicyApproveInItsWindows) {
  ApprovalPolicy policy;
  policy.rules = {Rule("night", {}, 0)};
  policy.rules[0].windows = {{.days = {1}, .start = absl::Hours(22), .length = absl::Hours(8)}};
  auto automatic = [&](absl::Time now, RecommendationRisk risk = RecommendationRisk::kLow) {
    return RequirementFor(policy, risk, In(Shop()), now).automatic_rule;
  };

  EXPECT_EQ(automatic(Utc(23, 21, 59)), "");
  EXPECT_EQ(automatic(Utc(23, 22)), "night");
  // Monday's window goes on into Tuesday.
  EXPECT_EQ(automatic(Utc(24, 5, 59)), "night");
  EXPECT_EQ(automatic(Utc(24, 6)), "");
  EXPECT_EQ(automatic(Utc(24, 23)), "");
  EXPECT_EQ(automatic(Utc(23, 22), RecommendationRisk::kMedium), "");
  // Outside them one person does.
  EXPECT_EQ(RequirementFor(policy, RecommendationRisk::kLow, In(Shop()), Utc(24, 23)).approvals, 1);
}

TEST(FreezeIn, HoldsInItsTimeAndPlaces) {
  ApprovalPolicy policy;
  policy.freezes = {
      {"sale", {{"pod_namespace", "shop"}}, Utc(23, 0), Utc(30, 0), "no changes in the sale"}};

  EXPECT_EQ(FreezeIn(policy, In(Shop()), Utc(25, 0)),
            "freeze 'sale' until 2026-11-30 00:00 UTC: no changes in the sale");
  EXPECT_EQ(FreezeIn(policy, In(Pay()), Utc(25, 0)), "");
  EXPECT_EQ(FreezeIn(policy, In(Shop()), Utc(30, 0)), "");
  policy.freezes[0].selector.clear();
  EXPECT_NE(FreezeIn(policy, {}, Utc(25, 0)), "");
}

}  // namespace
}  // namespace berthmaster
