#ifndef BERTHMASTER_AGENT_COLLECT_POOL_AGGREGATOR_H_
#define BERTHMASTER_AGENT_COLLECT_POOL_AGGREGATOR_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "agent/collect/address_ports.h"
#include "agent/collect/findings.h"
#include "agent/collect/listener_memory.h"
#include "agent/collect/listener_pools.h"
#include "agent/collect/owner_memory.h"
#include "agent/collect/pool_counts.h"
#include "agent/collect/port_space.h"
#include "agent/kernel/sockets/socket_row.h"
#include "common/net/port_range.h"

namespace berthmaster {

// How many pools of one namespace are told apart in one dump: 12 MiB at most. The sockets of others
// are added up. Rows come in hash order, so a pool with many sockets is met early and is not among
// those.
inline constexpr size_t kPoolsTrackedMax = 32768;

// Turns the rows of one dump into pools while they stream in. Made for one dump; one thread. Rows
// of listening and bound sockets have to come before all others. Nothing is allocated for a row,
// only for a new pool, address or listener.
//
// A socket is outbound when its local port is in the range and no bind()-made user has that port:
// no listener now or lately, no bound socket, and none that `closed_ports` knows of. Without those,
// a client that called bind() before connect() looks like one that did not: its port counts in its
// own pool only, although it is closed to the others too.
class PoolAggregator {
 public:
  struct Options {
    // These two must outlive it; the sysctls decide what is reusable.
    const PortSpace& space;
    const std::map<std::string, std::string>& sysctls;
    // ListenerMemory::Recent().
    std::vector<ListenEndpoint> recent_listeners;
    // BindOwnershipReader's, not older than some seconds; null when not known. Must outlive it.
    const PortSet* closed_ports = nullptr;
    // Hears of the sockets of pools that are worth naming; may be null. Must outlive it.
    OwnerMemory* owners = nullptr;
  };
  explicit PoolAggregator(Options options);

  void Visit(const SocketRow& row);

  // To be called once, after the last row.
  NetnsCounts Finish();

 private:
  // How many pools the cache before the hash map has room for: most hosts have no more busy ones.
  static constexpr size_t kCacheSlots = 64;

  bool VisitSpecial(const SocketRow& row);
  void BeginOthers();
  bool VisitBindOwned(const SocketRow& row);
  PoolCounts& FindPool(const SocketRow& row);
  PoolCounts& AddPool(const RawPoolKey& key);
  PoolCounts& Untracked(const SocketRow& row);
  int64_t ReusableExpiresMax(const RawPoolKey& key) const;

  const Options options_;
  const PortRange range_;
  // By whether the pool is a loopback's.
  const std::array<int64_t, 2> reusable_expires_max_ms_;
  ListenerTable listeners_;
  std::vector<ListenEndpoint> bound_;
  AddressPorts address_ports_;
  FindingCollector findings_;
  // Whether a row of neither a listening nor a bound socket has come.
  bool has_begun_others_ = false;
  // Ports that listen now or did lately.
  PortSet listeners_ports_;
  // Ports that belong to a bind()-made user: those, and what is bound or closed.
  PortSet bind_owned_;
  // Those among them that are closed to auto-bind now, since a socket still has them.
  PortSet blocked_;
  // By key, the position in counts_.pools.
  absl::flat_hash_map<RawPoolKey, uint32_t> pool_index_;
  // The pool that a slot met last.
  std::array<uint32_t, kCacheSlots> cache_{};
  // The size of counts_.pools, which the vector has to divide to tell.
  uint32_t tracked_count_ = 0;
  NetnsCounts counts_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_COLLECT_POOL_AGGREGATOR_H_
