#include "agent/collect/pool_aggregator.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/time/time.h"
#include "agent/kernel/sockets/sock_diag_codec.h"
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
// Only-bound sockets told apart for the findings; further ones are counted all the same.
constexpr size_t kBoundMax = 4096;

constexpr uint32_t MaskOf(TcpState state) { return 1u << static_cast<uint32_t>(state); }
// The states whose rows do not simply count in their pool.
constexpr uint32_t kSpecialStates = MaskOf(TcpState::kListen) | MaskOf(TcpState::kBoundInactive) |
                                    MaskOf(TcpState::kSynRecv) | MaskOf(TcpState::kNewSynRecv);

bool IsKeyOf(const SocketRow& row, const RawPoolKey& key) {
  return row.destination_port == key.destination_port && row.source == key.source &&
         row.destination == key.destination;
}

bool IsSelfConnect(const SocketRow& row) {
  return row.local_port == row.destination_port && row.source == row.destination;
}

// What is left of the youngest TIME_WAIT that may be reused in the pools of `source`; -1 for none.
int64_t ReusableExpiresMaxFrom(const std::map<std::string, std::string>& sysctls,
                               absl::string_view source) {
  PoolKey key;
  key.source = IpAddress::Parse(source).value();
  const std::optional<absl::Duration> delay = ReuseDelay(sysctls, key);
  if (!delay.has_value()) return -1;
  return kTimeWaitMs - kReuseSlackMs - absl::ToInt64Milliseconds(*delay);
}

}  // namespace

PoolAggregator::PoolAggregator(Options options)
    : options_(std::move(options)),
      range_(options_.space.range),
      reusable_expires_max_ms_({ReusableExpiresMaxFrom(options_.sysctls, "192.0.2.1"),
                                ReusableExpiresMaxFrom(options_.sysctls, "127.0.0.1")}),
      address_ports_(options_.space) {
  static_assert(kCacheSlots == 1 << kCacheBits);
}

void PoolAggregator::Visit(const SocketRow& row) {
  if ((MaskOf(row.state) & kSpecialStates) != 0 && VisitSpecial(row)) return;
  if (!has_begun_others_) BeginOthers();
  const bool is_time_wait = row.state == TcpState::kTimeWait;
  const size_t release_index = row.is_mini ? ReleaseIndex(row.expires_ms) : 0;
  if (row.is_mini) {
    TimeWaitTableCounts& table = counts_.time_wait_table;
    ++(is_time_wait ? table.time_wait : table.fin_wait_2)[release_index];
  }
  if (findings_.IsGonePort(row.local_port)) findings_.AddUserOfGonePort(row);
  if (!range_.Contains(row.local_port)) return;
  if (bind_owned_.Contains(row.local_port) && VisitBindOwned(row)) return;
  if (IsSelfConnect(row)) findings_.AddSelfConnect(row);
  PoolCounts& pool = FindPool(row);
  ++pool.in_use;
  ++pool.states[row.state];
  pool.wrong_parity += (row.local_port ^ range_.low) & 1;
  address_ports_.Add(pool.address_index, row.local_port);
  if (pool.named_index >= 0) options_.owners->AddSocket(pool.named_index, row);
  if (!is_time_wait) return;
  ++pool.releases[release_index];
  if (static_cast<int64_t>(row.expires_ms) <= pool.reusable_expires_max_ms) ++pool.reusable;
}

NetnsCounts PoolAggregator::Finish() {
  // Every listening port is a blocked one.
  if (!blocked_.empty()) {
    for (int port = range_.low; port <= range_.high; ++port) {
      if (blocked_.Contains(port) && !options_.space.reserved.Contains(port)) ++counts_.blocked;
      if (listeners_.listening_ports().Contains(port)) {
        counts_.listening_ports.push_back(static_cast<uint16_t>(port));
      }
    }
  }
  counts_.port_use = address_ports_.Finish();
  counts_.listener_pools = listeners_.Pools();
  counts_.listeners = listeners_.Endpoints();
  counts_.findings = findings_.Finish();
  return std::move(counts_);
}

// Whether there is nothing more to do for the row.
bool PoolAggregator::VisitSpecial(const SocketRow& row) {
  if (row.state == TcpState::kSynRecv || row.state == TcpState::kNewSynRecv) {
    // A request_sock has no bind bucket: its port is taken by its listener alone.
    return listeners_.AddSynReceived(row);
  }
  const bool is_v6_only = !row.source.is_v4 && IsV6Only(row).value_or(false);
  if (row.state == TcpState::kListen) {
    listeners_.AddListener(row, is_v6_only);
  } else if (bound_.size() < kBoundMax) {
    bound_.push_back({row.source, row.local_port, is_v6_only});
  }
  bind_owned_.Add(row.local_port);
  if (!range_.Contains(row.local_port)) return true;
  blocked_.Add(row.local_port);
  const uint32_t index = address_ports_.IndexOf(row.source, is_v6_only);
  address_ports_.Add(index, row.local_port);
  if (row.state == TcpState::kBoundInactive) address_ports_.NoteBound(index);
  return true;
}

