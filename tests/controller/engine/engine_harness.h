#ifndef BERTHMASTER_TESTS_CONTROLLER_ENGINE_ENGINE_HARNESS_H_
#define BERTHMASTER_TESTS_CONTROLLER_ENGINE_ENGINE_HARNESS_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "controller/engine/command.h"
#include "controller/engine/engine_core.h"
#include "tests/controller/engine/fake_session.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_stores.h"
#include "tests/fixtures/sample_builder.h"

namespace berthmaster {

// Collects what the engine publishes.
class EventLog final : public EventListener {
 public:
  void OnEvents(const std::vector<Event>& events) override;
  // How many were of the kind.
  int Count(EventKind kind) const;

 private:
  std::vector<Event> events_;
};

// An engine without its thread, on fakes: nothing happens but by Turn(), and time stands still but
// for Advance(). One host "web-1", whose samples follow one another by the second.
class EngineHarness {
 public:
  EngineHarness();

  // What comes next is decided by a new engine on the same stores, as after a restart.
  void Restart();

  std::shared_ptr<FakeSession> Attach(const AgentHello& hello);
  void Offer(const std::shared_ptr<FakeSession>& session, HostSample sample);
  void Reply(const std::shared_ptr<FakeSession>& session, DesiredStateReply reply);
  void Detach(const std::shared_ptr<FakeSession>& session, bool goodbye);
  // One turn, and those that it asks for at once.
  void Turn();
  void Advance(absl::Duration by) { clock.Advance(by); }

  // Samples of a churning pool, one a second for `seconds`, each with a turn of its own. The range
  // is the one last set by SetRange(), and the workload goes on from call to call.
  void Churn(const std::shared_ptr<FakeSession>& session, int seconds, double rate = 20);
  void SetRange(int low, int high);
  // Answers the session's newest desired state: every change of it is applied.
  void ReplyApplied(const std::shared_ptr<FakeSession>& session);

  // Decide in a turn of their own.
  absl::StatusOr<Recommendation> Approve(const DecisionRequest& request);
  absl::StatusOr<Recommendation> Approve(const std::string& id);
  absl::StatusOr<Recommendation> Reject(const DecisionRequest& request);
  absl::StatusOr<Incident> Acknowledge(const std::string& id, const std::string& etag = "");
  absl::StatusOr<Incident> Resolve(const std::string& id);
  absl::StatusOr<Rollout> Revert(const std::string& id, const std::string& etag = "");
  absl::StatusOr<CreatedSilence> CreateSilence(const SilenceRequest& request);
  absl::StatusOr<Silence> ExpireSilence(const std::string& id, const std::string& etag = "");
  absl::StatusOr<DetectionPolicy> SetPolicy(const DetectionPolicyRequest& request);
  absl::StatusOr<ApprovalPolicy> SetApprovalPolicy(const ApprovalPolicyRequest& request);
  absl::StatusOr<ProposedChange> Propose(const ProposalRequest& request);
  absl::StatusOr<Rollout> DecideRollout(const RolloutDecision& decision);

  // Churns until an incident is open, and returns it.
  Incident OpenIncident(const std::shared_ptr<FakeSession>& session);
  // The proposed recommendation of the kind; it must be there.
  Recommendation Proposed(RecommendationKind kind) const;
  Rollout OnlyRollout() const;

  FakeClock clock;
  FakeRandom random;
  FakeControlStore control;
  FakeHistory history;
  std::shared_ptr<EventLog> events = std::make_shared<EventLog>();
  EngineOptions options;
  // New with every Restart().
  std::unique_ptr<Fleet> fleet;
  std::unique_ptr<EngineCore> core;

 private:
  template <typename T>
  absl::StatusOr<T> Decide(std::function<absl::StatusOr<T>(Decisions&)> decide);

  EventBus bus_;
  int64_t sequence_ = 0;
  absl::Duration churned_;
  int range_low_ = 40000;
  int range_high_ = 40399;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_CONTROLLER_ENGINE_ENGINE_HARNESS_H_
