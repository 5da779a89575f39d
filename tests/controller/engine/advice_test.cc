// Pooling advice: approved, pushed, published, followed, measured, withdrawn.

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "common/audit/chain.h"
#include "common/ids/names.h"
#include "common/status/reason.h"
#include "tests/controller/engine/engine_harness.h"

namespace berthmaster {
namespace {

class AdviceTest : public testing::Test {
 protected:
  void SetUp() override {
    session_ = engine_.Attach(EnforcingHello("web-1"));
    engine_.OpenIncident(session_);
    pooling_ = engine_.Proposed(RecommendationKind::kPooling);
    absl::StatusOr<Recommendation> approved = engine_.Approve(pooling_.id);
    ASSERT_TRUE(approved.ok()) << approved.status();
  }
  // The newest push as the agent answers it.
  void Answer(AdviceState state, const std::string& error = "", int followers = 0) {
    const DesiredState desired = session_->desired().back();
    DesiredStateReply reply;
    reply.nonce = desired.nonce;
    reply.revision = desired.revision;
    AdviceResult result;
    result.rollout = RolloutName(engine_.OnlyRollout().id);
    result.netns_cookie = kFixtureCookie;
    result.state = state;
    if (state == AdviceState::kPublished) result.path = "/run/berthmaster/advice/blue.json";
    result.follower_count = followers;
    result.error = error;
    reply.advice_results = {result};
    engine_.Reply(session_, reply);
    engine_.Turn();
  }

  EngineHarness engine_;
  std::shared_ptr<FakeSession> session_;
  Recommendation pooling_;
};

TEST_F(AdviceTest, GoesToTheHostWithItsNumbers) {
  ASSERT_EQ(session_->desired().back().advice.size(), 1U);
  const DesiredAdvice advice = session_->desired().back().advice[0];
  EXPECT_TRUE(session_->desired().back().changes.empty());
  EXPECT_EQ(advice.rollout, RolloutName(engine_.OnlyRollout().id));
  EXPECT_EQ(advice.netns_cookie, kFixtureCookie);
  EXPECT_EQ(advice.workload, "blue");
  EXPECT_EQ(advice.destination.ToString(), "10.0.0.2");
  EXPECT_EQ(advice.destination_port, 443);
  EXPECT_EQ(advice.connection_pool_size, pooling_.pooling->connection_pool_size);
}

TEST_F(AdviceTest, IsConfirmedWhenItIsPublishedAndTellsWhatCameOfIt) {
  Answer(AdviceState::kPublished, "", 1);
  engine_.Turn();
  EXPECT_EQ(engine_.OnlyRollout().state, RolloutState::kConfirmed);
  EXPECT_TRUE(absl::StartsWith(engine_.OnlyRollout().message,
                               "published in /run/berthmaster/advice/blue.json, 1 follow it"));

  // The application keeps its connections from now on.
  engine_.Churn(session_, 20, 2);
  EXPECT_TRUE(absl::StrContains(engine_.OnlyRollout().message,
                                "; new connections 2.0/s, 20.0/s "
                                "before: 90 % fewer"))
      << engine_.OnlyRollout().message;
}

TEST_F(AdviceTest, ThatCannotBePublishedFails) {
  Answer(AdviceState::kFailed, "no space left on the device");

  EXPECT_EQ(engine_.OnlyRollout().state, RolloutState::kFailed);
  EXPECT_EQ(engine_.OnlyRollout().message,
            "the agent could not publish it: no space left on the device");
}

TEST_F(AdviceTest, IsWithdrawnByARevert) {
  Answer(AdviceState::kPublished);
  engine_.Turn();
  ASSERT_EQ(engine_.OnlyRollout().state, RolloutState::kConfirmed);
  Answer(AdviceState::kPublished);
  ASSERT_TRUE(engine_.Revert(engine_.OnlyRollout().id).ok());
  EXPECT_TRUE(session_->desired().back().advice.empty());
  Answer(AdviceState::kWithdrawn);

  EXPECT_EQ(engine_.OnlyRollout().state, RolloutState::kReverted);
  EXPECT_EQ(engine_.OnlyRollout().message, "the advice is withdrawn");
}

TEST_F(AdviceTest, IsNotProposedAgainWhileItStands) {
  Answer(AdviceState::kPublished);
  engine_.Churn(session_, 15);
  int pooling = 0;
  for (const auto& recommendation : engine_.fleet->Recommendations()) {
    pooling += recommendation->kind == RecommendationKind::kPooling ? 1 : 0;
  }
  EXPECT_EQ(pooling, 1);
}

TEST_F(AdviceTest, OutlivesARestart) {
  Answer(AdviceState::kPublished);
  engine_.Restart();
  session_ = engine_.Attach(EnforcingHello("web-1"));

  ASSERT_EQ(session_->desired().back().advice.size(), 1U);
  EXPECT_EQ(engine_.OnlyRollout().state, RolloutState::kConfirmed);
}

// What the chain says of a change from the proposal to its end.
TEST(RolloutAudit, EntersProposalApprovalPushAnswerAndEnd) {
  EngineHarness engine;
  auto session = engine.Attach(EnforcingHello("web-1"));
  engine.OpenIncident(session);
  const Recommendation widen = engine.Proposed(RecommendationKind::kWidenRange);
  ASSERT_TRUE(engine.Approve(widen.id).ok());
  EXPECT_EQ(ReasonOf(engine.Approve(widen.id).status()), "RECOMMENDATION_NOT_PROPOSED");
  engine.ReplyApplied(session);
  const std::string rollout = RolloutName(engine.OnlyRollout().id);
  ASSERT_TRUE(engine.Revert(engine.OnlyRollout().id).ok());

  std::vector<AuditAction> of_rollout;
  std::vector<AuditAction> of_recommendation;
  ChainVerifier verifier;
  for (const AuditEntry& entry : engine.control.audit()) {
    EXPECT_FALSE(verifier.Add(entry).has_value());
    if (entry.object == rollout) of_rollout.push_back(entry.action);
    if (entry.object == RecommendationName(widen.id)) of_recommendation.push_back(entry.action);
  }
  EXPECT_EQ(of_recommendation,
            (std::vector<AuditAction>{AuditAction::kProposed, AuditAction::kApproved,
                                      AuditAction::kDenied}));
  EXPECT_EQ(of_rollout, (std::vector<AuditAction>{AuditAction::kPushed, AuditAction::kApplied,
                                                  AuditAction::kReverted}));
}

}  // namespace
}  // namespace berthmaster
