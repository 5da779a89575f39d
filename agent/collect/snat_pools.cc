#include "agent/collect/snat_pools.h"

#include <algorithm>

namespace berthmaster {

void SnatCounter::Visit(const SnatRow& row) {
  const Key key = {row.snat_address, row.destination, row.destination_port, row.protocol};
  auto found = pools_.find(key);
  if (found == pools_.end()) {
    if (pools_.size() >= kSnatPoolsTrackedMax) {
      ++untracked_count_;
      return;
    }
    found = pools_.try_emplace(key).first;
    found->second.ports = {row.snat_port, row.snat_port};
  }
  Counts& counts = found->second;
  ++counts.entries;
  counts.ports.low = std::min(counts.ports.low, row.snat_port);
  counts.ports.high = std::max(counts.ports.high, row.snat_port);
  if (row.state.has_value()) ++counts.states[*row.state];
}

std::vector<PoolSample> SnatCounter::Finish(const std::vector<SnatRange>& ranges) const {
  struct Candidate {
    double share;
    int32_t capacity;
    const Key* key;
    const Counts* counts;
  };
  std::vector<Candidate> candidates;
  for (const auto& [key, counts] : pools_) {
    const int32_t capacity = SnatCapacity(ranges, key.snat_address, key.protocol, counts.ports);
    const double share = static_cast<double>(counts.entries) / capacity;
    if (share >= kSnatPoolShare) candidates.push_back({share, capacity, &key, &counts});
  }
  const size_t count = std::min(kSnatPoolsMax, candidates.size());
  std::partial_sort(candidates.begin(), candidates.begin() + static_cast<ptrdiff_t>(count),
                    candidates.end(),
                    [](const Candidate& a, const Candidate& b) { return a.share > b.share; });
  candidates.resize(count);
  std::vector<PoolSample> pools;
  for (const Candidate& candidate : candidates) {
    const Key& key = *candidate.key;
    PoolSample& pool = pools.emplace_back();
    pool.kind = PoolKind::kSnat;
    pool.key = {key.snat_address.ToIpAddress(), key.destination.ToIpAddress(), key.destination_port,
                key.protocol};
    pool.capacity = candidate.capacity;
    pool.in_use = candidate.counts->entries;
    pool.states = candidate.counts->states;
  }
  return pools;
}

int32_t SnatCapacity(const std::vector<SnatRange>& ranges, const RawAddress& snat_address,
                     IpProtocol protocol, const PortRange& taken) {
  const SnatRange* best = nullptr;
  for (const SnatRange& range : ranges) {
    if (range.protocol.has_value() && *range.protocol != protocol) continue;
    if (!range.ports.Contains(taken.low) || !range.ports.Contains(taken.high)) continue;
    const bool is_any = range.snat_address.is_unspecified();
    if (!is_any && !(range.snat_address == snat_address)) continue;
    // A rule for the address itself says more than masquerade does.
    const bool best_is_any = best != nullptr && best->snat_address.is_unspecified();
    if (best == nullptr || (best_is_any && !is_any) ||
        (best_is_any == is_any && range.ports.size() < best->ports.size())) {
      best = &range;
    }
  }
  return best == nullptr ? kSnatPortsDefault : best->ports.size();
}

}  // namespace berthmaster
