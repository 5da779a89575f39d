#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/controller/api/api_fixture.h"

namespace berthmaster {
namespace {

// A host whose agent may write, an incident and a recommendation.
ControlState Proposal() {
  ControlState state;
  Host host;
  host.host_id = "web-1";
  host.identity.profile = AgentProfile::kEnforce;
  host.identity.capabilities = {AgentCapability::kApplySysctl};
  host.attach_time = TestTime();
  state.hosts = {host};
  state.incidents = {MakeIncident("i1")};
  state.recommendations = {MakeRecommendation("r1", "i1", 1)};
  return state;
}

class DecisionsTest : public ApiTest {
 protected:
  void SetUp() override {
    Serve(Proposal());
    recommendations_ = v1::RecommendationService::NewStub(channel());
    incidents_ = v1::IncidentService::NewStub(channel());
  }

  static v1::ApproveRecommendationRequest Approval() {
    v1::ApproveRecommendationRequest request;
    request.set_name("recommendations/r1");
    request.set_reason("it runs out");
    return request;
  }

  grpc::Status Approve(const v1::ApproveRecommendationRequest& request) {
    v1::ApproveRecommendationResponse response;
    return recommendations_->ApproveRecommendation(BoundedContext().get(), request, &response);
  }

  std::unique_ptr<v1::RecommendationService::Stub> recommendations_;
  std::unique_ptr<v1::IncidentService::Stub> incidents_;
};

TEST_F(DecisionsTest, AnUnknownSysctlIsRefusedWithItsReason) {
  v1::ApproveRecommendationRequest request = Approval();
  (*request.mutable_desired_values())["net.ipv4.no_such_thing"] = "1";

  const grpc::Status status = Approve(request);

  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonOf(status), "SYSCTL_UNKNOWN");
  EXPECT_EQ(fleet_.FindRecommendation("r1")->state, RecommendationState::kProposed);
}

TEST_F(DecisionsTest, AValueOutOfBoundsIsRefusedWithItsReason) {
  v1::ApproveRecommendationRequest request = Approval();
  (*request.mutable_desired_values())["net.ipv4.tcp_tw_reuse"] = "77";

  EXPECT_EQ(ReasonOf(Approve(request)), "SYSCTL_VALUE_INVALID");
}

TEST_F(DecisionsTest, AnEtagThatDoesNotMatchAborts) {
  v1::ApproveRecommendationRequest request = Approval();
  request.set_etag("99");

  const grpc::Status status = Approve(request);

  EXPECT_EQ(status.error_code(), grpc::StatusCode::ABORTED);
  EXPECT_EQ(ReasonOf(status), "ETAG_MISMATCH");
}

TEST_F(DecisionsTest, WhatIsOutOfBoundsDoesNotReachTheEngine) {
  auto message = [this](auto change) {
    v1::ApproveRecommendationRequest request = Approval();
    change(request);
    const grpc::Status status = Approve(request);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    return status.error_message().substr(0, status.error_message().find(':'));
  };

  EXPECT_EQ(message([](auto& r) { r.clear_reason(); }), "reason");
  EXPECT_EQ(message([](auto& r) { r.set_reason(std::string(1001, 'x')); }), "reason");
  EXPECT_EQ(message([](auto& r) { r.set_name("incidents/i1"); }), "name");
  EXPECT_EQ(message([](auto& r) { r.set_request_id("1"); }), "request_id");
  EXPECT_EQ(message([](auto& r) { r.set_etag(std::string(100, '1')); }), "etag");
  EXPECT_EQ(message([](auto& r) {
              for (int i = 0; i < 17; ++i) (*r.mutable_desired_values())[std::to_string(i)] = "1";
            }),
            "desired_values");
}

TEST_F(DecisionsTest, RejectAnswersWithTheCommittedDecision) {
  v1::RejectRecommendationRequest request;
  request.set_name("recommendations/r1");
  request.set_reason("not now");
  request.set_request_id("123e4567-e89b-42d3-a456-426614174000");
  v1::RejectRecommendationResponse response;

  ASSERT_TRUE(
      recommendations_->RejectRecommendation(BoundedContext().get(), request, &response).ok());

  EXPECT_EQ(response.recommendation().state(), v1::RECOMMENDATION_STATE_REJECTED);
  EXPECT_EQ(response.recommendation().decision().decider(), "local");
  EXPECT_EQ(response.recommendation().decision().reason(), "not now");
  EXPECT_EQ(control_store_.Load()->recommendations.at(0).state, RecommendationState::kRejected);

  // The same request again gets the same answer; another with its id does not.
  EXPECT_TRUE(
      recommendations_->RejectRecommendation(BoundedContext().get(), request, &response).ok());
  request.set_reason("another");
  EXPECT_FALSE(
      recommendations_->RejectRecommendation(BoundedContext().get(), request, &response).ok());
}

TEST_F(DecisionsTest, IncidentsAreAcknowledgedAndResolved) {
  v1::AcknowledgeIncidentRequest acknowledge;
  acknowledge.set_name("incidents/i1");
  v1::AcknowledgeIncidentResponse acknowledged;
  ASSERT_TRUE(
      incidents_->AcknowledgeIncident(BoundedContext().get(), acknowledge, &acknowledged).ok());
  EXPECT_EQ(acknowledged.incident().state(), v1::INCIDENT_STATE_ACKNOWLEDGED);
  EXPECT_EQ(acknowledged.incident().acknowledger(), "local");

  v1::ResolveIncidentRequest resolve;
  resolve.set_name("incidents/i1");
  v1::ResolveIncidentResponse resolved;
  EXPECT_EQ(incidents_->ResolveIncident(BoundedContext().get(), resolve, &resolved).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  resolve.set_reason("restarted the client");
  ASSERT_TRUE(incidents_->ResolveIncident(BoundedContext().get(), resolve, &resolved).ok());
  EXPECT_EQ(resolved.incident().state(), v1::INCIDENT_STATE_RESOLVED);
  EXPECT_THAT(resolved.incident().resolve_reason(), ::testing::HasSubstr("restarted the client"));
}

TEST_F(DecisionsTest, ARolloutThatIsNotThereIsNotFound) {
  const auto rollouts = v1::RolloutService::NewStub(channel());
  v1::RevertRolloutRequest request;
  request.set_name("rollouts/none");
  request.set_reason("why not");
  v1::RevertRolloutResponse response;

  EXPECT_EQ(rollouts->RevertRollout(BoundedContext().get(), request, &response).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST_F(DecisionsTest, AfterTheEngineStoppedDecisionsAreUnavailable) {
  engine_->Stop();

  EXPECT_EQ(Approve(Approval()).error_code(), grpc::StatusCode::UNAVAILABLE);
}

}  // namespace
}  // namespace berthmaster
