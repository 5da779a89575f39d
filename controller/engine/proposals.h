#ifndef BERTHMASTER_CONTROLLER_ENGINE_PROPOSALS_H_
#define BERTHMASTER_CONTROLLER_ENGINE_PROPOSALS_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "common/protocol/sample.h"
#include "controller/engine/control_ledger.h"
#include "controller/engine/engine_time.h"

namespace berthmaster {

// How often the proposals of one incident are looked at again: what a person reads must not change
// under their eyes.
inline constexpr absl::Duration kProposalsInterval = absl::Seconds(10);
// How long after a rollout was confirmed or reverted its sysctl is left alone: the pool needs that
// long to show what the change did.
inline constexpr absl::Duration kProposalsAfterRollout = absl::Seconds(30);

// Keeps the PROPOSED recommendations of active incidents true. What a person has decided on one
// stands for as long as the incident lasts. One thread.
class Proposals {
 public:
  // Both must outlive it.
  Proposals(ControlLedger* ledger, Random* random);

  // Looks at every active incident of the host by its newest sample.
  void Refresh(absl::string_view host_id, const HostSample& sample, EngineTime time);
  // The incident is over: what is still PROPOSED for it expires.
  void Close(absl::string_view incident_id, absl::Time now);

 private:
  void RefreshIncident(const Incident& incident, const NetnsSample& netns, const PoolSample& pool,
                       EngineTime time);
  bool Decided(const Recommendation& fresh, const std::vector<Recommendation>& known) const;
  bool RolloutHolds(const Recommendation& fresh, absl::Time now) const;
  void Propose(Recommendation fresh, absl::Time now);
  void Revise(const Recommendation& standing, Recommendation fresh, absl::Time now);
  void Expire(Recommendation standing, absl::Time now);

  ControlLedger* ledger_;
  Random* random_;
  // When the incident's proposals were last looked at.
  absl::flat_hash_map<std::string, absl::Duration> refreshed_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_ENGINE_PROPOSALS_H_
