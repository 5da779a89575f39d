#include <gtest/gtest.h>

#include "common/status/reason.h"
#include "controller/model/names.h"
#include "tests/controller/engine/engine_harness.h"

namespace berthmaster {
namespace {

class DecisionsTest : public testing::Test {
 protected:
  void SetUp() override {
    session_ = engine_.Attach(EnforcingHello("web-1"));
    incident_ = engine_.OpenIncident(session_);
    widen_ = engine_.Proposed(RecommendationKind::kWidenRange);
  }

  DecisionRequest Request() const {
    DecisionRequest request;
    request.recommendation_id = widen_.id;
    request.decider = "ann";
    request.reason = "ports run out";
    return request;
  }

  EngineHarness engine_;
  std::shared_ptr<FakeSession> session_;
  Incident incident_;
  Recommendation widen_;
};

TEST_F(DecisionsTest, ApprovingStartsARolloutAndPushesIt) {
  absl::StatusOr<Recommendation> approved = engine_.Approve(Request());

  ASSERT_TRUE(approved.ok()) << approved.status();
  EXPECT_EQ(approved->state, RecommendationState::kApproved);
  EXPECT_EQ(approved->decision->decider, "ann");
  EXPECT_EQ(approved->decision->content_sha256.size(), 64u);
  Rollout rollout = engine_.OnlyRollout();
  EXPECT_EQ(approved->rollout_id, rollout.id);
  EXPECT_EQ(rollout.state, RolloutState::kCanary);
  EXPECT_EQ(rollout.approver, "ann");
  ASSERT_EQ(session_->desired().size(), 1u);
  const DesiredState desired = session_->desired()[0];
  EXPECT_EQ(desired.revision, 1);
  ASSERT_EQ(desired.changes.size(), widen_.changes.size());
  EXPECT_EQ(desired.changes[0].rollout, "rollouts/" + rollout.id);
  EXPECT_EQ(desired.changes[0].netns_cookie, kFixtureCookie);
  EXPECT_EQ(desired.changes[0].change, widen_.changes[0]);
  EXPECT_FALSE(desired.changes[0].confirmed);
  EXPECT_EQ(desired.changes[0].lease, absl::Seconds(60));
}

TEST_F(DecisionsTest, NothingOfAnApprovalIsSeenWhenItsCommitFails) {
  engine_.control.FailCommit(absl::ResourceExhaustedError("disk full"));

  absl::StatusOr<Recommendation> answer = engine_.Approve(Request());

  EXPECT_EQ(answer.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(session_->desired().empty());
  EXPECT_TRUE(engine_.fleet->Rollouts().empty());
  engine_.control.FailCommit(absl::OkStatus());
  engine_.Turn();
  EXPECT_TRUE(engine_.fleet->Rollouts().empty());
  EXPECT_EQ(engine_.fleet->FindRecommendation(widen_.id)->state, RecommendationState::kProposed);
  EXPECT_TRUE(engine_.control.Load()->rollouts.empty());
  EXPECT_TRUE(engine_.Approve(Request()).ok());
}

TEST_F(DecisionsTest, AFailedAcknowledgementLeavesTheIncidentOpen) {
  engine_.control.FailCommit(absl::UnavailableError("I/O error"));
  EXPECT_EQ(engine_.Acknowledge(incident_.id).status().code(), absl::StatusCode::kUnavailable);
  engine_.control.FailCommit(absl::OkStatus());

  engine_.Churn(session_, 2);

  EXPECT_EQ(engine_.fleet->FindIncident(incident_.id)->state, IncidentState::kOpen);
  EXPECT_EQ(engine_.fleet->Incidents().size(), 1u);
  EXPECT_EQ(engine_.Acknowledge(incident_.id)->state, IncidentState::kAcknowledged);
}

TEST_F(DecisionsTest, CommandsAreRefusedWhileFactsCannotBeCommitted) {
  engine_.control.FailCommit(absl::UnavailableError("I/O error"));
  engine_.Attach(ObservingHello("web-2"));

  EXPECT_EQ(engine_.Approve(Request()).status().code(), absl::StatusCode::kUnavailable);

  engine_.control.FailCommit(absl::OkStatus());
  engine_.Advance(kRetryMax);
  EXPECT_TRUE(engine_.Approve(Request()).ok());
}

TEST_F(DecisionsTest, ARequestIdGivesTheSameAnswerAgain) {
  DecisionRequest request = Request();
  request.request_id = "5f0c2a8e-0000-4000-8000-000000000001";
  request.request_sha256 = "aa";
  absl::StatusOr<Recommendation> first = engine_.Approve(request);
  absl::StatusOr<Recommendation> again = engine_.Approve(request);

  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(*again, *first);
  EXPECT_EQ(engine_.fleet->Rollouts().size(), 1u);
  engine_.Restart();
  EXPECT_TRUE(engine_.Approve(request).ok());
}

TEST_F(DecisionsTest, ARequestIdStandsForOneRequest) {
  DecisionRequest request = Request();
  request.request_id = "5f0c2a8e-0000-4000-8000-000000000001";
  request.request_sha256 = "aa";
  ASSERT_TRUE(engine_.Approve(request).ok());
  request.request_sha256 = "bb";

  absl::Status status = engine_.Approve(request).status();

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(status), "REQUEST_ID_REUSED");
  EXPECT_EQ(ReasonOf(engine_.Reject(request).status()), "REQUEST_ID_REUSED");
}

TEST_F(DecisionsTest, AnOldEtagAborts) {
  DecisionRequest request = Request();
  request.etag = EtagOf(widen_.revision + 1);

  absl::Status status = engine_.Approve(request).status();

  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(ReasonOf(status), "ETAG_MISMATCH");
}

TEST_F(DecisionsTest, ADecisionIsMadeOnce) {
  ASSERT_TRUE(engine_.Approve(Request()).ok());

  absl::Status status = engine_.Approve(Request()).status();

  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(status), "RECOMMENDATION_NOT_PROPOSED");
}

TEST_F(DecisionsTest, RefusesASysctlThatIsNotInTheRecommendation) {
  DecisionRequest request = Request();
  request.desired_values = {{"net.ipv4.tcp_syncookies", "0"}};

  absl::Status status = engine_.Approve(request).status();

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(status), "SYSCTL_UNKNOWN");
}