// All that listens and is bound is known now.
void PoolAggregator::BeginOthers() {
  has_begun_others_ = true;
  listeners_ports_ = listeners_.listening_ports();
  std::vector<ListenEndpoint> now = listeners_.Endpoints();
  now.insert(now.end(), bound_.begin(), bound_.end());
  absl::flat_hash_map<uint16_t, std::vector<const ListenEndpoint*>> by_port;
  if (!options_.recent_listeners.empty()) {
    for (const ListenEndpoint& endpoint : now) by_port[endpoint.listen_port].push_back(&endpoint);
  }
  std::vector<ListenEndpoint> gone;
  for (const ListenEndpoint& recent : options_.recent_listeners) {
    listeners_ports_.Add(recent.listen_port);
    auto there = by_port.find(recent.listen_port);
    const bool has_successor =
        there != by_port.end() &&
        std::any_of(there->second.begin(), there->second.end(), [&](const ListenEndpoint* one) {
          return recent.Conflicts(one->address) || one->Conflicts(recent.address);
        });
    if (!has_successor) gone.push_back(recent);
  }
  findings_.SetGone(std::move(gone));
  bind_owned_.AddAll(listeners_ports_);
  if (options_.closed_ports != nullptr) bind_owned_.AddAll(*options_.closed_ports);
}

// Whether the row, whose port has or had a bind()-made user, is such a user itself and no part of a
// pool.
bool PoolAggregator::VisitBindOwned(const SocketRow& row) {
  const bool is_closed =
      options_.closed_ports != nullptr && options_.closed_ports->Contains(row.local_port);
  // A client that dialled the port of a service that has died: connect() took that port, so no
  // bind()-made user has it any more, however lately one did.
  if (IsSelfConnect(row) && !is_closed && !listeners_.ListensOn(row.local_port)) {
    return false;
  }
  // Connections that a listener left behind keep its port closed to auto-bind.
  blocked_.Add(row.local_port);
  uint32_t index = 0;
  if (is_closed && !listeners_ports_.Contains(row.local_port)) {
    PoolCounts& pool = FindPool(row);
    ++pool.early_bound;
    if (pool.named_index >= 0) options_.owners->AddSocket(pool.named_index, row);
    index = pool.address_index;
    address_ports_.NoteBound(index);
  } else {
    index = address_ports_.IndexOf(row.source, false);
  }
  address_ports_.Add(index, row.local_port);
  return true;
}

PoolCounts& PoolAggregator::FindPool(const SocketRow& row) {
  const uint32_t mixed = row.source.words[0] ^ row.destination.words[0] ^ row.destination.words[3] ^
                         row.destination_port;
  uint32_t& cached = cache_[(mixed * kGoldenRatio) >> (32 - kCacheBits)];
  if (cached < tracked_count_ && IsKeyOf(row, counts_.pools[cached].key)) {
    return counts_.pools[cached];
  }
  const RawPoolKey key{row.source, row.destination, row.destination_port};
  auto found = pool_index_.find(key);
  if (found != pool_index_.end()) {
    cached = found->second;
    return counts_.pools[cached];
  }
  if (tracked_count_ >= kPoolsTrackedMax) return Untracked(row);
  cached = tracked_count_;
  return AddPool(key);
}

PoolCounts& PoolAggregator::AddPool(const RawPoolKey& key) {
  pool_index_.emplace(key, tracked_count_++);
  PoolCounts& pool = counts_.pools.emplace_back();
  pool.key = key;
  pool.address_index = address_ports_.IndexOf(key.source, false);
  pool.reusable_expires_max_ms = ReusableExpiresMax(key);
  if (options_.owners != nullptr) pool.named_index = options_.owners->NamedIndex(key);
  return pool;
}

// What hangs on the key is that of the row for as long as the row is looked at.
PoolCounts& PoolAggregator::Untracked(const SocketRow& row) {
  PoolCounts& pool = counts_.untracked;
  pool.address_index = address_ports_.IndexOf(row.source, false);
  pool.reusable_expires_max_ms =
      ReusableExpiresMax({row.source, row.destination, row.destination_port});
  return pool;
}

int64_t PoolAggregator::ReusableExpiresMax(const RawPoolKey& key) const {
  const bool is_loopback =
      key.source.ToIpAddress().is_loopback() || key.destination.ToIpAddress().is_loopback();
  return reusable_expires_max_ms_[is_loopback ? 1 : 0];
}

}  // namespace berthmaster
