#include <gtest/gtest.h>

#include <algorithm>

#include "common/status/reason.h"
#include "controller/model/names.h"
#include "tests/controller/engine/engine_harness.h"

namespace berthmaster {
namespace {

class EngineRolloutTest : public testing::Test {
 protected:
  void SetUp() override {
    session_ = engine_.Attach(EnforcingHello("web-1"));
    incident_ = engine_.OpenIncident(session_);
    widen_ = engine_.Proposed(RecommendationKind::kWidenRange);
    ASSERT_TRUE(engine_.Approve(widen_.id).ok());
  }

  // The namespace as it is once the agent has written the change.
  void Widen() { engine_.SetRange(32768, 60999); }

  RolloutState State() const { return engine_.OnlyRollout().state; }

  EngineHarness engine_;
  std::shared_ptr<FakeSession> session_;
  Incident incident_;
  Recommendation widen_;
};

// The samples show what the approver wanted, whatever Recommend() proposed.
DecisionRequest WidenTo(const Recommendation& recommendation) {
  DecisionRequest request;
  request.recommendation_id = recommendation.id;
  request.decider = "ann";
  request.reason = "ports run out";
  for (const SysctlChange& change : recommendation.changes) {
    if (change.sysctl == "net.ipv4.ip_local_port_range") {
      request.desired_values[change.sysctl] = "32768 60999";
    }
  }
  return request;
}

class WholeCircle : public testing::Test {
 protected:
  void Approve() {
    session_ = engine_.Attach(EnforcingHello("web-1"));
    incident_ = engine_.OpenIncident(session_);
    Recommendation widen = engine_.Proposed(RecommendationKind::kWidenRange);
    // Reserving ports beside the range is another sysctl of the same change; the fixture's samples
    // show its default.
    ASSERT_TRUE(engine_.Approve(WidenTo(widen)).ok());
  }
  void Apply() {
    engine_.ReplyApplied(session_);
    engine_.SetRange(32768, 60999);
  }
  RolloutState State() const { return engine_.OnlyRollout().state; }

