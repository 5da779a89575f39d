// A change of a person's own and its rollout, and the approval policy, over the wire. The agent is
// a session that keeps what it is sent.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "berthmaster/v1/policy.grpc.pb.h"
#include "controller/engine/agent_session.h"
#include "tests/controller/api/api_fixture.h"
#include "tests/fixtures/sample_builder.h"

namespace berthmaster {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kRange[] = "net.ipv4.ip_local_port_range";
// Far above what a turn of the engine takes.
constexpr absl::Duration kWaitMax = absl::Seconds(30);

class AgentDouble final : public AgentSession {
 public:
  void SendWelcome(int64_t /*committed_sequence*/) override {
    absl::MutexLock lock(&mutex_);
    welcomed_ = true;
  }
  void SendSampleAck(int64_t committed_sequence) override {
    absl::MutexLock lock(&mutex_);
    acknowledged_ = committed_sequence;
  }
  void SendDesiredState(const DesiredState& desired) override {
    absl::MutexLock lock(&mutex_);
    desired_ = desired;
    desired_->nonce = ++nonce_;
  }
  void SendRetryAfter(absl::Duration /*delay*/) override {}
  void End(const absl::Status& /*status*/) override {}

  bool AwaitWelcome() {
    absl::MutexLock lock(&mutex_);
    return mutex_.AwaitWithTimeout(absl::Condition(&welcomed_), kWaitMax);
  }
  bool AwaitAck(int64_t sequence) {
    absl::MutexLock lock(&mutex_);
    const auto done = [this, sequence]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return acknowledged_ >= sequence;
    };
    return mutex_.AwaitWithTimeout(absl::Condition(&done), kWaitMax);
  }
  // The newest desired state that has changes in it.
  std::optional<DesiredState> AwaitChanges() {
    absl::MutexLock lock(&mutex_);
    const auto done = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return desired_.has_value() && !desired_->changes.empty();
    };
    return mutex_.AwaitWithTimeout(absl::Condition(&done), kWaitMax) ? desired_ : std::nullopt;
  }

 private:
  absl::Mutex mutex_;
  bool welcomed_ ABSL_GUARDED_BY(mutex_) = false;
  int64_t acknowledged_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t nonce_ ABSL_GUARDED_BY(mutex_) = 0;
  std::optional<DesiredState> desired_ ABSL_GUARDED_BY(mutex_);
};

class ChangesApiTest : public ApiTest {
 protected:
  void SetUp() override {
    Serve();
    recommendations_ = v1::RecommendationService::NewStub(channel());
    rollouts_ = v1::RolloutService::NewStub(channel());
    policies_ = v1::PolicyService::NewStub(channel());
    engine_->Attach(EnforcingHello("web-1"), agent_);
    ASSERT_TRUE(agent_->AwaitWelcome());
    SendSample("40000 40399");
    // It was told at once that nothing is desired yet.
    DesiredStateReply nothing;
    nothing.nonce = 1;
    engine_->OfferReply(agent_, nothing);
  }

  // The next sample, with this range in force, taken by the engine.
  void SendSample(const std::string& range) {
    clock_.Advance(absl::Seconds(1));
    HostSample sample =
        SampleBuilder().Sequence(++sequence_).At(clock_.SystemNow()).Sysctl(kRange, range).Build();
    ASSERT_TRUE(engine_->OfferSample(agent_, Shared(std::move(sample))));
    ASSERT_TRUE(agent_->AwaitAck(sequence_));
  }
  void ReplyApplied() {
    const std::optional<DesiredState> desired = agent_->AwaitChanges();
    ASSERT_TRUE(desired.has_value());
    DesiredStateReply reply;
    reply.revision = desired->revision;
    reply.nonce = desired->nonce;
    for (const DesiredChange& change : desired->changes) {
      reply.results.push_back({change.rollout, change.netns_cookie, change.change.sysctl,
                               ApplyState::kApplied, change.change.desired_value, ""});
    }
    engine_->OfferReply(agent_, reply);
  }

