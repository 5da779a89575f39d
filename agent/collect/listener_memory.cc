#include "agent/collect/listener_memory.h"

namespace berthmaster {

void ListenerMemory::Update(absl::Duration now, const std::vector<uint16_t>& listening_ports) {
  for (uint16_t listen_port : listening_ports) last_seen_[listen_port] = now;
  absl::erase_if(last_seen_,
                 [now](const auto& entry) { return now - entry.second > kListenerMemory; });
}

PortSet ListenerMemory::RecentPorts(absl::Duration now) const {
  PortSet ports;
  for (const auto& [listen_port, seen] : last_seen_) {
    if (now - seen <= kListenerMemory) ports.Add(listen_port);
  }
  return ports;
}

}  // namespace berthmaster
