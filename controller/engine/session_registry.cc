#include "controller/engine/session_registry.h"

#include <utility>

namespace berthmaster {

std::shared_ptr<AgentSession> SessionRegistry::Attach(Bound bound) {
  // A session that says hello for a second host leaves the first one.
  Detach(bound.session.get());
  std::shared_ptr<AgentSession> displaced;
  if (auto found = by_host_.find(bound.host_id); found != by_host_.end()) {
    displaced = found->second.session;
    hosts_.erase(displaced.get());
  }
  hosts_[bound.session.get()] = bound.host_id;
  std::string host_id = bound.host_id;
  by_host_[host_id] = std::move(bound);
  return displaced;
}

const SessionRegistry::Bound* SessionRegistry::Find(const AgentSession* session) const {
  auto found = hosts_.find(session);
  return found == hosts_.end() ? nullptr : FindByHost(found->second);
}

const SessionRegistry::Bound* SessionRegistry::FindByHost(absl::string_view host_id) const {
  auto found = by_host_.find(host_id);
  return found == by_host_.end() ? nullptr : &found->second;
}

void SessionRegistry::Detach(const AgentSession* session) {
  auto found = hosts_.find(session);
  if (found == hosts_.end()) return;
  by_host_.erase(found->second);
  hosts_.erase(found);
}

std::vector<std::shared_ptr<AgentSession>> SessionRegistry::All() const {
  std::vector<std::shared_ptr<AgentSession>> sessions;
  sessions.reserve(by_host_.size());
  for (const auto& entry : by_host_) sessions.push_back(entry.second.session);
  return sessions;
}

}  // namespace berthmaster
