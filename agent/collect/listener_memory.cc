#include "agent/collect/listener_memory.h"

namespace berthmaster {

void ListenerMemory::Update(absl::Duration now, const std::vector<ListenEndpoint>& listening) {
  absl::erase_if(last_seen_,
                 [now](const auto& entry) { return now - entry.second > kListenerMemory; });
  for (const ListenEndpoint& endpoint : listening) {
    if (last_seen_.size() < kListenersRememberedMax || last_seen_.contains(endpoint)) {
      last_seen_[endpoint] = now;
    }
  }
}

std::vector<ListenEndpoint> ListenerMemory::Recent(absl::Duration now) const {
  std::vector<ListenEndpoint> recent;
  for (const auto& [endpoint, seen] : last_seen_) {
    if (now - seen <= kListenerMemory) recent.push_back(endpoint);
  }
  return recent;
}

}  // namespace berthmaster
