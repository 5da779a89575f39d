#ifndef BERTHMASTER_AGENT_COLLECT_LISTENER_MEMORY_H_
#define BERTHMASTER_AGENT_COLLECT_LISTENER_MEMORY_H_

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "common/net/port_range.h"

namespace berthmaster {

// How long a port stays a listener's after its listener was last seen: accepted connections outlive
// it, and their TIME_WAIT lasts 60 s more; without a memory they would look outbound.
inline constexpr absl::Duration kListenerMemory = absl::Seconds(120);

// Remembers which ports of the range had a listener lately, in one namespace. At most one entry for
// each port. One thread.
class ListenerMemory {
 public:
  // Notes the ports that listen now and forgets those last seen more than kListenerMemory ago.
  // `now` is monotonic.
  void Update(absl::Duration now, const std::vector<uint16_t>& listening_ports);

  // The ports seen within kListenerMemory before `now`.
  PortSet RecentPorts(absl::Duration now) const;

 private:
  absl::flat_hash_map<uint16_t, absl::Duration> last_seen_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_COLLECT_LISTENER_MEMORY_H_
