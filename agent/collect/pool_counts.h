#ifndef BERTHMASTER_AGENT_COLLECT_POOL_COUNTS_H_
#define BERTHMASTER_AGENT_COLLECT_POOL_COUNTS_H_

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "agent/collect/address_ports.h"
#include "agent/collect/listener_memory.h"
#include "agent/kernel/sockets/socket_row.h"
#include "common/net/pool_key.h"
#include "common/protocol/sample.h"
#include "common/protocol/tcp_state.h"

namespace berthmaster {

// How many TIME_WAIT sockets end in each coming second; the meaning of the entries is that of
// PoolSample::time_wait_releases.
using Releases = std::array<int32_t, kReleaseSeconds>;

// The entry for a mini-socket with this remaining time. The timer wheel ends it up to 2.048 s late
// at HZ=250, 1 s in the mean, so a second is added; one that is late already (0) may end at any
// moment.
inline size_t ReleaseIndex(uint32_t expires_ms) {
  if (expires_ms == 0) return 0;
  const size_t index = expires_ms / 1000 + 1;
  return index < kReleaseSeconds ? index : kReleaseSeconds - 1;
}

// TIME_WAIT sockets between `age` and `age` + 1 seconds old, 0 <= age < 60; those a moment younger
// than 0 count as 0.
inline int32_t CountOfAge(const Releases& releases, int age) {
  const int index = 60 - age;
  return releases[static_cast<size_t>(index)] + (age == 0 ? releases[kReleaseSeconds - 1] : 0);
}

// A connect pool's key as it lies in the rows.
struct RawPoolKey {
  RawAddress source;
  RawAddress destination;
  uint16_t destination_port = 0;

  PoolKey ToKey() const {
    return {source.ToIpAddress(), destination.ToIpAddress(), destination_port};
  }
  friend bool operator==(const RawPoolKey&, const RawPoolKey&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const RawPoolKey& key) {
    // Half of the words of most keys are 0; hashing them would be half of the cost of a row.
    if (key.source.is_v4) {
      return H::combine(std::move(h), key.source.words[0], key.destination.words[0],
                        key.destination_port);
    }
    return H::combine(std::move(h), key.source.words, key.destination.words, key.destination_port);
  }
};

// What a dump holds of one connect pool. What every row touches comes first.
struct PoolCounts {
  RawPoolKey key;
  int32_t in_use = 0;
  int32_t reusable = 0;
  // Of in_use, those whose port has the parity that connect() takes last.
  int32_t wrong_parity = 0;
  // Sockets of the key beside in_use, whose port bind() took before connect().
  int32_t early_bound = 0;
  // Of the source, in AddressPorts.
  uint32_t address_index = 0;
  // In OwnerMemory; -1 when the pool is not worth naming.
  int32_t named_index = -1;
  // TIME_WAIT with at most this much left is reusable; -1 when none is.
  int64_t reusable_expires_max_ms = -1;
  StateCounts states;
  // TIME_WAIT only: FIN_WAIT_2 mini-sockets become TIME_WAIT when the peer's FIN comes.
  Releases releases{};

  // Sockets that are not TIME_WAIT.
  int32_t live() const { return in_use - states[TcpState::kTimeWait]; }
};

// What a dump holds of the TIME_WAIT table.
struct TimeWaitTableCounts {
  Releases time_wait{};
  Releases fin_wait_2{};
};

// What a dump holds of one namespace.
struct NetnsCounts {
  std::vector<PoolCounts> pools;
  // The sockets of all pools beyond kPoolsTrackedMax together; its key means nothing.
  PoolCounts untracked;
  TimeWaitTableCounts time_wait_table;
  // Ports of the range with a listener, each once, rising.
  std::vector<uint16_t> listening_ports;
  // Ports of the range, not reserved, that are closed to every auto-bind.
  int32_t blocked = 0;
  PortUse port_use;
  // The fullest.
  std::vector<PoolSample> listener_pools;
  // All that listen.
  std::vector<ListenEndpoint> listeners;
  std::vector<NetnsFinding> findings;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_COLLECT_POOL_COUNTS_H_
