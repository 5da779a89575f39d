#include "agent/collect/remainder.h"

#include <span>

namespace berthmaster {
namespace {

void Add(int32_t in_use, int32_t reusable, const StateCounts& states,
         std::span<const int32_t> releases, std::optional<PoolRemainder>& remainder) {
  if (!remainder.has_value()) remainder.emplace();
  remainder->in_use += in_use;
  remainder->reusable += reusable;
  for (int state = 0; state < kTcpStateCount; ++state) {
    remainder->states[static_cast<TcpState>(state)] += states[static_cast<TcpState>(state)];
  }
  if (releases.empty() || states[TcpState::kTimeWait] == 0) return;
  remainder->time_wait_releases.resize(kReleaseSeconds);
  for (size_t second = 0; second < releases.size(); ++second) {
    remainder->time_wait_releases[second] += releases[second];
  }
}

}  // namespace

void AddToRemainder(const PoolCounts& pool, std::optional<PoolRemainder>& remainder) {
  if (pool.in_use == 0) return;
  Add(pool.in_use, pool.reusable, pool.states, pool.releases, remainder);
  ++remainder->pool_count;
}

void AddToRemainder(const PoolSample& pool, std::optional<PoolRemainder>& remainder) {
  if (pool.in_use == 0) return;
  Add(pool.in_use, pool.reusable, pool.states, pool.time_wait_releases, remainder);
  ++remainder->pool_count;
}

void AddUntrackedToRemainder(const PoolCounts& untracked, std::optional<PoolRemainder>& remainder) {
  if (untracked.in_use == 0) return;
  Add(untracked.in_use, untracked.reusable, untracked.states, untracked.releases, remainder);
  remainder->is_lower_bound = true;
  // At least one.
  ++remainder->pool_count;
}

}  // namespace berthmaster
