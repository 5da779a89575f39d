#ifndef BERTHMASTER_CONTROLLER_ENGINE_FLEET_H_
#define BERTHMASTER_CONTROLLER_ENGINE_FLEET_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "common/protocol/sample.h"
#include "controller/detect/incident_tracker.h"
#include "controller/model/approval_policy.h"
#include "controller/model/detection_policy.h"
#include "controller/model/host.h"
#include "controller/model/incident.h"
#include "controller/model/recommendation.h"
#include "controller/model/rollout.h"
#include "controller/model/silence.h"

namespace berthmaster {

// A host and its newest committed sample. Immutable once shared.
struct HostView {
  Host host;
  // Null before the first sample.
  std::shared_ptr<const HostSample> sample;
  // Of its pools that detection remembers, up to that sample: what forecasts take besides it.
  PoolHistories histories;
};

// What the controller knows now, for readers: the API serves lists and live views from here, never
// from the disk. The engine alone writes, after each commit; so a reader never sees what could
// still be lost. Any thread may read; reads hold the lock for a copy of pointers only.
class Fleet {
 public:
  using HostPointer = std::shared_ptr<const HostView>;
  using IncidentPointer = std::shared_ptr<const Incident>;
  using RecommendationPointer = std::shared_ptr<const Recommendation>;
  using RolloutPointer = std::shared_ptr<const Rollout>;
  using SilencePointer = std::shared_ptr<const Silence>;
  using DetectionPolicyPointer = std::shared_ptr<const DetectionPolicy>;
  using ApprovalPolicyPointer = std::shared_ptr<const ApprovalPolicy>;

  // All of a kind, ordered by id. Ids of all but hosts sort by the time they were made at.
  std::vector<HostPointer> Hosts() const;
  std::vector<IncidentPointer> Incidents() const;
  std::vector<RecommendationPointer> Recommendations() const;
  std::vector<RolloutPointer> Rollouts() const;
  std::vector<SilencePointer> Silences() const;

  // One by its id; null when there is none.
  HostPointer FindHost(absl::string_view host_id) const;
  IncidentPointer FindIncident(absl::string_view id) const;
  RecommendationPointer FindRecommendation(absl::string_view id) const;
  RolloutPointer FindRollout(absl::string_view id) const;
  SilencePointer FindSilence(absl::string_view id) const;
  // Never null: the one without rules before somebody set it.
  DetectionPolicyPointer FindDetectionPolicy() const;
  ApprovalPolicyPointer FindApprovalPolicy() const;

  // The engine's side.
  void Put(HostPointer host);
  void Put(IncidentPointer incident);
  void Put(RecommendationPointer recommendation);
  void Put(RolloutPointer rollout);
  void Put(SilencePointer silence);
  void Put(DetectionPolicyPointer policy);
  void Put(ApprovalPolicyPointer policy);
  // What ended long ago is dropped here, so that this stays bounded; the store keeps it.
  void ForgetIncident(absl::string_view id);
  void ForgetRecommendation(absl::string_view id);
  void ForgetRollout(absl::string_view id);
  void ForgetSilence(absl::string_view id);

 private:
  mutable absl::Mutex mutex_;
  std::map<std::string, HostPointer, std::less<>> hosts_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, IncidentPointer, std::less<>> incidents_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, RecommendationPointer, std::less<>> recommendations_
      ABSL_GUARDED_BY(mutex_);
  std::map<std::string, RolloutPointer, std::less<>> rollouts_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, SilencePointer, std::less<>> silences_ ABSL_GUARDED_BY(mutex_);
  DetectionPolicyPointer detection_policy_ ABSL_GUARDED_BY(mutex_) =
      std::make_shared<const DetectionPolicy>();
  ApprovalPolicyPointer approval_policy_ ABSL_GUARDED_BY(mutex_) =
      std::make_shared<const ApprovalPolicy>();
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_ENGINE_FLEET_H_
