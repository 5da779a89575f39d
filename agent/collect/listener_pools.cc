#include "agent/collect/listener_pools.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/container/flat_hash_set.h"

namespace berthmaster {
namespace {

constexpr uint32_t kCountMax = std::numeric_limits<int32_t>::max();

double Fullness(uint32_t waiting, uint32_t backlog) { return waiting / (backlog + 1.0); }

}  // namespace

void ListenerTable::AddListener(const SocketRow& row, bool is_v6_only) {
  listening_ports_.Add(row.local_port);
  const ListenEndpoint endpoint = {row.source, row.local_port, is_v6_only};
  Listener* known = Find(endpoint);
  if (known == nullptr) {
    if (listeners_.size() >= kListenersTrackedMax) return;
    index_.emplace(endpoint, static_cast<uint32_t>(listeners_.size()));
    listeners_.push_back({endpoint, row.receive_queue, row.send_queue, 0});
    return;
  }
  if (Fullness(row.receive_queue, row.send_queue) > Fullness(known->waiting, known->backlog)) {
    known->waiting = row.receive_queue;
    known->backlog = row.send_queue;
  }
}

bool ListenerTable::AddSynReceived(const SocketRow& row) {
  if (!ListensOn(row.local_port)) return false;
  // In the order of compute_score(): the address itself before a wildcard.
  RawAddress any_v4;
  RawAddress any_v6;
  any_v6.is_v4 = false;
  const ListenEndpoint candidates[] = {{row.source, row.local_port, false},
                                       {row.source, row.local_port, true},
                                       {row.source.is_v4 ? any_v4 : any_v6, row.local_port, true},
                                       {row.source.is_v4 ? any_v4 : any_v6, row.local_port, false},
                                       {any_v6, row.local_port, false}};
  for (const ListenEndpoint& candidate : candidates) {
    Listener* listener = Find(candidate);
    if (listener == nullptr) continue;
    ++listener->handshakes;
    return true;
  }
  return false;
}

std::vector<ListenEndpoint> ListenerTable::Endpoints() const {
  std::vector<ListenEndpoint> endpoints;
  endpoints.reserve(listeners_.size());
  for (const Listener& listener : listeners_) endpoints.push_back(listener.endpoint);
  return endpoints;
}

std::vector<PoolSample> ListenerTable::Pools() const {
  std::vector<const Listener*> order;
  order.reserve(listeners_.size());
  for (const Listener& listener : listeners_) order.push_back(&listener);
  const size_t count = std::min(kListenerPoolsMax, order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<ptrdiff_t>(count), order.end(),
                    [](const Listener* a, const Listener* b) {
                      const double full_a = Fullness(a->waiting, a->backlog);
                      const double full_b = Fullness(b->waiting, b->backlog);
                      if (full_a != full_b) return full_a > full_b;
                      if (a->handshakes != b->handshakes) return a->handshakes > b->handshakes;
                      return a->endpoint.listen_port < b->endpoint.listen_port;
                    });
  order.resize(count);
  std::vector<PoolSample> pools;
  absl::flat_hash_set<PoolKey> keys;
  for (const Listener* listener : order) {
    PoolSample pool;
    pool.kind = PoolKind::kListener;
    pool.key.destination = listener->endpoint.address.ToIpAddress();
    pool.key.destination_port = listener->endpoint.listen_port;
    pool.capacity = static_cast<int32_t>(std::min(listener->backlog, kCountMax - 1) + 1);
    pool.in_use = static_cast<int32_t>(std::min(listener->waiting, kCountMax));
    pool.states[TcpState::kSynRecv] = listener->handshakes;
    // "::" with and without IPv4 have one key; the fuller one came first.
    if (keys.insert(pool.key).second) pools.push_back(std::move(pool));
  }
  return pools;
}

ListenerTable::Listener* ListenerTable::Find(const ListenEndpoint& endpoint) {
  auto found = index_.find(endpoint);
  return found == index_.end() ? nullptr : &listeners_[found->second];
}

}  // namespace berthmaster