  static v1::ProposeChangeRequest Proposal() {
    v1::ProposeChangeRequest request;
    (*request.mutable_desired_values())[kRange] = "40000 60999";
    (*request.mutable_plan()->mutable_selector())["host"] = "web-1";
    request.set_reason("more room for the sale");
    return request;
  }
  grpc::Status Propose(const v1::ProposeChangeRequest& request) {
    return recommendations_->ProposeChange(BoundedContext().get(), request, &proposed_);
  }
  // The name of the rollout of Proposal(), which is on its way.
  std::string ProposeAndApprove() {
    EXPECT_TRUE(Propose(Proposal()).ok());
    v1::ApproveRecommendationRequest request;
    request.set_name(proposed_.recommendation().name());
    request.set_reason("looks fine");
    v1::ApproveRecommendationResponse response;
    const grpc::Status status =
        recommendations_->ApproveRecommendation(BoundedContext().get(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.recommendation().rollout();
  }

  // One of the methods about a rollout; what it answered is in rollout_.
  template <typename Request, typename Response>
  grpc::Status Decide(grpc::Status (v1::RolloutService::Stub::*method)(grpc::ClientContext*,
                                                                       const Request&, Response*),
                      const std::string& name, const std::string& reason = "why",
                      const std::string& etag = "") {
    Request request;
    request.set_name(name);
    request.set_reason(reason);
    request.set_etag(etag);
    Response response;
    const grpc::Status status =
        (rollouts_.get()->*method)(BoundedContext().get(), request, &response);
    rollout_ = response.rollout();
    return status;
  }

  grpc::Status SetPolicy(const v1::UpdateApprovalPolicyRequest& request) {
    return policies_->UpdateApprovalPolicy(BoundedContext().get(), request, &updated_);
  }

  std::shared_ptr<AgentDouble> agent_ = std::make_shared<AgentDouble>();
  int64_t sequence_ = 0;
  std::unique_ptr<v1::RecommendationService::Stub> recommendations_;
  std::unique_ptr<v1::RolloutService::Stub> rollouts_;
  std::unique_ptr<v1::PolicyService::Stub> policies_;
  v1::ProposeChangeResponse proposed_;
  v1::Rollout rollout_;
  v1::UpdateApprovalPolicyResponse updated_;
};

using Rollouts = v1::RolloutService::Stub;

TEST_F(ChangesApiTest, AProposalIsARecommendationWithItsPlan) {
  v1::ProposeChangeRequest request = Proposal();
  request.mutable_plan()->mutable_soak()->set_seconds(300);
  request.mutable_plan()->add_waves()->set_percent(50);
  request.set_request_id("123e4567-e89b-42d3-a456-426614174000");

  const grpc::Status status = Propose(request);

  ASSERT_TRUE(status.ok()) << status.error_message();
  const v1::Recommendation made = proposed_.recommendation();
  EXPECT_EQ(made.kind(), v1::RECOMMENDATION_KIND_CUSTOM);
  EXPECT_EQ(made.state(), v1::RECOMMENDATION_STATE_PROPOSED);
  EXPECT_EQ(made.proposer(), "local");
  EXPECT_EQ(made.rationale(), "more room for the sale");
  EXPECT_EQ(made.plan().selector().at("host"), "web-1");
  EXPECT_EQ(made.plan().canary_count(), 1);
  EXPECT_EQ(made.plan().soak().seconds(), 300);
  EXPECT_EQ(made.plan().waves(0).percent(), 50);
  EXPECT_EQ(made.target_count(), 1);
  EXPECT_EQ(made.approvals_required(), 1);
  EXPECT_TRUE(made.has_expire_time());
  EXPECT_EQ(made.host(), "");
  EXPECT_EQ(made.incident(), "");
  EXPECT_THAT(proposed_.netns(), ElementsAre("hosts/web-1/netns/7"));
  EXPECT_EQ(control_store_.Load()->recommendations.size(), 1U);

  ASSERT_TRUE(Propose(request).ok());
  EXPECT_EQ(proposed_.recommendation().name(), made.name()) << "a retry is the same proposal";
}

TEST_F(ChangesApiTest, AProposalIsOnlyCheckedWhenThatIsAsked) {
  v1::ProposeChangeRequest request = Proposal();
  request.set_validate_only(true);

  ASSERT_TRUE(Propose(request).ok());

  EXPECT_EQ(proposed_.recommendation().name(), "");
  EXPECT_THAT(proposed_.netns(), ElementsAre("hosts/web-1/netns/7"));
  EXPECT_TRUE(fleet_.Recommendations().empty());
}

TEST_F(ChangesApiTest, AProposalThatIsNoneIsRefusedWithItsReason) {
  auto reason = [this](auto change) {
    v1::ProposeChangeRequest request = Proposal();
    change(request);
    const grpc::Status status = Propose(request);
    EXPECT_FALSE(status.ok());
    const std::string word = ReasonOf(status);
    return word.empty() ? status.error_message().substr(0, status.error_message().find(':')) : word;
  };

  EXPECT_EQ(reason([](auto& r) { (*r.mutable_desired_values())["net.ipv4.no_such"] = "1"; }),
            "SYSCTL_UNKNOWN");
  EXPECT_EQ(reason([](auto& r) { (*r.mutable_desired_values())[kRange] = "9 8"; }),
            "SYSCTL_VALUE_INVALID");
  EXPECT_EQ(reason([](auto& r) { r.mutable_plan()->clear_selector(); }), "PLAN_INVALID");
  EXPECT_EQ(reason([](auto& r) { r.mutable_plan()->set_canary_count(101); }), "PLAN_INVALID");
  EXPECT_EQ(reason([](auto& r) { r.mutable_plan()->mutable_soak()->set_seconds(90000); }),
            "PLAN_INVALID");
  EXPECT_EQ(reason([](auto& r) { (*r.mutable_plan()->mutable_selector())["host"] = "web-9"; }),
            "NO_TARGETS");
  EXPECT_EQ(reason([](auto& r) { (*r.mutable_desired_values())[kRange] = "15000 64999"; }),
            "BAD_ADVICE")
      << "it takes in what Kubernetes gives to services";
  EXPECT_EQ(reason([](auto& r) { r.clear_reason(); }), "REASON_INVALID");
  EXPECT_EQ(reason([](auto& r) { r.set_request_id("1"); }), "request_id");
  EXPECT_EQ(reason([](auto& r) {
              for (int i = 0; i < 21; ++i) r.mutable_plan()->add_waves()->set_count(1);
            }),
            "plan.waves");
  EXPECT_TRUE(fleet_.Recommendations().empty());
}

TEST_F(ChangesApiTest, ARolloutIsPausedAndResumed) {
  const std::string name = ProposeAndApprove();

  ASSERT_TRUE(Decide(&Rollouts::PauseRollout, name, "lunch").ok());
  EXPECT_EQ(rollout_.state(), v1::ROLLOUT_STATE_CANARY);
  EXPECT_EQ(rollout_.pause().pauser(), "local");
  EXPECT_EQ(rollout_.pause().reason(), "lunch");
  EXPECT_EQ(rollout_.message(), "paused by local: lunch");
  EXPECT_EQ(rollout_.target_counts().total(), 1);
  EXPECT_EQ(rollout_.wave_count(), 1);
  ASSERT_EQ(rollout_.approvals_size(), 1);
  EXPECT_EQ(rollout_.approvals(0).reason(), "looks fine");
  const std::string etag = rollout_.etag();

  EXPECT_TRUE(Decide(&Rollouts::PauseRollout, name, "again").ok()) << "idempotent";
  EXPECT_EQ(rollout_.pause().reason(), "lunch");
  EXPECT_EQ(ReasonOf(Decide(&Rollouts::PromoteRollout, name)), "ROLLOUT_NOT_IN_PROGRESS");
  EXPECT_EQ(ReasonOf(Decide(&Rollouts::ResumeRollout, name, "back", etag + "9")), "ETAG_MISMATCH");

  ASSERT_TRUE(Decide(&Rollouts::ResumeRollout, name, "back", etag).ok());
  EXPECT_FALSE(rollout_.has_pause());
}

TEST_F(ChangesApiTest, ASoakIsPromoted) {
  const std::string name = ProposeAndApprove();
  EXPECT_EQ(ReasonOf(Decide(&Rollouts::PromoteRollout, name)), "NOTHING_TO_PROMOTE");
  ReplyApplied();
  SendSample("40000 60999");
  SendSample("40000 60999");

  const grpc::Status status = Decide(&Rollouts::PromoteRollout, name, "it is fine");

  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(rollout_.targets(0).state(), v1::TARGET_STATE_HOLDING);
  EXPECT_EQ(rollout_.targets(0).sysctls(0).change().expected_value(), "40000 40399");
  EXPECT_EQ(rollout_.targets(0).sysctls(0).applied_value(), "40000 60999");
  EXPECT_EQ(rollout_.targets(0).sysctls(0).effective_value(), "40000 60999");
  EXPECT_EQ(rollout_.target_counts().holding(), 1);
  EXPECT_THAT(rollout_.message(), HasSubstr("it is fine"));
}

TEST_F(ChangesApiTest, ARolloutIsAborted) {
  const std::string name = ProposeAndApprove();

  ASSERT_TRUE(Decide(&Rollouts::AbortRollout, name, "no").ok());

  EXPECT_EQ(rollout_.state(), v1::ROLLOUT_STATE_REVERTING);
  EXPECT_EQ(rollout_.stop_reason(), "aborted: local: no");
  EXPECT_TRUE(Decide(&Rollouts::AbortRollout, name, "no").ok()) << "idempotent";
  EXPECT_EQ(ReasonOf(Decide(&Rollouts::PauseRollout, name)), "ROLLOUT_NOT_IN_PROGRESS");
  EXPECT_EQ(ReasonOf(Decide(&Rollouts::ResumeRollout, name)), "ROLLOUT_NOT_IN_PROGRESS");
}

TEST_F(ChangesApiTest, WhatIsNoDecisionAboutARolloutIsRefused) {
  EXPECT_EQ(Decide(&Rollouts::PauseRollout, "rollouts/none").error_code(),
            grpc::StatusCode::NOT_FOUND);
  for (const auto& status :
       {Decide(&Rollouts::PauseRollout, "rollouts/none", ""),
        Decide(&Rollouts::ResumeRollout, "incidents/i1"),
        Decide(&Rollouts::PromoteRollout, "rollouts/none", std::string(1001, 'x')),
        Decide(&Rollouts::AbortRollout, "rollouts/none", "why", std::string(100, '1'))}) {
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << status.error_message();
  }
}

TEST_F(ChangesApiTest, TheApprovalPolicyHoldsForTheNextDecision) {
  v1::GetApprovalPolicyResponse got;
  ASSERT_TRUE(policies_->GetApprovalPolicy(BoundedContext().get(), {}, &got).ok());
  EXPECT_EQ(got.policy().name(), "policies/approval");
  EXPECT_EQ(got.policy().rules_size(), 0);
  EXPECT_FALSE(got.policy().has_update_time());

  v1::UpdateApprovalPolicyRequest request;
  request.mutable_policy()->set_etag(got.policy().etag());
  v1::ApprovalRule& rule = *request.mutable_policy()->add_rules();
  rule.set_name("all");
  rule.set_approvals_required(2);
  request.set_validate_only(true);
  ASSERT_TRUE(SetPolicy(request).ok());
  EXPECT_EQ(fleet_.FindApprovalPolicy()->rules.size(), 0U);
  request.set_validate_only(false);
  ASSERT_TRUE(SetPolicy(request).ok());
  EXPECT_EQ(updated_.policy().updater(), "local");
  EXPECT_TRUE(updated_.policy().has_update_time());
  EXPECT_NE(updated_.policy().etag(), got.policy().etag());
  EXPECT_EQ(control_store_.Load()->approval_policy->rules.at(0).name, "all");

  EXPECT_EQ(ReasonOf(SetPolicy(request)), "ETAG_MISMATCH");
  ASSERT_TRUE(Propose(Proposal()).ok());
  EXPECT_EQ(proposed_.recommendation().approvals_required(), 2);
}

TEST_F(ChangesApiTest, APolicyThatIsNoneIsRefused) {
  v1::UpdateApprovalPolicyRequest request;
  EXPECT_EQ(SetPolicy(request).error_message(),
            "policy: '' is missing; send the rules and freezes that shall hold");
  v1::ApprovalRule& rule = *request.mutable_policy()->add_rules();
  rule.set_name("all");
  rule.set_approvals_required(11);
  EXPECT_EQ(ReasonOf(SetPolicy(request)), "POLICY_INVALID");
  rule.set_approvals_required(1);
  rule.add_risks(static_cast<v1::RecommendationRisk>(9));
  EXPECT_THAT(SetPolicy(request).error_message(), HasSubstr("policy.rules[0].risks"));
  rule.clear_risks();
  request.mutable_policy()->set_name("policies/detection");
  EXPECT_THAT(SetPolicy(request).error_message(), HasSubstr("is not policies/approval"));
}

}  // namespace
}  // namespace berthmaster
