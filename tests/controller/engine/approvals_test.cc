// Approvals k of n, policies that approve by themselves, freezes, and changes that people propose.

#include <gtest/gtest.h>

#include "common/status/reason.h"
#include "tests/controller/engine/engine_harness.h"

namespace berthmaster {
namespace {

constexpr char kRange[] = "net.ipv4.ip_local_port_range";

DecisionRequest By(const std::string& who, const Recommendation& recommendation) {
  DecisionRequest request;
  request.recommendation_id = recommendation.id;
  request.decider = who;
  request.reason = "ports run out";
  return request;
}

ApprovalRule Rule(int32_t approvals) {
  ApprovalRule rule;
  rule.name = "rule";
  rule.approvals_required = approvals;
  if (approvals == 0) rule.risks = {RecommendationRisk::kLow};
  return rule;
}

class ApprovalsTest : public testing::Test {
 protected:
  void SetUp() override { session_ = engine_.Attach(EnforcingHello("web-1")); }
  void SetPolicy(std::vector<ApprovalRule> rules, std::vector<Freeze> freezes = {}) {
    ApprovalPolicyRequest request;
    request.rules = std::move(rules);
    request.freezes = std::move(freezes);
    request.updater = {"root", ""};
    absl::StatusOr<ApprovalPolicy> policy = engine_.SetApprovalPolicy(request);
    ASSERT_TRUE(policy.ok()) << policy.status();
  }
  Freeze FreezeNow() const {
    return {"sale",
            {},
            engine_.clock.SystemNow() - absl::Hours(1),
            engine_.clock.SystemNow() + absl::Hours(1),
            "no changes"};
  }
  Recommendation OpenAndFind() {
    engine_.OpenIncident(session_);
    return engine_.Proposed(RecommendationKind::kWidenRange);
  }
  ProposalRequest Proposal(const std::string& value = "32768 60999") const {
    ProposalRequest request;
    request.desired_values = {{kRange, value}};
    request.plan.selector = {{"host", "web-1"}};
    request.proposer = "ann";
    request.reason = "more room for the sale";
    return request;
  }

  EngineHarness engine_;
  std::shared_ptr<FakeSession> session_;
};

TEST_F(ApprovalsTest, StartsWhenAsManyHaveApprovedAsThePolicyAsksFor) {
  SetPolicy({Rule(2)});
  const Recommendation widen = OpenAndFind();
  EXPECT_EQ(widen.approvals_required, 2);

  absl::StatusOr<Recommendation> first = engine_.Approve(By("ann", widen));
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->state, RecommendationState::kProposed);
  EXPECT_EQ(first->approvals.size(), 1U);
  EXPECT_TRUE(engine_.fleet->Rollouts().empty());
  EXPECT_EQ(ReasonOf(engine_.Approve(By("ann", widen)).status()), "APPROVED_ALREADY");

