#ifndef BERTHMASTER_CONTROLLER_ENGINE_DECISIONS_H_
#define BERTHMASTER_CONTROLLER_ENGINE_DECISIONS_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "controller/engine/control_ledger.h"
#include "controller/engine/engine.h"
#include "controller/engine/incident_book.h"
#include "controller/engine/proposals.h"
#include "controller/engine/rollout_driver.h"

namespace berthmaster {

// The bounds of a reason, in bytes, as the contract has them for characters of one byte.
inline constexpr size_t kReasonBytesMax = 4000;

// What people and policies decide, at one moment. Each method checks everything first and changes
// the ledger only when it returns a value; the change counts once it is committed. One thread.
class Decisions {
 public:
  struct Parts {
    ControlLedger* ledger = nullptr;
    IncidentBook* incidents = nullptr;
    Proposals* proposals = nullptr;
    RolloutDriver* rollouts = nullptr;
    Random* random = nullptr;
  };

  Decisions(Parts parts, absl::Time now) : parts_(parts), now_(now) {}

  // The errors of RecommendationService.ApproveRecommendation and RejectRecommendation.
  absl::StatusOr<Recommendation> Approve(const DecisionRequest& request);
  absl::StatusOr<Recommendation> Reject(const DecisionRequest& request);
  // The errors of IncidentService.AcknowledgeIncident and ResolveIncident.
  absl::StatusOr<Incident> AcknowledgeIncident(absl::string_view id, absl::string_view who,
                                               absl::string_view etag);
  absl::StatusOr<Incident> ResolveIncident(absl::string_view id, absl::string_view who,
                                           absl::string_view reason, absl::string_view etag);
  // The errors of RolloutService.RevertRollout.
  absl::StatusOr<Rollout> RevertRollout(absl::string_view id, absl::string_view who,
                                        absl::string_view reason, absl::string_view etag);
  // The errors of SilenceService.CreateSilence and ExpireSilence.
  absl::StatusOr<CreatedSilence> CreateSilence(const SilenceRequest& request);
  absl::StatusOr<Silence> ExpireSilence(absl::string_view id, const Caller& who,
                                        absl::string_view etag);
  // The errors of PolicyService.UpdateDetectionPolicy.
  absl::StatusOr<DetectionPolicy> UpdateDetectionPolicy(const DetectionPolicyRequest& request);

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
  absl::Status CheckHost(const Recommendation& recommendation) const;
  void Decide(const DecisionRequest& request, absl::string_view method, RecommendationState state,
              Recommendation& recommendation);
  Rollout MakeRollout(const Recommendation& recommendation, absl::string_view approver);
  // The silence that the request asks for, checked, without an id.
  absl::StatusOr<Silence> MakeSilence(const SilenceRequest& request) const;
  int CountMuted(const Silence& silence) const;

  Parts parts_;
  absl::Time now_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_ENGINE_DECISIONS_H_
