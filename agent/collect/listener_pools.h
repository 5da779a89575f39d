#ifndef BERTHMASTER_AGENT_COLLECT_LISTENER_POOLS_H_
#define BERTHMASTER_AGENT_COLLECT_LISTENER_POOLS_H_

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "agent/collect/listener_memory.h"
#include "agent/kernel/sockets/socket_row.h"
#include "common/net/port_range.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// Listener pools of one namespace in a sample at most, the fullest first: few services listen on
// more.
inline constexpr size_t kListenerPoolsMax = 16;
// Listeners told apart in one dump: 512 KiB. Further ones have no pool, their ports are known.
inline constexpr size_t kListenersTrackedMax = 8192;

// The listeners of one dump, with their queues. One thread.
class ListenerTable {
 public:
  // A row in LISTEN.
  void AddListener(const SocketRow& row, bool is_v6_only);
  // A row in SYN_RECV or NEW_SYN_RECV; false when it is no listener's (a simultaneous open).
  bool AddSynReceived(const SocketRow& row);

  bool ListensOn(uint16_t local_port) const { return listening_ports_.Contains(local_port); }
  const PortSet& listening_ports() const { return listening_ports_; }
  // Each endpoint once.
  std::vector<ListenEndpoint> Endpoints() const;

  // The fullest kListenerPoolsMax. Sockets that share an endpoint (SO_REUSEPORT) have a queue each,
  // and the kernel chooses among them by hash: the fullest one stands for them all, with the
  // handshakes of all in its states. The capacity is the backlog plus one: sk_acceptq_is_full()
  // refuses when there are more than the backlog.
  std::vector<PoolSample> Pools() const;

 private:
  struct Listener {
    ListenEndpoint endpoint;
    uint32_t waiting = 0;
    uint32_t backlog = 0;
    int32_t handshakes = 0;
  };
  Listener* Find(const ListenEndpoint& endpoint);

  PortSet listening_ports_;
  std::vector<Listener> listeners_;
  absl::flat_hash_map<ListenEndpoint, uint32_t> index_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_COLLECT_LISTENER_POOLS_H_
