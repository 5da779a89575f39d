#include "tests/controller/engine/engine_harness.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

namespace berthmaster {

void EventLog::OnEvents(const std::vector<Event>& events) {
  events_.insert(events_.end(), events.begin(), events.end());
}

int EventLog::Count(EventKind kind) const {
  return static_cast<int>(std::count_if(events_.begin(), events_.end(),
                                        [&](const Event& event) { return event.kind == kind; }));
}

EngineHarness::EngineHarness() {
  bus_.Subscribe(events);
  Restart();
}

void EngineHarness::Restart() {
  core.reset();
  fleet = std::make_unique<Fleet>();
  core = std::make_unique<EngineCore>(
      Engine::Dependencies{&clock, &random, &control, &history, fleet.get(), &bus_}, options);
  EXPECT_TRUE(core->Load().ok());
}

std::shared_ptr<FakeSession> EngineHarness::Attach(const AgentHello& hello) {
  auto session = std::make_shared<FakeSession>();
  EXPECT_TRUE(core->queue().OfferAttach({hello, session}));
  Turn();
  // An enforcing agent is told at once that nothing is desired, and answers.
  if (session->desired().size() == 1 && session->desired().back().revision == 0) {
    ReplyApplied(session);
    session->ForgetPushes();
  }
  return session;
}

void EngineHarness::Offer(const std::shared_ptr<FakeSession>& session, HostSample sample) {
  EXPECT_TRUE(
      core->queue().OfferSample({session, std::make_shared<const HostSample>(std::move(sample))}));
}

void EngineHarness::Reply(const std::shared_ptr<FakeSession>& session, DesiredStateReply reply) {
  EXPECT_TRUE(core->queue().OfferReply({session, std::move(reply)}));
}

void EngineHarness::Detach(const std::shared_ptr<FakeSession>& session, const bool goodbye) {
  core->queue().OfferDetach({session, goodbye});
}

void EngineHarness::Turn() {
  // A push makes the next turn due at once; more than a few in a row would be a busy loop.
  for (int i = 0; i < 5; ++i) {
    if (core->RunTurn() > absl::ZeroDuration()) return;
  }
  ADD_FAILURE() << "the engine does not come to rest";
}

void EngineHarness::Churn(const std::shared_ptr<FakeSession>& session, int seconds, double rate) {
  for (int i = 0; i < seconds; ++i) {
    Advance(absl::Seconds(1));
    churned_ += absl::Seconds(1);
    Offer(session, SampleBuilder()
                       .Sequence(++sequence_)
                       .At(clock.SystemNow())
                       .Range(range_low_, range_high_)
                       .Churn(rate, churned_)
                       .Build());
    Turn();
  }
}

void EngineHarness::SetRange(int low, int high) {
  range_low_ = low;
  range_high_ = high;
}

void EngineHarness::ReplyApplied(const std::shared_ptr<FakeSession>& session) {
  ASSERT_FALSE(session->desired().empty());
  const DesiredState desired = session->desired().back();
  DesiredStateReply reply;
  reply.revision = desired.revision;
  reply.nonce = desired.nonce;
  for (const DesiredChange& change : desired.changes) {
    reply.results.push_back({change.rollout, change.netns_cookie, change.change.sysctl,
                             ApplyState::kApplied, change.change.desired_value, ""});
  }
  Reply(session, reply);
  Turn();
}

template <typename T>
absl::StatusOr<T> EngineHarness::Decide(std::function<absl::StatusOr<T>(Decisions&)> decide) {
  auto answer = std::make_shared<std::optional<absl::StatusOr<T>>>();
  EXPECT_TRUE(core->queue().OfferCommand(MakeCommand<T>(
      std::move(decide), [answer](absl::StatusOr<T> outcome) { *answer = std::move(outcome); })));
  Turn();
  if (!answer->has_value()) return absl::InternalError("the turn gave no answer");
  return **answer;
}

absl::StatusOr<Recommendation> EngineHarness::Approve(const DecisionRequest& request) {
  return Decide<Recommendation>(
      [request](Decisions& decisions) { return decisions.Approve(request); });
}

absl::StatusOr<Recommendation> EngineHarness::Approve(const std::string& id) {
  DecisionRequest request;
  request.recommendation_id = id;
  request.decider = "ann";
  request.reason = "ports run out";
  return Approve(request);
}

absl::StatusOr<Recommendation> EngineHarness::Reject(const DecisionRequest& request) {
  return Decide<Recommendation>(
      [request](Decisions& decisions) { return decisions.Reject(request); });
}

absl::StatusOr<Incident> EngineHarness::Acknowledge(const std::string& id,
                                                    const std::string& etag) {
  return Decide<Incident>([id, etag](Decisions& decisions) {
    return decisions.AcknowledgeIncident(id, Caller{"ann", ""}, etag);
  });
}

absl::StatusOr<Incident> EngineHarness::Resolve(const std::string& id) {
  return Decide<Incident>([id](Decisions& decisions) {
    return decisions.ResolveIncident(id, Caller{"ann", ""}, "a load test", "");
  });
}

absl::StatusOr<Rollout> EngineHarness::Revert(const std::string& id, const std::string& etag) {
  return Decide<Rollout>([id, etag](Decisions& decisions) {
    return decisions.DecideRollout({RolloutVerb::kRevert, id, "ann", "not wanted", etag, ""});
  });
}

absl::StatusOr<CreatedSilence> EngineHarness::CreateSilence(const SilenceRequest& request) {
  return Decide<CreatedSilence>(
      [request](Decisions& decisions) { return decisions.CreateSilence(request); });
}

absl::StatusOr<Silence> EngineHarness::ExpireSilence(const std::string& id,
                                                     const std::string& etag) {
  return Decide<Silence>([id, etag](Decisions& decisions) {
    return decisions.ExpireSilence(id, {"bob", "127.0.0.1:5"}, etag);
  });
}

absl::StatusOr<ApprovalPolicy> EngineHarness::SetApprovalPolicy(
    const ApprovalPolicyRequest& request) {
  return Decide<ApprovalPolicy>(
      [request](Decisions& decisions) { return decisions.UpdateApprovalPolicy(request); });
}

absl::StatusOr<ProposedChange> EngineHarness::Propose(const ProposalRequest& request) {
  return Decide<ProposedChange>(
      [request](Decisions& decisions) { return decisions.Propose(request); });
}

absl::StatusOr<Rollout> EngineHarness::DecideRollout(const RolloutDecision& decision) {
  return Decide<Rollout>(
      [decision](Decisions& decisions) { return decisions.DecideRollout(decision); });
}

absl::StatusOr<DetectionPolicy> EngineHarness::SetPolicy(const DetectionPolicyRequest& request) {
  return Decide<DetectionPolicy>(
      [request](Decisions& decisions) { return decisions.UpdateDetectionPolicy(request); });
}

Incident EngineHarness::OpenIncident(const std::shared_ptr<FakeSession>& session) {
  for (int i = 0; i < 60; ++i) {
    Churn(session, 1);
    for (const auto& incident : fleet->Incidents()) {
      if (incident->active()) return *incident;
    }
  }
  ADD_FAILURE() << "no incident was opened";
  return Incident();
}

Recommendation EngineHarness::Proposed(RecommendationKind kind) const {
  for (const auto& recommendation : fleet->Recommendations()) {
    if (recommendation->kind == kind && recommendation->state == RecommendationState::kProposed) {
      return *recommendation;
    }
  }
  ADD_FAILURE() << "nothing of the kind is proposed";
  return Recommendation();
}

Rollout EngineHarness::OnlyRollout() const {
  EXPECT_EQ(fleet->Rollouts().size(), 1u);
  return fleet->Rollouts().empty() ? Rollout() : *fleet->Rollouts().front();
}

}  // namespace berthmaster
