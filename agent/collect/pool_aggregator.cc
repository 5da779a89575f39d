#include "agent/collect/pool_aggregator.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/time/time.h"
#include "common/forecast/reuse.h"

namespace berthmaster {
namespace {

// kCacheSlots as a power of two.
constexpr int kCacheBits = 6;
// Fibonacci hashing: spreads keys that differ in few bits.
constexpr uint32_t kGoldenRatio = 0x9e3779b1;
// TCP_TIMEWAIT_LEN.
constexpr int64_t kTimeWaitMs = 60000;
// The timer runs in jiffies and tcp_twsk_unique() compares milliseconds since tw_entry_stamp,
// strictly; two ticks at HZ=100 keep what is called reusable from being refused.
constexpr int64_t kReuseSlackMs = 20;

bool IsKeyOf(const SocketRow& row, const RawPoolKey& key) {
  return row.destination_port == key.destination_port && row.source == key.source &&
         row.destination == key.destination;
}

}  // namespace

PoolAggregator::PoolAggregator(const PortSpace& space,
                               const std::map<std::string, std::string>& sysctls,
                               const PortSet& recent_listen_ports)
    : space_(space), sysctls_(sysctls), bind_owned_(recent_listen_ports) {
  static_assert(kCacheSlots == 1 << kCacheBits);
}

void PoolAggregator::Visit(const SocketRow& row) {
  const bool is_time_wait = row.state == TcpState::kTimeWait;
  const size_t release_index = row.is_mini ? ReleaseIndex(row.expires_ms) : 0;
  if (row.is_mini) {
    TimeWaitTableCounts& table = counts_.time_wait_table;
    ++(is_time_wait ? table.time_wait : table.fin_wait_2)[release_index];
  }
  if (!space_.range.Contains(row.local_port) || VisitBound(row)) return;
  PoolCounts* pool = FindPool(row);
  if (pool == nullptr) {
    ++counts_.untracked_sockets;
    return;
  }
  ++pool->in_use;
  ++pool->states[row.state];
  if (!is_time_wait) return;
  ++pool->releases[release_index];
  if (static_cast<int64_t>(row.expires_ms) <= pool->reusable_expires_max_ms) ++pool->reusable;
}

NetnsCounts PoolAggregator::Finish() {
  // Every listening port is a blocked one.
  if (blocked_.empty()) return std::move(counts_);
  for (int port = space_.range.low; port <= space_.range.high; ++port) {
    if (blocked_.Contains(port) && !space_.reserved.Contains(port)) ++counts_.blocked;
    if (listening_.Contains(port)) counts_.listening_ports.push_back(static_cast<uint16_t>(port));
  }
  return std::move(counts_);
}

// Whether the row's port, which is in the range, is that of a bind()-made user.
bool PoolAggregator::VisitBound(const SocketRow& row) {
  if (row.state == TcpState::kListen || row.state == TcpState::kBoundInactive) {
    if (row.state == TcpState::kListen) listening_.Add(row.local_port);
    bind_owned_.Add(row.local_port);
    blocked_.Add(row.local_port);
    return true;
  }
  if (!bind_owned_.Contains(row.local_port)) return false;
  // Connections that a listener left behind keep its port closed to auto-bind.
  blocked_.Add(row.local_port);
  return true;
}

PoolCounts* PoolAggregator::FindPool(const SocketRow& row) {
  const uint32_t mixed = row.source.words[0] ^ row.destination.words[0] ^ row.destination.words[3] ^
                         row.destination_port;
  uint32_t& cached = cache_[(mixed * kGoldenRatio) >> (32 - kCacheBits)];
  if (cached < counts_.pools.size() && IsKeyOf(row, counts_.pools[cached].key)) {
    return &counts_.pools[cached];
  }
  const RawPoolKey key{row.source, row.destination, row.destination_port};
  auto found = pool_index_.find(key);
  if (found == pool_index_.end()) {
    cached = static_cast<uint32_t>(counts_.pools.size());
    return AddPool(key);
  }
  cached = found->second;
  return &counts_.pools[cached];
}

PoolCounts* PoolAggregator::AddPool(const RawPoolKey& key) {
  if (counts_.pools.size() >= kPoolsTrackedMax) return nullptr;
  pool_index_.emplace(key, static_cast<uint32_t>(counts_.pools.size()));
  PoolCounts& pool = counts_.pools.emplace_back();
  pool.key = key;
  std::optional<absl::Duration> delay = ReuseDelay(sysctls_, key.ToKey());
  if (delay.has_value()) {
    pool.reusable_expires_max_ms = kTimeWaitMs - kReuseSlackMs - absl::ToInt64Milliseconds(*delay);
  }
  return &pool;
}

}  // namespace berthmaster
