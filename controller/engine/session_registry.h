#ifndef BERTHMASTER_CONTROLLER_ENGINE_SESSION_REGISTRY_H_
#define BERTHMASTER_CONTROLLER_ENGINE_SESSION_REGISTRY_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "controller/engine/agent_session.h"

namespace berthmaster {

// Which session speaks for which host: at most one per host, the newest. One thread.
class SessionRegistry {
 public:
  struct Bound {
    std::string host_id;
    // The epoch of the agent's spool.
    int64_t epoch = 0;
    std::shared_ptr<AgentSession> session;
  };

  // Returns the session that spoke for the host until now; null when there was none.
  std::shared_ptr<AgentSession> Attach(Bound bound);
  // What the session speaks for; null for one that was displaced or is not attached.
  const Bound* Find(const AgentSession* session) const;
  const Bound* FindByHost(absl::string_view host_id) const;
  // Nothing for a session that was displaced.
  void Detach(const AgentSession* session);
  std::vector<std::shared_ptr<AgentSession>> All() const;

 private:
  absl::flat_hash_map<std::string, Bound> by_host_;
  // The host of each session above.
  absl::flat_hash_map<const AgentSession*, std::string> hosts_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_ENGINE_SESSION_REGISTRY_H_
