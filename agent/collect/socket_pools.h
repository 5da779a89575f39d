#ifndef BERTHMASTER_AGENT_COLLECT_SOCKET_POOLS_H_
#define BERTHMASTER_AGENT_COLLECT_SOCKET_POOLS_H_

#include <cstddef>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/collect/closed_ports.h"
#include "agent/collect/connect_pools.h"
#include "agent/collect/connect_traffic.h"
#include "agent/collect/listener_memory.h"
#include "agent/collect/owner_memory.h"
#include "agent/collect/pool_counts.h"
#include "agent/collect/port_space.h"
#include "agent/collect/time_wait_makers.h"
#include "agent/kernel/bind_ownership.h"
#include "agent/kernel/netns/netns_facts.h"
#include "agent/kernel/sockets/socket_dump.h"
#include "agent/kernel/sockets/socket_owners.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// Makes what a sample says of the TCP sockets of one namespace, and remembers between dumps what
// rates, directions and owners need. One thread.
class SocketPools {
 public:
  // What a dump needs; all outlive the call.
  struct Inputs {
    const NetnsEntry& netns;
    const NetnsFacts& facts;
    const PortSpace& space;
    SocketDump& dump;
    // Null where this host has none.
    BindOwnershipReader* bind_ownership = nullptr;
    SocketOwners* owners = nullptr;
    const ConnectTraffic* traffic = nullptr;
    const TimeWaitMakers* makers = nullptr;
    // Whether the namespace may be near a limit, so that a second walk of the table pays.
    bool is_busy = false;
  };

  // Pools, remainder, findings, listening ports, limitations and source of a sample, by one dump.
  // `now` is monotonic and rises. `inodes_left` is what may still be asked of the owners. Errors:
  // those of the dump after a second try.
  absl::StatusOr<NetnsSample> Dump(const Inputs& inputs, absl::Duration now, size_t& inodes_left);

  // Ports of the range that some socket had at the last dump. Sockets that are only bound are in no
  // counter of the kernel.
  int32_t ports_in_use() const { return ports_in_use_; }

 private:
  absl::StatusOr<NetnsCounts> CountSockets(const Inputs& inputs, absl::Duration now);
  void SetPools(const Inputs& inputs, const NetnsCounts& counts, absl::Duration now,
                NetnsSample& sample);
  void SetOwners(const Inputs& inputs, absl::Duration now, NetnsSample& sample) const;
  void NotePools(const NetnsSample& sample);

  ListenerMemory listeners_;
  ClosedPorts closed_ports_;
  OwnerMemory owners_;
  ConnectPools connect_pools_;
  int32_t ports_in_use_ = 0;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_COLLECT_SOCKET_POOLS_H_
