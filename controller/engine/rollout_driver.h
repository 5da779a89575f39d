#ifndef BERTHMASTER_CONTROLLER_ENGINE_ROLLOUT_DRIVER_H_
#define BERTHMASTER_CONTROLLER_ENGINE_ROLLOUT_DRIVER_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/protocol/desired_state.h"
#include "common/protocol/sample.h"
#include "controller/engine/control_ledger.h"
#include "controller/engine/engine_time.h"
#include "controller/engine/incident_book.h"
#include "controller/rollout/step.h"

namespace berthmaster {

// Gathers what StepRollout() needs, steps the open rollouts, and says which hosts need their
// desired state pushed. What it gathers is memory only: after a restart the rows and the next
// samples and replies give it again. One thread.
class RolloutDriver {
 public:
  struct Options {
    absl::Duration lease;
    absl::Duration soak;
    absl::Duration apply_timeout;
  };

  // Both must outlive it.
  RolloutDriver(ControlLedger* ledger, IncidentBook* incidents, Options options);

  // A committed sample, a reply, a push that went out to an attached session.
  void OnSample(const std::string& host_id, const HostSample& sample, EngineTime time);
  void OnReply(const std::string& host_id, const DesiredStateReply& reply, EngineTime time);
  void OnPushed(const std::string& host_id, EngineTime time);

  // Steps the rollouts of the hosts that something came from since the last call, and all that wait
  // for time. Changed rows go into the ledger, each new state into the incident's timeline.
  void Step(EngineTime time);

  // Hosts whose desired state is to be pushed once the ledger is committed: it changed, or a lease
  // is due. Returns each once. `attached` says whom a push can reach.
  std::set<std::string> TakePushes(EngineTime time);
  // The next TakePushes() names the host.
  void RequestPush(const std::string& host_id) { pushes_.insert(host_id); }

 private:
  // What was gathered for one rollout since its state began.
  struct Watch {
    RolloutState state = RolloutState::kApproved;
    absl::Duration state_since;
    bool sent = false;
    std::vector<RolloutReply> replies;
    std::vector<TargetView> views;
    // Of each target, when the namespace was seen last.
    std::vector<absl::Duration> netns_seen;
  };

  Watch& WatchOf(const Rollout& rollout, EngineTime time);
  void Observe(const Rollout& rollout, const std::string& host_id, const HostSample& sample,
               EngineTime time);
  RolloutInputs InputsOf(const Rollout& rollout, const Watch& watch, EngineTime time) const;
  void StepOne(const std::string& id, EngineTime time);
  void Apply(const Rollout& before, Rollout after, EngineTime time);

  ControlLedger* ledger_;
  IncidentBook* incidents_;
  Options options_;
  // By rollout id; one that is no longer open is dropped at the next step.
  std::map<std::string, Watch> watches_;
  std::set<std::string> touched_hosts_;
  std::set<std::string> pushes_;
  absl::flat_hash_map<std::string, absl::Duration> last_push_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_ENGINE_ROLLOUT_DRIVER_H_
