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
#include "controller/engine/gate_counters.h"
#include "controller/engine/host_presence.h"
#include "controller/engine/incident_book.h"
#include "controller/engine/rollout_watch.h"
#include "controller/engine/target_finder.h"
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

  // All must outlive it.
  RolloutDriver(ControlLedger* ledger, IncidentBook* incidents, const HostPresence* presence,
                Options options);

  // A session that began or ended: what was pushed on the one before is not answered any more.
  void OnSession(const std::string& host_id);
  // A committed sample, a reply, a push that went out to an attached session.
  void OnSample(const std::string& host_id, const HostSample& sample, EngineTime time);
  void OnReply(const std::string& host_id, const DesiredStateReply& reply, EngineTime time);
  void OnPushed(const std::string& host_id, EngineTime time);

  // A rollout that was just approved, with its waves: puts its canary into the desired state and
  // the row into the ledger. Returns the row.
  Rollout Begin(Rollout rollout, EngineTime time);
  // What a person decided about a rollout becomes its row, with all that follows for its hosts.
  void Apply(const Rollout& before, Rollout after, EngineTime time);
  // As the next step would see it.
  std::vector<TargetView> ViewsOf(const Rollout& rollout, EngineTime time);

  // The ledger was rolled back: what was begun since its last commit never was.
  void OnRollback();

  // Steps the rollouts of the hosts that something came from since the last call, and all that wait
  // for time. Changed rows go into the ledger, each new state into the incident's timeline.
  void Step(EngineTime time);

  // Hosts whose desired state is to be pushed once the ledger is committed: it changed, or a lease
  // is due. Each once, and none whose last push is not answered: a host has one revision on its
  // way.
  std::set<std::string> TakePushes(EngineTime time);
  // Hosts that did not answer a push for as long as an agent may take: their sessions are to end,
  // so that the agent begins anew. Each once.
  std::set<std::string> TakeUnanswering(EngineTime time);
  // The next TakePushes() names the host.
  void RequestPush(const std::string& host_id) { pushes_.insert(host_id); }

 private:
  using Candidates = std::map<std::pair<std::string, uint64_t>, RolloutTarget>;

  RolloutWatch& WatchOf(const Rollout& rollout, EngineTime time);
  void LookForJoiners(const std::string& host_id, const HostSample& sample);
  RolloutInputs InputsOf(const Rollout& rollout, RolloutWatch& watch, EngineTime time);
  std::string FreezeOf(const Rollout& rollout, absl::Time now) const;
  void StepOne(const std::string& id, EngineTime time);
  void TellIncident(const Rollout& before, const Rollout& after, absl::Time now);

  ControlLedger* ledger_;
  IncidentBook* incidents_;
  TargetFinder finder_;
  Options options_;
  GateCounters counters_;
  // By rollout id; one that is no longer open is dropped at the next step.
  std::map<std::string, RolloutWatch> watches_;
  // Rollouts that new namespaces may join, and what is about to.
  std::set<std::string> following_;
  bool following_known_ = false;
  std::map<std::string, Candidates> joining_;
  std::set<std::string> touched_hosts_;
  std::set<std::string> pushes_;
  // Since when, by monotonic time.
  std::map<std::string, absl::Duration> unanswered_;
  absl::flat_hash_map<std::string, absl::Duration> last_push_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_ENGINE_ROLLOUT_DRIVER_H_
