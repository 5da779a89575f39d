#ifndef BERTHMASTER_CONTROLLER_ENGINE_ENGINE_H_
#define BERTHMASTER_CONTROLLER_ENGINE_ENGINE_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "common/protocol/desired_state.h"
#include "common/protocol/identity.h"
#include "common/protocol/sample.h"
#include "controller/engine/agent_session.h"
#include "controller/engine/event_bus.h"
#include "controller/engine/fleet.h"
#include "controller/model/approval_policy.h"
#include "controller/model/caller.h"
#include "controller/model/detection_policy.h"
#include "controller/model/incident.h"
#include "controller/model/recommendation.h"
#include "controller/model/rollout.h"
#include "controller/model/silence.h"
#include "controller/recommend/wish.h"
#include "controller/store/control_store.h"
#include "controller/store/history_store.h"

namespace berthmaster {

// What a caller of the API decides on a recommendation.
struct DecisionRequest {
  std::string recommendation_id;
  std::string decider;
  // The address that the decider called from.
  std::string source;
  std::string reason;
  // Empty: whatever the recommendation says at the moment of the call.
  std::string etag;
  std::string request_id;
  // SHA-256 of the request's content, kept with request_id.
  std::string request_sha256;
  bool validate_only = false;
  // Values to write instead of the proposed ones, by sysctl.
  std::map<std::string, std::string> desired_values;
};

// A change of a caller's own.
struct ProposalRequest {
  std::map<std::string, std::string> desired_values;
  RolloutPlan plan;
  std::string proposer;
  std::string source;
  std::string reason;
  std::string request_id;
  // SHA-256 of the request's content, kept with request_id.
  std::string request_sha256;
  bool validate_only = false;
};

struct ProposedChange {
  // Without an id when it was only validated.
  Recommendation recommendation;
  // Where it would go now.
  std::vector<RolloutTarget> targets;
  std::vector<std::string> left_out;
  std::vector<SettingAdvice> advice;
};

enum class RolloutVerb : uint8_t { kPause, kResume, kPromote, kAbort, kRevert };

// What a caller of the API decides on a rollout.
struct RolloutDecision {
  RolloutVerb verb = RolloutVerb::kPause;
  std::string rollout_id;
  std::string who;
  std::string reason;
  // Empty: whatever it is at the moment of the call.
  std::string etag;
  // The address that `who` called from.
  std::string source;
};

struct ApprovalPolicyRequest {
  std::vector<ApprovalRule> rules;
  std::vector<Freeze> freezes;
  Caller updater;
  // Empty: whatever is in force.
  std::string etag;
  bool validate_only = false;
};

// What a caller of the API wants silenced. The engine decides the times by its own clock.
struct SilenceRequest {
  LabelSelector selector;
  Caller creator;
  std::string reason;
  // Nothing: at once.
  std::optional<absl::Time> start_time;
  // Exactly one of them.
  std::optional<absl::Time> expire_time;
  std::optional<absl::Duration> length;
  std::string request_id;
  // SHA-256 of the request's content, kept with request_id.
  std::string request_sha256;
  bool validate_only = false;
};

struct CreatedSilence {
  Silence silence;
  // Active incidents that it mutes now; of a mere validation, that it would.
  int muted_incident_count = 0;
};

struct DetectionPolicyRequest {
  std::vector<DetectionRule> rules;
  Caller updater;
  // Empty: whatever is in force.
  std::string etag;
  bool validate_only = false;
};

struct EngineOptions {
  // A host whose newest sample is older than this while attached, or that is gone without goodbye,
  // is UNREACHABLE.
  absl::Duration host_timeout = absl::Seconds(30);
  // The lease that unconfirmed changes get, renewed at a third of it.
  absl::Duration lease = absl::Seconds(60);
  // How long a pool must show headroom after the change until the rollout is CONFIRMED.
  absl::Duration soak = absl::Seconds(10);
  // How long the agent may take to answer before the rollout FAILS.
  absl::Duration apply_timeout = absl::Seconds(60);
  // How long history is kept.
  absl::Duration history_retention = absl::Hours(24 * 7);
};

// The one thread that decides. Samples, replies, decisions and time go into a bounded queue; the
// thread takes what is there, computes, commits history and control state each in one transaction,
// and only then lets the effects out: acks, pushes, answers, events, and the new state in Fleet. So
// whatever anyone outside has seen is durable, and every decision is made in one order.
//
// The public methods may be called from any thread and never block on the disk. Callbacks run on
// the engine's thread and must not block.
class Engine {
 public:
  struct Dependencies {
    Clock* clock = nullptr;
    Random* random = nullptr;
    ControlStore* control_store = nullptr;
    HistoryWriter* history_writer = nullptr;
    Fleet* fleet = nullptr;
    EventBus* events = nullptr;
  };
  template <typename T>
  using Done = std::function<void(absl::StatusOr<T>)>;

  // All of `dependencies` must outlive the engine.
  Engine(Dependencies dependencies, EngineOptions options);
  ~Engine();

  // Loads the state and starts the thread. Errors are those of the stores.
  absl::Status Start();
  // Takes no more input, commits what was taken, ends all sessions with UNAVAILABLE, joins.
  // Callbacks that were not run get UNAVAILABLE.
  void Stop();

  // An agent's session. The welcome is sent when the attach is committed; an older session of the
  // host is ended with ABORTED.
  void Attach(AgentHello hello, const std::shared_ptr<AgentSession>& session);
  // False when the queue is full: the sample was not taken, and the session is to be told to retry
  // after a delay.
  bool OfferSample(const std::shared_ptr<AgentSession>& session,
                   std::shared_ptr<const HostSample> sample);
  void OfferReply(const std::shared_ptr<AgentSession>& session, DesiredStateReply reply);
  void Detach(const std::shared_ptr<AgentSession>& session, bool goodbye);

  // Decisions. Errors carry the reasons that the contract names. `done` gets the resource as
  // committed.
  void Approve(DecisionRequest request, Done<Recommendation> done);
  void Reject(DecisionRequest request, Done<Recommendation> done);
  void AcknowledgeIncident(std::string id, Caller who, std::string etag, Done<Incident> done);
  void ResolveIncident(std::string id, Caller who, std::string reason, std::string etag,
                       Done<Incident> done);
  void Propose(ProposalRequest request, Done<ProposedChange> done);
  void DecideRollout(RolloutDecision decision, Done<Rollout> done);
  void CreateSilence(SilenceRequest request, Done<CreatedSilence> done);
  void ExpireSilence(std::string id, Caller who, std::string etag, Done<Silence> done);
  void UpdateDetectionPolicy(DetectionPolicyRequest request, Done<DetectionPolicy> done);
  void UpdateApprovalPolicy(ApprovalPolicyRequest request, Done<ApprovalPolicy> done);

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_ENGINE_ENGINE_H_
