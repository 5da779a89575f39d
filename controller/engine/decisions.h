#ifndef BERTHMASTER_CONTROLLER_ENGINE_DECISIONS_H_
#define BERTHMASTER_CONTROLLER_ENGINE_DECISIONS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "controller/approval/requirement.h"
#include "controller/engine/control_ledger.h"
#include "controller/engine/engine.h"
#include "controller/engine/engine_time.h"
#include "controller/engine/incident_book.h"
#include "controller/engine/proposals.h"
#include "controller/engine/rollout_driver.h"
#include "controller/engine/target_finder.h"
#include "controller/model/caller.h"

namespace berthmaster {

// The bounds of a reason, in bytes, as the contract has them for characters of one byte.
inline constexpr size_t kReasonBytesMax = 4000;

// What people and policies decide, at one moment. Each method checks everything first and changes
// the ledger only when it returns a value, but for an entry in the audit chain of what was denied;
// the change counts once it is committed. One thread.
class Decisions {
 public:
  struct Parts {
    ControlLedger* ledger = nullptr;
    IncidentBook* incidents = nullptr;
    Proposals* proposals = nullptr;
    RolloutDriver* rollouts = nullptr;
    const HostPresence* presence = nullptr;
    Random* random = nullptr;
  };

  Decisions(Parts parts, EngineTime time)
      : parts_(parts), time_(time), now_(time.now), finder_(parts.ledger, parts.presence) {}

  // The errors of RecommendationService.ApproveRecommendation and RejectRecommendation.
  absl::StatusOr<Recommendation> Approve(const DecisionRequest& request);
  absl::StatusOr<Recommendation> Reject(const DecisionRequest& request);
  // The errors of RecommendationService.ProposeChange.
  absl::StatusOr<ProposedChange> Propose(const ProposalRequest& request);
  // What the approval policy approves by itself, now; and what nobody decided on in its time.
  void ApproveByPolicy();
  void ExpireProposals();
  // The errors of IncidentService.AcknowledgeIncident and ResolveIncident.
  absl::StatusOr<Incident> AcknowledgeIncident(absl::string_view id, const Caller& who,
                                               absl::string_view etag);
  absl::StatusOr<Incident> ResolveIncident(absl::string_view id, const Caller& who,
                                           absl::string_view reason, absl::string_view etag);
  // The errors of the methods of RolloutService.
  absl::StatusOr<Rollout> DecideRollout(const RolloutDecision& decision);
  // The errors of SilenceService.CreateSilence and ExpireSilence.
  absl::StatusOr<CreatedSilence> CreateSilence(const SilenceRequest& request);
  absl::StatusOr<Silence> ExpireSilence(absl::string_view id, const Caller& who,
                                        absl::string_view etag);
  // The errors of PolicyService.UpdateDetectionPolicy.
  absl::StatusOr<DetectionPolicy> UpdateDetectionPolicy(const DetectionPolicyRequest& request);
  // The errors of PolicyService.UpdateApprovalPolicy.
  absl::StatusOr<ApprovalPolicy> UpdateApprovalPolicy(const ApprovalPolicyRequest& request);

 private:
  // The answer that was given to a request of this id; null when there was none. An error when the
  // id stands for something else.
  absl::StatusOr<std::shared_ptr<const CompletedRequest>> FindCompleted(
      absl::string_view request_id, absl::string_view method,
      absl::string_view request_sha256) const;
  // Whether the request was answered before; then the recommendation as it is now.
  absl::StatusOr<ControlLedger::RecommendationPointer> Replay(const DecisionRequest& request,
                                                              absl::string_view method) const;
  // The recommendation, when it is there to be decided on.
  absl::StatusOr<Recommendation> FindProposed(const DecisionRequest& request) const;
  // The namespaces that the recommendation changes, if it were to begin now.
  absl::StatusOr<std::vector<RolloutTarget>> TargetsOf(const Recommendation& recommendation) const;
  absl::StatusOr<std::vector<RolloutTarget>> AdviceTargetsOf(
      const Recommendation& recommendation) const;
  std::vector<LabelView> PlacesOf(const Recommendation& recommendation,
                                  const std::vector<RolloutTarget>& targets) const;
  absl::StatusOr<Recommendation> TryApprove(const DecisionRequest& request);
  absl::StatusOr<ProposedChange> TryPropose(const ProposalRequest& request);
  absl::StatusOr<Rollout> TryDecideRollout(const RolloutDecision& decision);
  // Enters a denial into the audit chain; errors of other kinds are no denials.
  void NoteDenial(const Caller& caller, absl::string_view object, const absl::Status& status);
  absl::Status CheckApprover(const Recommendation& recommendation, const Requirement& requirement,
                             absl::string_view decider) const;
  // Records the approval and, when it is the last that was needed, starts the rollout.
  void TakeApproval(const DecisionRequest& request, const Requirement& requirement,
                    std::vector<RolloutTarget> targets, Recommendation& recommendation);
  void TryPolicy(const Recommendation& recommendation);
  absl::StatusOr<Rollout> Pause(const Rollout& rollout, const RolloutDecision& decision);
  absl::StatusOr<Rollout> Resume(const Rollout& rollout, const RolloutDecision& decision);
  absl::StatusOr<Rollout> PromoteWave(const Rollout& rollout, const RolloutDecision& decision);
  absl::StatusOr<Rollout> Abort(const Rollout& rollout, const RolloutDecision& decision);
  absl::StatusOr<Rollout> Revert(const Rollout& rollout, const RolloutDecision& decision);
  void Decide(const DecisionRequest& request, absl::string_view method, RecommendationState state,
              Recommendation& recommendation);
  void Remember(const DecisionRequest& request, absl::string_view method,
                absl::string_view resource_name);
  Rollout MakeRollout(const Recommendation& recommendation, std::vector<RolloutTarget> targets);
  // The silence that the request asks for, checked, without an id.
  absl::StatusOr<Silence> MakeSilence(const SilenceRequest& request) const;
  int CountMuted(const Silence& silence) const;

  Parts parts_;
  EngineTime time_;
  absl::Time now_;
  TargetFinder finder_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_ENGINE_DECISIONS_H_
