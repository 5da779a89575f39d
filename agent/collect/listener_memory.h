#ifndef BERTHMASTER_AGENT_COLLECT_LISTENER_MEMORY_H_
#define BERTHMASTER_AGENT_COLLECT_LISTENER_MEMORY_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "agent/kernel/sockets/socket_row.h"
#include "common/net/port_range.h"

namespace berthmaster {

// How long a port stays a listener's after its listener was last seen: accepted connections outlive
// it, and their TIME_WAIT lasts 60 s more; without a memory they would look outbound.
inline constexpr absl::Duration kListenerMemory = absl::Seconds(120);
// How many listeners of a namespace are remembered: 256 KiB. Hosts have tens.
inline constexpr size_t kListenersRememberedMax = 4096;

// What a socket listens on.
struct ListenEndpoint {
  // Unspecified: any address of its family; of "::", IPv4 too unless is_v6_only.
  RawAddress address;
  uint16_t listen_port = 0;
  bool is_v6_only = false;

  // Whether bind() to it may fail because of a socket on that local address, whose port is the same
  // (inet_rcv_saddr_equal).
  bool Conflicts(const RawAddress& other) const {
    if (address == other || other.is_unspecified()) return true;
    if (!address.is_unspecified()) return false;
    return address.is_v4 == other.is_v4 || (!address.is_v4 && !is_v6_only);
  }
  friend bool operator==(const ListenEndpoint&, const ListenEndpoint&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const ListenEndpoint& endpoint) {
    return H::combine(std::move(h), endpoint.address, endpoint.listen_port, endpoint.is_v6_only);
  }
};

// Remembers what listened lately in one namespace. One thread.
class ListenerMemory {
 public:
  // Notes what listens now and forgets what was last seen more than kListenerMemory ago; of more
  // than kListenersRememberedMax some are not remembered. `now` is monotonic.
  void Update(absl::Duration now, const std::vector<ListenEndpoint>& listening);

  // Those seen within kListenerMemory before `now`, in no order.
  std::vector<ListenEndpoint> Recent(absl::Duration now) const;

 private:
  absl::flat_hash_map<ListenEndpoint, absl::Duration> last_seen_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_COLLECT_LISTENER_MEMORY_H_
