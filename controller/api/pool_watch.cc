#include "controller/api/pool_watch.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"

namespace berthmaster {
namespace {

using PoolsById = absl::flat_hash_map<PoolId, const PoolSample*>;

PoolsById IndexOf(const NetnsSample* netns) {
  PoolsById pools;
  if (netns == nullptr) return pools;
  for (const PoolSample& pool : netns->pools) pools.emplace(pool.id(), &pool);
  return pools;
}

const HostSample* SampleOf(const Fleet::HostPointer& host) {
  return host == nullptr ? nullptr : host->sample.get();
}

}  // namespace

std::vector<std::string> PoolWatchSource::InitialKeys() {
  std::vector<std::string> keys;
  for (const Fleet::HostPointer& host : fleet_->Hosts()) {
    if (matcher_.MatchesHost(host->host.host_id)) keys.push_back(host->host.host_id);
  }
  return keys;
}

std::optional<std::string> PoolWatchSource::KeyOf(const Event& event) {
  if (event.kind != EventKind::kHost || !matcher_.MatchesHost(event.id)) return std::nullopt;
  return event.id;
}

void PoolWatchSource::Open(const std::string& key, absl::Time /*event_time*/) {
  changes_.clear();
  now_ = fleet_->FindHost(key);
  before_ = std::exchange(shown_[key], now_);
  Compare(before_, now_);
  std::reverse(changes_.begin(), changes_.end());
}

void PoolWatchSource::Compare(const Fleet::HostPointer& before, const Fleet::HostPointer& now) {
  const HostSample* old_sample = SampleOf(before);
  const HostSample* new_sample = SampleOf(now);
  if (old_sample == new_sample) return;
  if (new_sample != nullptr) {
    for (const NetnsSample& netns : new_sample->namespaces) {
      if (!matcher_.MatchesNetns(netns)) continue;
      const PoolsById old_pools =
          IndexOf(old_sample == nullptr ? nullptr : FindNetns(*before, netns.cookie));
      for (const PoolSample& pool : netns.pools) {
        const auto old_pool = old_pools.find(pool.id());
        const bool is_known = old_pool != old_pools.end();
        if (is_known && *old_pool->second == pool) continue;
        const bool was_shown = is_known && matcher_.MatchesPool(*old_pool->second);
        if (!was_shown && !matcher_.MatchesPool(pool)) continue;
        changes_.push_back({{now.get(), &netns, &pool}, false});
      }
    }
  }
  if (old_sample == nullptr) return;
  for (const NetnsSample& netns : old_sample->namespaces) {
    if (!matcher_.MatchesNetns(netns)) continue;
    const PoolsById new_pools =
        IndexOf(new_sample == nullptr ? nullptr : FindNetns(*now, netns.cookie));
    for (const PoolSample& pool : netns.pools) {
      if (new_pools.contains(pool.id()) || !matcher_.MatchesPool(pool)) continue;
      changes_.push_back({{before.get(), &netns, &pool}, true});
    }
  }
}

bool PoolWatchSource::Next(v1::WatchPoolsResponse& response) {
  if (changes_.empty()) return false;
  *response.mutable_pool() = ToProto(changes_.back().ref, /*with_curve=*/false);
  response.set_removed(changes_.back().removed);
  changes_.pop_back();
  return true;
}

}  // namespace berthmaster