  EngineHarness engine_;
  std::shared_ptr<FakeSession> session_;
  Incident incident_;
};

TEST_F(WholeCircle, ApprovedAppliedSoakedConfirmedResolved) {
  Approve();
  EXPECT_EQ(State(), RolloutState::kCanary);
  Apply();
  EXPECT_EQ(State(), RolloutState::kSoaking);
  engine_.Churn(session_, 9);
  EXPECT_EQ(State(), RolloutState::kSoaking);
  engine_.Churn(session_, 2);

  EXPECT_EQ(State(), RolloutState::kConfirmed);
  const DesiredState confirmed = session_->desired().back();
  EXPECT_EQ(confirmed.revision, 2);
  EXPECT_TRUE(confirmed.changes[0].confirmed);
  engine_.Churn(session_, 30);
  auto incident = engine_.fleet->FindIncident(incident_.id);
  EXPECT_EQ(incident->state, IncidentState::kResolved);
  std::string story;
  for (const IncidentEvent& event : incident->timeline) story += event.text + "\n";
  EXPECT_NE(story.find("ann approved: "), std::string::npos) << story;
  EXPECT_NE(story.find("rollout SOAKING: "), std::string::npos) << story;
  for (const auto& recommendation : engine_.fleet->Recommendations()) {
    EXPECT_NE(recommendation->state, RecommendationState::kProposed);
  }
}

TEST_F(WholeCircle, GoesOnAfterARestart) {
  Approve();
  Apply();
  engine_.Churn(session_, 5);
  const Rollout before = engine_.OnlyRollout();
  engine_.Restart();
  EXPECT_EQ(engine_.OnlyRollout(), before);

  AgentHello hello = EnforcingHello("web-1");
  hello.applied_revision = 1;
  session_ = engine_.Attach(hello);
  ASSERT_EQ(session_->desired().size(), 1u) << "the lease is renewed at once";
  EXPECT_EQ(session_->desired()[0].revision, 1);
  engine_.Churn(session_, 6);

  EXPECT_EQ(State(), RolloutState::kConfirmed);
}

TEST_F(WholeCircle, RenewsTheLeaseAtAThirdOfIt) {
  Approve();
  engine_.ReplyApplied(session_);
  engine_.Advance(absl::Seconds(19));
  engine_.Turn();
  EXPECT_EQ(session_->desired().size(), 1u);
  engine_.Advance(absl::Seconds(1));
  engine_.Turn();

  ASSERT_EQ(session_->desired().size(), 2u);
  EXPECT_EQ(session_->desired()[1].revision, session_->desired()[0].revision);
  EXPECT_EQ(session_->desired()[1].changes, session_->desired()[0].changes);
}

TEST_F(WholeCircle, WithoutAnAnswerItFailsAndIsTakenBack) {
  Approve();
  engine_.Advance(absl::Seconds(60));
  engine_.Turn();

  EXPECT_EQ(State(), RolloutState::kFailed);
  // A second revision on top of one that nobody answered would be one too many.
  EXPECT_EQ(session_->desired().size(), 1u);
  ASSERT_TRUE(session_->end().has_value());
  EXPECT_EQ(session_->end()->message(),
            "no answer to a desired state for 1m; attach again to be told anew");
  session_ = engine_.Attach(EnforcingHello("web-1"));
  ASSERT_EQ(session_->desired().size(), 1u);
  EXPECT_EQ(session_->desired().back().revision, 2);
  EXPECT_TRUE(session_->desired().back().changes.empty());
}

TEST_F(WholeCircle, WaitsForAHostThatIsNotThere) {
  session_ = engine_.Attach(EnforcingHello("web-1"));
  engine_.OpenIncident(session_);
  Recommendation widen = engine_.Proposed(RecommendationKind::kWidenRange);
  engine_.Detach(session_, false);
  ASSERT_TRUE(engine_.Approve(WidenTo(widen)).ok());
  engine_.Advance(absl::Seconds(59));
  engine_.Turn();
  EXPECT_EQ(State(), RolloutState::kApproved);

  session_ = engine_.Attach(EnforcingHello("web-1"));
  EXPECT_EQ(State(), RolloutState::kCanary);
  EXPECT_EQ(session_->desired().size(), 1u);
}

TEST_F(WholeCircle, ARefusalFailsWithTheAgentsWords) {
  Approve();
  const DesiredChange change = session_->desired().back().changes[0];
  DesiredStateReply reply;
  reply.nonce = session_->desired().back().nonce;
  reply.revision = 1;
  reply.results = {{change.rollout, change.netns_cookie, change.change.sysctl, ApplyState::kRefused,
                    "", "not on the allow-list of this host"}};
  engine_.Reply(session_, reply);
  engine_.Turn();

  Rollout rollout = engine_.OnlyRollout();
  EXPECT_EQ(rollout.state, RolloutState::kFailed);
  EXPECT_NE(rollout.message.find("not on the allow-list of this host"), std::string::npos);
  EXPECT_TRUE(session_->desired().back().changes.empty());
}

TEST_F(WholeCircle, AnAdministratorWhoWritesInTheSoakWins) {
  Approve();
  Apply();
  engine_.Churn(session_, 2);
  engine_.SetRange(20000, 29999);
  engine_.Churn(session_, 2);

  EXPECT_EQ(State(), RolloutState::kFailed);
  EXPECT_EQ(engine_.OnlyRollout().message.substr(0, 6), "drift:");
}

TEST_F(WholeCircle, ARevertTakesTheChangeOutUntilTheAgentAnswers) {
  Approve();
  Apply();
  engine_.Churn(session_, 11);
  ASSERT_EQ(State(), RolloutState::kConfirmed);
  engine_.ReplyApplied(session_);
  const std::string id = engine_.OnlyRollout().id;
  EXPECT_EQ(ReasonOf(engine_.Revert(id, "999").status()), "ETAG_MISMATCH");

  absl::StatusOr<Rollout> reverting = engine_.Revert(id);

  ASSERT_TRUE(reverting.ok()) << reverting.status();
  EXPECT_EQ(reverting->state, RolloutState::kReverting);
  EXPECT_TRUE(session_->desired().back().changes.empty());
  EXPECT_EQ(session_->desired().back().revision, 3);
  DesiredStateReply reply;
  reply.nonce = session_->desired().back().nonce;
  reply.revision = 3;
  engine_.Reply(session_, reply);
  engine_.Turn();
  EXPECT_EQ(State(), RolloutState::kReverted);
  EXPECT_EQ(engine_.Revert(id)->state, RolloutState::kReverted);
}

TEST_F(WholeCircle, AConfirmedRolloutOutlastsTheOneThatCoversIt) {
  Approve();
  Apply();
  engine_.Churn(session_, 11);
  ASSERT_EQ(State(), RolloutState::kConfirmed);
  const Rollout first = engine_.OnlyRollout();
  Rollout second = first;
  second.id = first.id + "z";
  second.state = RolloutState::kSoaking;
  second.targets[0].sysctls[0].change = {"net.ipv4.ip_local_port_range", "32768 60999",
                                         "20000 60999"};
  ControlState rows;
  rows.rollouts = {second};
  ASSERT_TRUE(engine_.control.Commit(rows).ok());
  engine_.Restart();
  session_ = engine_.Attach(EnforcingHello("web-1"));
  ASSERT_EQ(session_->desired().back().changes.size(), 1u);

  // An agent puts the first one back and then writes the second.
  DesiredStateReply reply;
  reply.nonce = session_->desired().back().nonce;
  reply.revision = session_->desired().back().revision;
  reply.results = {{"rollouts/" + first.id, kFixtureCookie, "net.ipv4.ip_local_port_range",
                    ApplyState::kReverted, "40000 40399", ""},
                   {"rollouts/" + second.id, kFixtureCookie, "net.ipv4.ip_local_port_range",
                    ApplyState::kApplied, "20000 60999", ""}};
  engine_.Reply(session_, reply);
  engine_.Turn();
  EXPECT_EQ(engine_.fleet->FindRollout(first.id)->state, RolloutState::kConfirmed);

  ASSERT_TRUE(engine_.Revert(second.id).ok());
  ASSERT_EQ(session_->desired().back().changes.size(), 1u);
  EXPECT_EQ(session_->desired().back().changes[0].rollout, "rollouts/" + first.id);
}

TEST_F(WholeCircle, WhatDoesNotHelpIsReverted) {
  Approve();
  engine_.ReplyApplied(session_);
  // The value is in force, and still the load is larger than the pool.
  for (int i = 1; i <= 121; ++i) {
    engine_.Advance(absl::Seconds(1));
    engine_.Offer(session_, SampleBuilder()
                                .Sequence(1000 + i)
                                .At(engine_.clock.SystemNow())
                                .Range(32768, 60999)
                                .Churn(2000, absl::Seconds(100))
                                .Build());
    engine_.Turn();
    // Each renewal is answered.
    if (i % 20 == 0 && i < 120) engine_.ReplyApplied(session_);
  }

  EXPECT_EQ(State(), RolloutState::kReverting);
  EXPECT_NE(engine_.OnlyRollout().message.find("it did not help"), std::string::npos);
  EXPECT_TRUE(session_->desired().back().changes.empty());
}

TEST_F(EngineRolloutTest, AFailedRolloutCannotBeReverted) {
  engine_.Advance(absl::Seconds(60));
  engine_.Turn();
  ASSERT_EQ(State(), RolloutState::kFailed);

  EXPECT_EQ(engine_.Revert(engine_.OnlyRollout().id).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(EngineRolloutTest, ProposesNothingForASysctlThatIsBeingChanged) {
  engine_.Churn(session_, 15);

  for (const auto& recommendation : engine_.fleet->Recommendations()) {
    EXPECT_FALSE(recommendation->kind == RecommendationKind::kWidenRange &&
                 recommendation->state == RecommendationState::kProposed);
  }
}

TEST_F(EngineRolloutTest, ALostDatabaseStillGivesTheAgentANewerRevision) {
  EngineHarness fresh;
  AgentHello hello = EnforcingHello("web-1");
  hello.applied_revision = 41;

  auto session = fresh.Attach(hello);

  ASSERT_EQ(session->desired().size(), 1u);
  EXPECT_EQ(session->desired()[0].revision, 42);
  EXPECT_TRUE(session->desired()[0].changes.empty());
}

}  // namespace
}  // namespace berthmaster
