#include "controller/approval/policy_check.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "absl/strings/match.h"

namespace berthmaster {
namespace {

ApprovalPolicy Sound() {
  ApprovalRule rule;
  rule.name = "low at night";
  rule.selector = {{"pod_namespace", "shop"}};
  rule.risks = {RecommendationRisk::kLow};
  rule.approvals_required = 0;
  rule.windows = {{.days = {1, 5}, .start = absl::Hours(22), .length = absl::Hours(8)}};
  ApprovalPolicy policy;
  policy.rules = {rule};
  policy.freezes = {{"sale", {}, absl::FromUnixSeconds(0), absl::FromUnixSeconds(60), "the sale"}};
  return policy;
}

TEST(CheckApprovalPolicy, TakesASoundOne) {
  EXPECT_TRUE(CheckApprovalPolicy(Sound()).ok()) << CheckApprovalPolicy(Sound());
  EXPECT_TRUE(CheckApprovalPolicy({}).ok());
}

struct Case {
  const char* name;
  std::function<void(ApprovalPolicy&)> spoil;
  const char* message;
};

class Refuses : public testing::TestWithParam<Case> {};

TEST_P(Refuses, AndSaysWhy) {
  ApprovalPolicy policy = Sound();
  GetParam().spoil(policy);
  EXPECT_EQ(CheckApprovalPolicy(policy).message(), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    CheckApprovalPolicy, Refuses,
    testing::Values(
        Case{"NoName", [](ApprovalPolicy& p) { p.rules[0].name.clear(); },
             "rule: a name has 1 to 128 bytes"},
        Case{"TwoOfAName", [](ApprovalPolicy& p) { p.rules.push_back(p.rules[0]); },
             "rule 'low at night': is there twice; each has a name of its own"},
        Case{"NobodyForAMediumRisk",
             [](ApprovalPolicy& p) { p.rules[0].risks.insert(RecommendationRisk::kMedium); },
             "rule 'low at night': approvals_required: 0, by the policy itself, is for a low risk "
             "only; say risks: LOW, or let one person approve"},
        Case{"TooMany", [](ApprovalPolicy& p) { p.rules[0].approvals_required = 11; },
             "rule 'low at night': approvals_required: 11 is not 0 to 10"},
        Case{"WindowsForPeople", [](ApprovalPolicy& p) { p.rules[0].approvals_required = 1; },
             "rule 'low at night': windows: are for approvals_required 0; leave them out"},
        Case{"NoSuchDay", [](ApprovalPolicy& p) { p.rules[0].windows[0].days = {8}; },
             "rule 'low at night': days: 8 is not 1 (Monday) to 7 (Sunday)"},
        Case{"NoLength",
             [](ApprovalPolicy& p) { p.rules[0].windows[0].length = absl::ZeroDuration(); },
             "rule 'low at night': length: 0 is not 1 min to 24 h"},
        Case{"ByCause",
             [](ApprovalPolicy& p) {
               p.rules[0].selector = {{"cause", "udp_ports"}};
             },
             "rule 'low at night': selector: cause: what decides on a cause can not depend on it; "
             "leave it out"},
        Case{"EndsFirst",
             [](ApprovalPolicy& p) { p.freezes[0].end_time = absl::FromUnixSeconds(0); },
             "freeze 'sale': ends before it begins; give it an end_time after its start_time"},
        Case{"NoReason", [](ApprovalPolicy& p) { p.freezes[0].reason.clear(); },
             "freeze 'sale': reason: say in 1 to 1000 characters why"}),
    [](const auto& refused) { return std::string(refused.param.name); });

}  // namespace
}  // namespace berthmaster
