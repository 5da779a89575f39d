#include "agent/collect/failure_log.h"

#include <algorithm>
#include <utility>

namespace berthmaster {
namespace {

// Adds up what has a place.
template <typename Key>
void AddBounded(const Key& key, int64_t count, absl::flat_hash_map<Key, int64_t>& counts) {
  auto found = counts.find(key);
  if (found != counts.end()) {
    found->second += count;
  } else if (counts.size() < kFailuresPendingMax) {
    counts.emplace(key, count);
  }
}

PoolSample* FullestTowards(const PoolKey& key, std::vector<PoolSample>& pools) {
  PoolSample* fullest = nullptr;
  for (PoolSample& pool : pools) {
    if (pool.kind != PoolKind::kConnect || pool.key.destination != key.destination ||
        pool.key.destination_port != key.destination_port) {
      continue;
    }
    if (fullest == nullptr || pool.in_use > fullest->in_use) fullest = &pool;
  }
  return fullest;
}

}  // namespace

void FailureLog::Add(const FailedConnects& failed) {
  AddBounded(failed.key, failed.count, by_pool_);
  AddBounded(Caller(failed.key, failed.pid, failed.cgroup_id, failed.process), failed.count,
             by_caller_);
}

void FailureLog::CountIn(std::vector<PoolSample>& pools) const {
  for (PoolSample& pool : pools) {
    if (pool.kind != PoolKind::kConnect) continue;
    auto found = by_pool_.find(pool.key);
    pool.connect_failures = found == by_pool_.end() ? 0 : found->second;
  }
  for (const auto& [key, count] : by_pool_) {
    if (!key.source.is_unspecified()) continue;
    PoolSample* pool = FullestTowards(key, pools);
    if (pool != nullptr) *pool->connect_failures += count;
  }
}

std::vector<ConnectFailure> FailureLog::List(SocketOwners* owners) const {
  std::vector<std::pair<Caller, int64_t>> order(by_caller_.begin(), by_caller_.end());
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  if (order.size() > kConnectFailuresMax) order.resize(kConnectFailuresMax);
  std::vector<ConnectFailure> failures;
  for (const auto& [caller, count] : order) {
    const auto& [key, pid, cgroup_id, process] = caller;
    ConnectFailure& failure = failures.emplace_back();
    failure.key = key;
    failure.process = process;
    failure.pid = pid;
    failure.count = count;
    if (owners != nullptr && cgroup_id != 0) failure.cgroup = owners->CgroupPath(cgroup_id);
  }
  return failures;
}

void FailureLog::Clear() {
  by_pool_.clear();
  by_caller_.clear();
}

}  // namespace berthmaster
