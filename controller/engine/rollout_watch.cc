#include "controller/engine/rollout_watch.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "common/forecast/forecast.h"
#include "common/forecast/reuse.h"
#include "common/sysctl/value.h"
#include "controller/engine/gate_counters.h"
#include "controller/model/names.h"
#include "controller/recommend/what_if.h"

namespace berthmaster {
namespace {

// An agent may not make a rollout grow without bound by replying for nothing.
constexpr size_t kRepliesPerTargetMax = 16;

const NetnsSample* FindNetns(const HostSample& sample, const RolloutTarget& target) {
  auto found = std::find_if(
      sample.namespaces.begin(), sample.namespaces.end(), [&](const NetnsSample& netns) {
        return netns.cookie == target.netns_cookie && netns.inode == target.netns_inode;
      });
  return found == sample.namespaces.end() ? nullptr : &*found;
}

// The values of the target's sysctls, and whether all are as desired.
bool TakeValues(const RolloutTarget& target, const NetnsSample& netns, TargetView& view) {
  bool matches = true;
  view.effective_values.clear();
  for (const TargetSysctl& sysctl : target.sysctls) {
    auto found = netns.sysctls.find(sysctl.change.sysctl);
    if (found == netns.sysctls.end()) {
      matches = false;
      continue;
    }
    view.effective_values.insert(*found);
    matches = matches && NormalizeSysctlValue(found->second) ==
                             NormalizeSysctlValue(sysctl.change.desired_value);
  }
  return matches;
}

std::optional<Outlook> OutlookOf(const NetnsSample& netns, const PoolSample& pool) {
  return Projection{pool, MakeForecast(pool, ReuseDelay(netns.sysctls, pool.key))}.outlook();
}

// A pool that is not in the sample has no new connections, or is among those too small to be told
// apart, of which nothing is known.
std::optional<double> RateWithoutPool(const NetnsSample& netns) {
  return netns.remainder.has_value() ? std::nullopt : std::make_optional(0.0);
}

}  // namespace

RolloutWatch::TargetWatch RolloutWatch::MakeTarget(const RolloutTarget& target, EngineTime time) {
  TargetWatch watch;
  watch.state = target.state;
  // After a restart the time that went by without a controller counts: the lease ran then too.
  watch.state_since = time.monotonic - std::max(time.now - target.state_time, absl::ZeroDuration());
  watch.netns_seen = time.monotonic;
  return watch;
}

void RolloutWatch::Sync(const Rollout& rollout, EngineTime time) {
  std::map<Key, TargetWatch> known;
  const bool same_targets =
      keys_.size() == rollout.targets.size() &&
      std::equal(keys_.begin(), keys_.end(), rollout.targets.begin(),
                 [](const Key& key, const RolloutTarget& target) {
                   return key == Key(target.host_id, target.netns_cookie, target.netns_inode);
                 });
  if (!same_targets) {
    for (size_t i = 0; i < keys_.size(); ++i) known.emplace(keys_[i], std::move(targets_[i]));
    keys_.clear();
    targets_.clear();
    by_host_.clear();
    for (const RolloutTarget& target : rollout.targets) {
      Key key(target.host_id, target.netns_cookie, target.netns_inode);
      auto found = known.find(key);
      targets_.push_back(found != known.end() ? std::move(found->second)
                                              : MakeTarget(target, time));
      by_host_[target.host_id].push_back(keys_.size());
      keys_.push_back(std::move(key));
    }
  }
  for (size_t i = 0; i < targets_.size(); ++i) {
    TargetWatch& watch = targets_[i];
    if (watch.state == rollout.targets[i].state) continue;
    TargetWatch next = MakeTarget(rollout.targets[i], time);
    next.detached_since = watch.detached_since;
    next.view.attached = watch.view.attached;
    next.view.counts_lately = watch.view.counts_lately;
    // It is the same push that brought it here, unless it is to be sent anew.
    next.view.sent = watch.view.sent && next.state != TargetState::kSent;
    // A sample that shows the values was taken after the write, also when it came with the answer.
    if (watch.state == TargetState::kSent && next.state == TargetState::kSoaking) {
      next.view.samples_matching = watch.view.samples_matching;
      next.view.effective_values = watch.view.effective_values;
      next.view.pool = watch.view.pool;
    }
    watch = std::move(next);
  }
}

const std::vector<size_t>& RolloutWatch::TargetsOn(absl::string_view host_id) const {
  static const auto* none = new std::vector<size_t>;
  auto found = by_host_.find(host_id);
  return found == by_host_.end() ? *none : found->second;
}

void RolloutWatch::OnSample(const Rollout& rollout, const std::string& host_id,
                            const HostSample& sample, EngineTime time) {
  for (size_t i : TargetsOn(host_id)) {
    const RolloutTarget& target = rollout.targets[i];
    TargetWatch& watch = targets_[i];
    TargetView& view = watch.view;
    ++view.samples;
    const NetnsSample* netns = FindNetns(sample, target);
    if (netns == nullptr) {
      ++view.samples_without_netns;
      view.without_netns_for = time.monotonic - watch.netns_seen;
      view.effective_values.clear();
      view.pool = std::nullopt;
      continue;
    }
    watch.netns_seen = time.monotonic;
    view.samples_without_netns = 0;
    view.without_netns_for = absl::ZeroDuration();
    const PoolSample* pool = FindPool(*netns, host_id, target.pool_name);
    view.pool = pool == nullptr ? std::nullopt : OutlookOf(*netns, *pool);
    view.connection_rate = pool == nullptr ? RateWithoutPool(*netns) : pool->connection_rate;
    // The first sample may hold what a quiet namespace counted before the write.
    if (view.samples > 1) view.counts_since = Sum(view.counts_since, GateCountsOf(*netns));
    const bool matches = TakeValues(target, *netns, view);
    view.samples_matching = matches ? view.samples_matching + 1 : 0;
    view.samples_mismatching = matches ? 0 : view.samples_mismatching + 1;
  }
}

void RolloutWatch::OnPushed(absl::string_view host_id) {
  for (size_t i : TargetsOn(host_id)) targets_[i].view.sent = true;
}

void RolloutWatch::OnReply(const Rollout& rollout, RolloutReply reply) {
  for (size_t i : TargetsOn(reply.host_id)) {
    const bool silent =
        std::none_of(reply.results.begin(), reply.results.end(), [&](const ChangeResult& result) {
          return result.netns_cookie == rollout.targets[i].netns_cookie;
        });
    const bool silent_of_advice = std::none_of(
        reply.advice_results.begin(), reply.advice_results.end(), [&](const AdviceResult& result) {
          return result.netns_cookie == rollout.targets[i].netns_cookie;
        });
    if (!silent || !silent_of_advice) continue;
    TargetView& view = targets_[i].view;
    view.silent_since_revision = std::max(view.silent_since_revision, reply.revision);
  }
  if (reply.results.empty() && reply.advice_results.empty()) return;
  if (replies_.size() >= kRepliesPerTargetMax * std::max<size_t>(1, targets_.size())) {
    replies_.erase(replies_.begin());
  }
  replies_.push_back(std::move(reply));
}

void RolloutWatch::TakePresence(absl::FunctionRef<bool(absl::string_view host_id)> attached,
                                EngineTime time) {
  for (const auto& [host_id, places] : by_host_) {
    const bool is_attached = attached(host_id);
    for (size_t i : places) {
      TargetWatch& watch = targets_[i];
      if (watch.view.attached && !is_attached) watch.detached_since = time.monotonic;
      watch.view.attached = is_attached;
    }
  }
}

std::vector<RolloutReply> RolloutWatch::TakeReplies() { return std::exchange(replies_, {}); }

std::vector<TargetView> RolloutWatch::Views(EngineTime time) const {
  std::vector<TargetView> views;
  views.reserve(targets_.size());
  for (const TargetWatch& watch : targets_) {
    TargetView& view = views.emplace_back(watch.view);
    view.in_state = time.monotonic - watch.state_since;
    view.detached_for =
        view.attached ? absl::ZeroDuration() : time.monotonic - watch.detached_since;
  }
  return views;
}

}  // namespace berthmaster
