// What the contract and the structs say of plans, targets and the approval policy, both ways.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controller/api/approval_policy_conversion.h"
#include "controller/api/plan_conversion.h"
#include "controller/api/recommendation_conversion.h"
#include "controller/api/rollout_conversion.h"
#include "tests/controller/api/sample_fleet.h"

namespace berthmaster {
namespace {

using ::testing::ElementsAre;
using ::testing::StartsWith;

RolloutPlan WholePlan() {
  RolloutPlan plan;
  plan.selector = {{"host", "web-1"}, {"workload", "shop/api"}};
  plan.canary_count = 2;
  plan.waves = {{.count = 5, .percent = 0}, {.count = 0, .percent = 50}};
  plan.soak = absl::Minutes(5);
  plan.failed_targets_max = 1;
  plan.pause_after_canary = true;
  plan.persist = true;
  plan.follows = true;
  return plan;
}

ApprovalPolicy WholePolicy() {
  ApprovalPolicy policy;
  ApprovalRule rule;
  rule.name = "nights";
  rule.selector = {{"pod_namespace", "shop"}};
  rule.risks = {RecommendationRisk::kLow, RecommendationRisk::kHigh};
  rule.approvals_required = 2;
  rule.proposer_may_approve = true;
  rule.windows = {{{1, 7}, absl::Hours(22), absl::Hours(8)}};
  policy.rules = {rule};
  policy.freezes = {
      {"sale", {{"host", "web-1"}}, TestTime(), TestTime() + absl::Hours(1), "no changes"}};
  policy.update_time = TestTime();
  policy.updater = "ann";
  policy.revision = 3;
  return policy;
}

TEST(PlanConversion, CarriesEveryFieldBothWays) {
  const v1::RolloutPlan proto = ToProto(WholePlan());

  EXPECT_EQ(proto.selector().at("workload"), "shop/api");
  EXPECT_EQ(proto.canary_count(), 2);
  ASSERT_EQ(proto.waves_size(), 2);
  EXPECT_EQ(proto.waves(0).count(), 5);
  EXPECT_FALSE(proto.waves(0).has_percent());
  EXPECT_EQ(proto.waves(1).percent(), 50);
  EXPECT_FALSE(proto.waves(1).has_count());
  EXPECT_EQ(proto.soak().seconds(), 300);
  EXPECT_EQ(proto.failed_targets_max(), 1);
  EXPECT_TRUE(proto.pause_after_canary());
  EXPECT_TRUE(proto.persist());
  EXPECT_TRUE(proto.follows());
  EXPECT_EQ(*FromProto(proto), WholePlan());
}

TEST(PlanConversion, WhatIsNotSaidIsTheDefault) {
  EXPECT_EQ(*FromProto(v1::RolloutPlan()), RolloutPlan());
  EXPECT_FALSE(ToProto(RolloutPlan()).has_soak());
}

TEST(PlanConversion, RefusesMoreWavesThanAPlanHas) {
  v1::RolloutPlan proto;
  for (int i = 0; i < 21; ++i) proto.add_waves()->set_count(1);
  EXPECT_THAT(std::string(FromProto(proto).status().message()), StartsWith("plan.waves"));
  proto.clear_waves();
  proto.mutable_soak()->set_nanos(-1);
  proto.mutable_soak()->set_seconds(1);
  EXPECT_THAT(std::string(FromProto(proto).status().message()), StartsWith("plan.soak"));
}

TEST(ChangeConversion, ARecommendationCarriesItsApprovals) {
  Recommendation recommendation = MakeRecommendation("r1", "", 1);
  recommendation.host_id.clear();
  recommendation.plan = WholePlan();
  recommendation.proposer = "ann";
  recommendation.approvals = {{"bob", "fine", TestTime(), "abcd"}};
  recommendation.approvals_required = 2;
  recommendation.expire_time = TestTime() + absl::Hours(24);
  recommendation.target_count = 20;

  const v1::Recommendation proto = ToProto(recommendation);

  EXPECT_EQ(proto.host(), "");
  EXPECT_EQ(proto.netns(), "");
  EXPECT_EQ(proto.incident(), "");
  EXPECT_EQ(proto.proposer(), "ann");
  ASSERT_EQ(proto.approvals_size(), 1);
  EXPECT_EQ(proto.approvals(0).decider(), "bob");
  EXPECT_EQ(proto.approvals(0).reason(), "fine");
  EXPECT_EQ(proto.approvals(0).decide_time().seconds(), 1767225600);
  EXPECT_EQ(proto.approvals(0).content_sha256(), "abcd");
  EXPECT_EQ(proto.approvals_required(), 2);
  EXPECT_EQ(proto.expire_time().seconds(), 1767225600 + 86400);
  EXPECT_EQ(proto.plan().canary_count(), 2);
  EXPECT_EQ(proto.target_count(), 20);
  recommendation.expire_time.reset();
  EXPECT_FALSE(ToProto(recommendation).has_expire_time());
}

TEST(ChangeConversion, ARolloutCarriesItsWavesAndGates) {
  Rollout rollout = MakeRollout("o1");
  rollout.state = RolloutState::kWave;
  rollout.plan = WholePlan();
  rollout.wave = 1;
  rollout.wave_count = 4;
  rollout.pause = RolloutPause{"ann", "lunch", TestTime()};
  rollout.stop_reason = "a gate";
  rollout.approvals = {{"ann", "yes", TestTime(), ""}, {"bob", "yes", TestTime(), ""}};
  RolloutTarget& target = rollout.targets[0];
  target.wave = 1;
  target.state = TargetState::kSoaking;
  target.message = "waits for samples";
  target.state_time = TestTime();
  target.before = Outlook{400, 0.9, 1.2, absl::Seconds(30)};
  target.predicted = Outlook{800, 0.45, std::nullopt, std::nullopt};
  target.counts_before = {absl::Seconds(60), 6, 12, 30, 3};
  target.counts_after = {absl::Seconds(10), 0, 5, 10, 20};

  const v1::Rollout proto = ToProto(rollout);

  EXPECT_EQ(proto.state(), v1::ROLLOUT_STATE_WAVE);
  EXPECT_EQ(proto.plan().waves_size(), 2);
  EXPECT_EQ(proto.wave(), 1);
  EXPECT_EQ(proto.wave_count(), 4);
  EXPECT_EQ(proto.pause().pauser(), "ann");
  EXPECT_EQ(proto.pause().reason(), "lunch");
  EXPECT_EQ(proto.pause().pause_time().seconds(), 1767225600);
  EXPECT_EQ(proto.stop_reason(), "a gate");
  ASSERT_EQ(proto.approvals_size(), 2);
  EXPECT_EQ(proto.approvals(1).decider(), "bob");
  const v1::RolloutTarget& shown = proto.targets(0);
  EXPECT_EQ(shown.wave(), 1);
  EXPECT_EQ(shown.state(), v1::TARGET_STATE_SOAKING);
  EXPECT_EQ(shown.message(), "waits for samples");
  EXPECT_EQ(shown.state_time().seconds(), 1767225600);
  EXPECT_EQ(shown.before().capacity(), 400);
  EXPECT_EQ(shown.predicted().utilization(), 0.45);
  EXPECT_EQ(shown.gates().before().failures(), 0.1);
  EXPECT_EQ(shown.gates().before().resets(), 0.2);
  EXPECT_EQ(shown.gates().before().retransmits(), 0.5);
  EXPECT_EQ(shown.gates().before().time_wait_overflows(), 0.05);
  EXPECT_EQ(shown.gates().before_span().seconds(), 60);
  EXPECT_EQ(shown.gates().after().time_wait_overflows(), 2);
  EXPECT_EQ(shown.gates().after_span().seconds(), 10);
}

TEST(ChangeConversion, WhatWasNotSeenYetIsAbsent) {
  const v1::Rollout proto = ToProto(MakeRollout("o1"));

  EXPECT_FALSE(proto.has_pause());
  EXPECT_FALSE(proto.targets(0).has_gates());
  EXPECT_FALSE(proto.targets(0).has_before());
  EXPECT_FALSE(proto.targets(0).has_predicted());
}

TEST(ChangeConversion, TargetsAreCountedByHowFarTheyAre) {
  Rollout rollout = MakeRollout("o1");
  const RolloutTarget one = rollout.targets[0];
  rollout.targets.clear();
  for (int state = 1; state <= 9; ++state) {
    rollout.targets.push_back(one);
    rollout.targets.back().state = static_cast<TargetState>(state);
  }

  const v1::TargetCounts counts = ToProto(rollout).target_counts();

  EXPECT_EQ(counts.total(), 9);
  EXPECT_EQ(counts.waiting(), 2);
  EXPECT_EQ(counts.applying(), 2);
  EXPECT_EQ(counts.holding(), 1);
  EXPECT_EQ(counts.failed(), 1);
  EXPECT_EQ(counts.reverted(), 2);
  EXPECT_EQ(counts.gone(), 1);
  EXPECT_EQ(counts.waiting() + counts.applying() + counts.holding() + counts.failed() +
                counts.reverted() + counts.gone(),
            counts.total());
}

TEST(ApprovalPolicyConversion, CarriesEveryFieldBothWays) {
  const v1::ApprovalPolicy proto = ToProto(WholePolicy());

  EXPECT_EQ(proto.name(), "policies/approval");
  EXPECT_EQ(proto.etag(), "3");
  EXPECT_EQ(proto.updater(), "ann");
  EXPECT_EQ(proto.update_time().seconds(), 1767225600);
  ASSERT_EQ(proto.rules_size(), 1);
  EXPECT_THAT(proto.rules(0).risks(),
              ElementsAre(v1::RECOMMENDATION_RISK_LOW, v1::RECOMMENDATION_RISK_HIGH));
  EXPECT_THAT(proto.rules(0).windows(0).days(), ElementsAre(1, 7));
  EXPECT_EQ(proto.rules(0).windows(0).start().seconds(), 79200);
  EXPECT_EQ(proto.rules(0).windows(0).length().seconds(), 28800);
  EXPECT_EQ(proto.freezes(0).reason(), "no changes");

  v1::UpdateApprovalPolicyRequest request;
  *request.mutable_policy() = proto;
  request.set_validate_only(true);
  const absl::StatusOr<ApprovalPolicyRequest> plain = FromProto(request, Caller{"bob", ""});
  ASSERT_TRUE(plain.ok()) << plain.status();
  EXPECT_EQ(plain->rules, WholePolicy().rules);
  EXPECT_EQ(plain->freezes, WholePolicy().freezes);
  EXPECT_EQ(plain->updater.who, "bob");
  EXPECT_EQ(plain->etag, "3");
  EXPECT_TRUE(plain->validate_only);
}

TEST(ApprovalPolicyConversion, RefusesWhatIsNone) {
  auto message = [](auto change) {
    v1::UpdateApprovalPolicyRequest request;
    *request.mutable_policy() = ToProto(WholePolicy());
    change(*request.mutable_policy());
    return std::string(FromProto(request, Caller{"bob", ""}).status().message());
  };

  EXPECT_THAT(
      message([](auto& p) { p.mutable_rules(0)->add_risks(v1::RECOMMENDATION_RISK_UNSPECIFIED); }),
      StartsWith("policy.rules[0].risks"));
  EXPECT_THAT(message([](auto& p) {
                p.mutable_rules(0)->mutable_windows(0)->mutable_length()->set_nanos(-1);
              }),
              StartsWith("policy.rules[0].windows.length"));
  EXPECT_THAT(message([](auto& p) { p.mutable_freezes(0)->mutable_end_time()->set_nanos(-1); }),
              StartsWith("policy.freezes[0].end_time"));
  EXPECT_THAT(message([](auto& p) {
                for (int i = 0; i < 100; ++i) p.add_rules();
              }),
              StartsWith("policy.rules"));
  EXPECT_THAT(message([](auto& p) {
                for (int i = 0; i < 100; ++i) p.add_freezes();
              }),
              StartsWith("policy.freezes"));
  EXPECT_THAT(message([](auto& p) {
                for (int i = 0; i < 20; ++i) p.mutable_rules(0)->add_windows();
              }),
              StartsWith("policy.rules[0].windows"));
}

}  // namespace
}  // namespace berthmaster