TEST_F(DecisionsTest, RefusesAValueOutOfBounds) {
  DecisionRequest request = Request();
  request.desired_values = {{"net.ipv4.ip_local_port_range", "1 70000"}};

  absl::Status status = engine_.Approve(request).status();

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(status), "SYSCTL_VALUE_INVALID");
}

TEST_F(DecisionsTest, WritesTheApproversValue) {
  DecisionRequest request = Request();
  request.desired_values = {{"net.ipv4.ip_local_port_range", "40000\t49999"}};

  absl::StatusOr<Recommendation> approved = engine_.Approve(request);

  ASSERT_TRUE(approved.ok()) << approved.status();
  ASSERT_FALSE(approved->durable_forms.empty());
  EXPECT_NE(approved->durable_forms[0].text.find("40000 49999"), std::string::npos);
  bool found = false;
  const DesiredState desired = session_->desired().back();
  for (const DesiredChange& change : desired.changes) {
    found = found || change.change.desired_value == "40000 49999";
  }
  EXPECT_TRUE(found);
}

TEST_F(DecisionsTest, ValidateOnlyChangesNothing) {
  DecisionRequest request = Request();
  request.validate_only = true;

  absl::StatusOr<Recommendation> answer = engine_.Approve(request);

  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(*answer, widen_);
  EXPECT_TRUE(engine_.fleet->Rollouts().empty());
  request.desired_values = {{"net.ipv4.ip_local_port_range", "none"}};
  EXPECT_EQ(ReasonOf(engine_.Approve(request).status()), "SYSCTL_VALUE_INVALID");
}

TEST_F(DecisionsTest, OneRolloutAtATimeWorksOnANamespace) {
  Recommendation reuse = engine_.Proposed(RecommendationKind::kTimeWaitReuse);
  ASSERT_TRUE(engine_.Approve(Request()).ok());

  absl::Status status = engine_.Approve(reuse.id).status();

  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(status), "ROLLOUT_IN_PROGRESS");
}

TEST_F(DecisionsTest, AnObservingAgentIsNotAskedToWrite) {
  engine_.Attach(ObservingHello("web-1"));

  absl::Status status = engine_.Approve(Request()).status();

  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(status), "AGENT_NOT_ENFORCING");
}

TEST_F(DecisionsTest, AReasonIsRequired) {
  DecisionRequest request = Request();
  request.reason = "";

  EXPECT_EQ(engine_.Approve(request).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(engine_.Reject(request).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(DecisionsTest, UnknownNamesAreNotFound) {
  EXPECT_EQ(engine_.Approve("nosuch").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(engine_.Acknowledge("nosuch").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(engine_.Revert("nosuch").status().code(), absl::StatusCode::kNotFound);
}

TEST_F(DecisionsTest, WhatWasRejectedIsNotProposedAgainForTheIncident) {
  ASSERT_TRUE(engine_.Reject(Request()).ok());

  engine_.Churn(session_, 25);

  for (const auto& recommendation : engine_.fleet->Recommendations()) {
    EXPECT_FALSE(recommendation->kind == RecommendationKind::kWidenRange &&
                 recommendation->state == RecommendationState::kProposed);
  }
}

TEST_F(DecisionsTest, AcknowledgingIsIdempotentAndResolvingExpiresProposals) {
  absl::StatusOr<Incident> acknowledged = engine_.Acknowledge(incident_.id);
  ASSERT_TRUE(acknowledged.ok());
  EXPECT_EQ(*engine_.Acknowledge(incident_.id), *acknowledged);

  absl::StatusOr<Incident> resolved = engine_.Resolve(incident_.id);

  ASSERT_TRUE(resolved.ok());
  EXPECT_EQ(resolved->state, IncidentState::kResolved);
  EXPECT_EQ(*engine_.Resolve(incident_.id), *resolved);
  EXPECT_EQ(engine_.Acknowledge(incident_.id).status().code(),
            absl::StatusCode::kFailedPrecondition);
  for (const auto& recommendation : engine_.fleet->Recommendations()) {
    EXPECT_EQ(recommendation->state, RecommendationState::kExpired);
  }
}

}  // namespace
}  // namespace berthmaster