  absl::StatusOr<Recommendation> second = engine_.Approve(By("bob", widen));
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(second->state, RecommendationState::kApproved);
  ASSERT_EQ(engine_.OnlyRollout().approvals.size(), 2U);
  EXPECT_EQ(engine_.OnlyRollout().approvals[0].decider, "ann");
  EXPECT_EQ(engine_.OnlyRollout().approver, "bob");
}

TEST_F(ApprovalsTest, AnApprovalOutlivesARestart) {
  SetPolicy({Rule(2)});
  const Recommendation widen = OpenAndFind();
  ASSERT_TRUE(engine_.Approve(By("ann", widen)).ok());
  engine_.Restart();

  EXPECT_EQ(ReasonOf(engine_.Approve(By("ann", widen)).status()), "APPROVED_ALREADY");
  ASSERT_TRUE(engine_.Approve(By("bob", widen)).ok());
  EXPECT_EQ(engine_.OnlyRollout().approvals.size(), 2U);
}

TEST_F(ApprovalsTest, AnEditVoidsTheApprovalsBeforeIt) {
  SetPolicy({Rule(2)});
  const Recommendation widen = OpenAndFind();
  ASSERT_TRUE(engine_.Approve(By("ann", widen)).ok());
  DecisionRequest edited = By("bob", widen);
  edited.desired_values = {{kRange, "20000 60999"}};

  absl::StatusOr<Recommendation> after = engine_.Approve(edited);

  ASSERT_TRUE(after.ok()) << after.status();
  EXPECT_EQ(after->state, RecommendationState::kProposed);
  ASSERT_EQ(after->approvals.size(), 1U);
  EXPECT_EQ(after->approvals[0].decider, "bob");
  ASSERT_TRUE(engine_.Approve(By("ann", widen)).ok());
  EXPECT_EQ(engine_.OnlyRollout().changes[0].desired_value, "20000 60999");
}

TEST_F(ApprovalsTest, APolicyApprovesLowRisksByItself) {
  SetPolicy({Rule(0)});
  engine_.OpenIncident(session_);
  engine_.Advance(absl::Seconds(1));
  engine_.Turn();

  const Rollout rollout = engine_.OnlyRollout();
  EXPECT_EQ(rollout.approver, "policy/rule");
  EXPECT_EQ(engine_.fleet->FindRecommendation(rollout.recommendation_id)->decision->reason,
            "rule 'rule' of policies/approval approves low risks by itself");
}

TEST_F(ApprovalsTest, AFreezeWinsOverPolicyAndPeople) {
  SetPolicy({Rule(0)}, {FreezeNow()});
  const Recommendation widen = OpenAndFind();
  engine_.Advance(absl::Seconds(1));
  engine_.Turn();
  EXPECT_TRUE(engine_.fleet->Rollouts().empty());
  EXPECT_EQ(ReasonOf(engine_.Approve(By("ann", widen)).status()), "FROZEN");

  engine_.Advance(absl::Hours(1));
  engine_.Turn();
  EXPECT_EQ(engine_.fleet->Rollouts().size(), 1U);
}

TEST_F(ApprovalsTest, RefusesAPolicyThatIsNone) {
  ApprovalPolicyRequest request;
  request.rules = {Rule(11)};
  EXPECT_EQ(ReasonOf(engine_.SetApprovalPolicy(request).status()), "POLICY_INVALID");
}

TEST_F(ApprovalsTest, APersonProposesAndAnotherApproves) {
  SetPolicy({Rule(1)});
  engine_.Churn(session_, 2, 1);

  absl::StatusOr<ProposedChange> proposed = engine_.Propose(Proposal());

  ASSERT_TRUE(proposed.ok()) << proposed.status();
  const Recommendation& change = proposed->recommendation;
  EXPECT_EQ(change.kind, RecommendationKind::kCustom);
  EXPECT_EQ(change.summary,
            "set net.ipv4.ip_local_port_range to '32768 60999' in 1 namespace of 1 host");
  EXPECT_EQ(change.proposer, "ann");
  ASSERT_EQ(proposed->targets.size(), 1U);
  EXPECT_EQ(ReasonOf(engine_.Approve(By("ann", change)).status()), "PROPOSER_MAY_NOT_APPROVE");
  ASSERT_TRUE(engine_.Approve(By("bob", change)).ok());
  const Rollout rollout = engine_.OnlyRollout();
  EXPECT_EQ(rollout.state, RolloutState::kCanary);
  EXPECT_EQ(rollout.targets[0].sysctls[0].change.expected_value, "40000 40399");
  ASSERT_EQ(session_->desired().size(), 1U);
  EXPECT_EQ(session_->desired()[0].changes[0].change.desired_value, "32768 60999");
}

TEST_F(ApprovalsTest, ChecksAProposalAsItChecksItsOwn) {
  engine_.Churn(session_, 2, 1);
  ProposalRequest nowhere = Proposal();
  nowhere.plan.selector = {{"host", "web-2"}};
  EXPECT_EQ(ReasonOf(engine_.Propose(nowhere).status()), "NO_TARGETS");
  ProposalRequest everywhere = Proposal();
  everywhere.plan.selector.clear();
  EXPECT_EQ(ReasonOf(engine_.Propose(everywhere).status()), "PLAN_INVALID");
  EXPECT_EQ(ReasonOf(engine_.Propose(Proposal("40000 40399")).status()), "NO_TARGETS");
  EXPECT_EQ(ReasonOf(engine_.Propose(Proposal("9 8")).status()), "SYSCTL_VALUE_INVALID");
  ProposalRequest retired = Proposal();
  retired.desired_values = {{"net.ipv4.tcp_tw_recycle", "1"}};
  EXPECT_EQ(ReasonOf(engine_.Propose(retired).status()), "SYSCTL_UNKNOWN");
  ProposalRequest over_node_ports = Proposal("20000 60999");
  EXPECT_EQ(ReasonOf(engine_.Propose(over_node_ports).status()), "BAD_ADVICE");
  EXPECT_TRUE(engine_.fleet->Recommendations().empty());
}

TEST_F(ApprovalsTest, AProposalMayBeForSomethingElseThanPorts) {
  engine_.Churn(session_, 20);
  ProposalRequest table = Proposal();
  table.desired_values = {{"net.ipv4.tcp_max_tw_buckets", "262144"}};
  absl::StatusOr<ProposedChange> proposed = engine_.Propose(table);
  ASSERT_TRUE(proposed.ok()) << proposed.status();
  EXPECT_EQ(proposed->recommendation.risk, RecommendationRisk::kLow);
}

TEST_F(ApprovalsTest, AProposalIsOnlyCheckedWhenThatIsAsked) {
  engine_.Churn(session_, 2, 1);
  ProposalRequest request = Proposal();
  request.validate_only = true;

  ASSERT_TRUE(engine_.Propose(request).ok()) << engine_.Propose(request).status();

  EXPECT_TRUE(engine_.fleet->Recommendations().empty());
}

TEST_F(ApprovalsTest, AProposalExpiresUndecided) {
  engine_.Churn(session_, 2, 1);
  const std::string id = engine_.Propose(Proposal())->recommendation.id;
  engine_.Advance(absl::Hours(24));
  engine_.Turn();

  EXPECT_EQ(engine_.fleet->FindRecommendation(id)->state, RecommendationState::kExpired);
}

TEST_F(ApprovalsTest, ASuccessorGetsWhatItsWorkloadHas) {
  engine_.Churn(session_, 2, 1);
  ProposalRequest request = Proposal();
  request.plan.selector = {{"host", "web-1"}};
  request.plan.follows = true;
  const Recommendation change = engine_.Propose(request)->recommendation;
  ASSERT_TRUE(engine_.Approve(By("bob", change)).ok());
  engine_.ReplyApplied(session_);
  engine_.SetRange(32768, 60999);
  engine_.Churn(session_, 11, 1);
  ASSERT_EQ(engine_.OnlyRollout().state, RolloutState::kConfirmed);
  engine_.ReplyApplied(session_);

  HostSample sample = SampleBuilder()
                          .Sequence(1000)
                          .At(engine_.clock.SystemNow())
                          .Range(40000, 40399)
                          .Churn(1, absl::Seconds(1))
                          .Build();
  NetnsSample successor = sample.namespaces[0];
  sample.namespaces[0].sysctls[kRange] = "32768 60999";
  successor.cookie = 4711;
  successor.inode = 4026539999;
  sample.namespaces.push_back(successor);
  engine_.Offer(session_, sample);
  engine_.Turn();

  const Rollout rollout = engine_.OnlyRollout();
  ASSERT_EQ(rollout.targets.size(), 2U);
  EXPECT_EQ(rollout.targets[1].netns_cookie, 4711U);
  EXPECT_EQ(rollout.targets[1].state, TargetState::kSent);
  const std::vector<DesiredChange> desired = session_->desired().back().changes;
  ASSERT_EQ(desired.size(), 2U);
  EXPECT_TRUE(desired[0].confirmed);
  EXPECT_FALSE(desired[1].confirmed);
}

}  // namespace
}  // namespace berthmaster
