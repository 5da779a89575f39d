#ifndef BERTHMASTER_CONTROLLER_ENGINE_OUTBOX_H_
#define BERTHMASTER_CONTROLLER_ENGINE_OUTBOX_H_

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "controller/engine/agent_session.h"
#include "controller/engine/control_ledger.h"
#include "controller/engine/engine_time.h"
#include "controller/engine/event_bus.h"
#include "controller/engine/fleet.h"
#include "controller/engine/host_presence.h"
#include "controller/engine/rollout_driver.h"
#include "controller/engine/sample_admission.h"
#include "controller/engine/session_registry.h"

namespace berthmaster {

// What is to leave the engine once the ledger is committed. Nothing else leaves it, so what is in
// here and not released has been seen by nobody. One thread.
class Outbox {
 public:
  struct Parts {
    ControlLedger* ledger = nullptr;
    HostPresence* presence = nullptr;
    SampleAdmission* admission = nullptr;
    SessionRegistry* sessions = nullptr;
    RolloutDriver* rollouts = nullptr;
    Fleet* fleet = nullptr;
    EventBus* events = nullptr;
  };

  Outbox(Parts parts, absl::Duration lease, absl::Duration apply_timeout);

  // The session gets the welcome of its host.
  void Welcome(std::shared_ptr<AgentSession> session, std::string host_id);
  // The host's session gets an ack of all that is committed.
  void Ack(std::string host_id) { acks_.insert(std::move(host_id)); }
  void End(std::shared_ptr<AgentSession> session, absl::Status status);
  // The host has a new newest sample.
  void ShowHost(std::string host_id) { hosts_.insert(std::move(host_id)); }

  // Lets everything out, in the order in which the outside may rely on it: Fleet before events,
  // welcome before acks and desired state. The rows are those that `changed` holds. True when a
  // desired state went out, after which rollouts have a step to take.
  bool Release(const ControlState& changed, EngineTime time);

 private:
  void ShowRows(const ControlState& changed, absl::Time now, std::vector<Event>& events);
  bool Push(EngineTime time);

  struct WelcomeItem {
    std::shared_ptr<AgentSession> session;
    std::string host_id;
  };
  struct EndItem {
    std::shared_ptr<AgentSession> session;
    absl::Status status;
  };

  Parts parts_;
  absl::Duration lease_;
  absl::Duration apply_timeout_;
  std::vector<WelcomeItem> welcomes_;
  std::vector<EndItem> ends_;
  std::set<std::string> acks_;
  std::set<std::string> hosts_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_ENGINE_OUTBOX_H_
