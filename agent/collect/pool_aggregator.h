#ifndef BERTHMASTER_AGENT_COLLECT_POOL_AGGREGATOR_H_
#define BERTHMASTER_AGENT_COLLECT_POOL_AGGREGATOR_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "agent/collect/pool_counts.h"
#include "agent/collect/port_space.h"
#include "agent/kernel/socket_row.h"
#include "common/net/port_range.h"

namespace berthmaster {

// How many pools of one namespace are told apart in one dump: 12 MiB at most. A host with more
// destinations than that has none that is near exhaustion but is missed: rows come in hash order,
// so a pool with many sockets is met early.
inline constexpr size_t kPoolsTrackedMax = 32768;

// Turns the rows of one dump into pools while they stream in. Made for one dump; one thread. Rows
// of listening and bound sockets have to come before all others. Nothing is allocated for a row,
// only for a new pool.
//
// A socket is outbound when its local port is in the range and no bind()-made user has that port:
// no listener now or in `recent_listen_ports`, no bound socket. sock_diag does not tell a client
// that called bind() before connect() from one that did not: such a client's port counts in its own
// pool only, although it is closed to the others too.
class PoolAggregator {
 public:
  // `space` and `sysctls` must outlive it; the sysctls decide what is reusable.
  PoolAggregator(const PortSpace& space, const std::map<std::string, std::string>& sysctls,
                 const PortSet& recent_listen_ports);

  void Visit(const SocketRow& row);

  // To be called once, after the last row.
  NetnsCounts Finish();

 private:
  // How many pools the cache before the hash map has room for: most hosts have no more busy ones.
  static constexpr size_t kCacheSlots = 64;

  PoolCounts* FindPool(const SocketRow& row);
  PoolCounts* AddPool(const RawPoolKey& key);
  bool VisitBound(const SocketRow& row);

  const PortSpace& space_;
  const std::map<std::string, std::string>& sysctls_;
  // Ports that belong to a bind()-made user: those that had a listener lately, listen now or are
  // bound.
  PortSet bind_owned_;
  // Those among them that are closed to auto-bind now, since a socket still has them.
  PortSet blocked_;
  PortSet listening_;
  // By key, the position in counts_.pools.
  absl::flat_hash_map<RawPoolKey, uint32_t> pool_index_;
  // The pool that a slot met last.
  std::array<uint32_t, kCacheSlots> cache_{};
  NetnsCounts counts_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_COLLECT_POOL_AGGREGATOR_H_
