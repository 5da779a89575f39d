#include "controller/engine/rollout_driver.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/forecast/forecast.h"
#include "common/forecast/reuse.h"
#include "common/ids/names.h"
#include "common/log/log.h"
#include "common/sysctl/value.h"
#include "controller/engine/desired_state.h"
#include "controller/model/names.h"

namespace berthmaster {
namespace {

// An agent may not make a rollout grow without bound by replying for nothing.
constexpr size_t kRepliesMax = 16;

const NetnsSample* FindNetns(const HostSample& sample, const RolloutTarget& target) {
  auto found = std::find_if(
      sample.namespaces.begin(), sample.namespaces.end(), [&](const NetnsSample& netns) {
        return netns.cookie == target.netns_cookie && netns.inode == target.netns_inode;
      });
  return found == sample.namespaces.end() ? nullptr : &*found;
}

std::optional<Outlook> OutlookOf(const NetnsSample& netns, absl::string_view host_id,
                                 absl::string_view pool_name) {
  for (const PoolSample& pool : netns.pools) {
    if (PoolName(host_id, netns.cookie, pool) != pool_name) continue;
    const Forecast forecast = MakeForecast(pool, ReuseDelay(netns.sysctls, pool.key));
    return Outlook{pool.capacity, pool.utilization(), forecast.settled_utilization,
                   forecast.time_to_exhaustion};
  }
  return std::nullopt;
}

// Whether the result speaks of a sysctl that a newer rollout has taken over. What the agent did
// with it then, putting it back first of all, says nothing about the older rollout.
bool OfCovered(const ControlLedger& ledger, const Rollout& rollout, const ChangeResult& result) {
  return std::any_of(rollout.targets.begin(), rollout.targets.end(),
                     [&](const RolloutTarget& target) {
                       return target.netns_cookie == result.netns_cookie &&
                              IsCovered(ledger, rollout, target, result.sysctl);
                     });
}

bool AsDesired(const RolloutTarget& target, const std::map<std::string, std::string>& effective) {
  return std::all_of(target.sysctls.begin(), target.sysctls.end(), [&](const TargetSysctl& sysctl) {
    auto found = effective.find(sysctl.change.sysctl);
    return found != effective.end() &&
           NormalizeSysctlValue(found->second) == NormalizeSysctlValue(sysctl.change.desired_value);
  });
}

// Whether the desired state of its hosts differs before and after.
bool ChangesDesired(const Rollout& before, const Rollout& after) {
  return InForce(before.state) != InForce(after.state) ||
         (before.state != after.state && after.state == RolloutState::kConfirmed);
}

}  // namespace

RolloutDriver::RolloutDriver(ControlLedger* ledger, IncidentBook* incidents, Options options)
    : ledger_(ledger), incidents_(incidents), options_(options) {}

RolloutDriver::Watch& RolloutDriver::WatchOf(const Rollout& rollout, EngineTime time) {
  auto inserted = watches_.try_emplace(rollout.id);
  Watch& watch = inserted.first->second;
  if (inserted.second || watch.state != rollout.state) {
    const bool sent = watch.sent;
    watch = Watch();
    watch.sent = sent;
    watch.state = rollout.state;
    // After a restart the time that went by without a controller counts: the lease ran then too.
    watch.state_since =
        time.monotonic - std::max(time.now - rollout.state_time, absl::ZeroDuration());
    watch.views.resize(rollout.targets.size());
    watch.netns_seen.resize(rollout.targets.size(), time.monotonic);
  }
  return watch;
}

void RolloutDriver::OnSample(const std::string& host_id, const HostSample& sample,
                             EngineTime time) {
  const ControlLedger::Ids& ids = ledger_->OpenRolloutsOf(host_id);
  if (ids.empty()) return;
  touched_hosts_.insert(host_id);
  for (const std::string& id : ids) {
    Observe(*ledger_->rollouts().Find(id), host_id, sample, time);
  }
}

void RolloutDriver::Observe(const Rollout& rollout, const std::string& host_id,
                            const HostSample& sample, EngineTime time) {
  Watch& watch = WatchOf(rollout, time);
  for (size_t i = 0; i < rollout.targets.size(); ++i) {
    const RolloutTarget& target = rollout.targets[i];
    if (target.host_id != host_id) continue;
    TargetView& view = watch.views[i];
    ++view.samples;
    const NetnsSample* netns = FindNetns(sample, target);
    if (netns == nullptr) {
      ++view.samples_without_netns;
      view.without_netns_for = time.monotonic - watch.netns_seen[i];
      view.effective_values.clear();
      view.pool = std::nullopt;
      continue;
    }
    watch.netns_seen[i] = time.monotonic;
    view.samples_without_netns = 0;
    view.without_netns_for = absl::ZeroDuration();
    view.effective_values = netns->sysctls;
    view.pool = OutlookOf(*netns, host_id, rollout.pool_name);
    const bool matches = AsDesired(target, netns->sysctls);
    view.samples_matching = matches ? view.samples_matching + 1 : 0;
    view.samples_mismatching = matches ? 0 : view.samples_mismatching + 1;
  }
}

void RolloutDriver::OnReply(const std::string& host_id, const DesiredStateReply& reply,
                            EngineTime time) {
  touched_hosts_.insert(host_id);
  for (const std::string& id : ledger_->OpenRolloutsOf(host_id)) {
    auto rollout = ledger_->rollouts().Find(id);
    RolloutReply own;
    own.revision = reply.revision;
    const std::string name = RolloutName(id);
    for (const ChangeResult& result : reply.results) {
      if (result.rollout != name) continue;
      // A rollout on its way back wants to hear of it all the same.
      if (InForce(rollout->state) && OfCovered(*ledger_, *rollout, result)) continue;
      own.results.push_back(result);
    }
    Watch& watch = WatchOf(*rollout, time);
    if (watch.replies.size() >= kRepliesMax) watch.replies.erase(watch.replies.begin());
    watch.replies.push_back(std::move(own));
  }
}

void RolloutDriver::OnPushed(const std::string& host_id, EngineTime time) {
  last_push_[host_id] = time.monotonic;
  touched_hosts_.insert(host_id);
  for (const std::string& id : ledger_->OpenRolloutsOf(host_id)) {
    WatchOf(*ledger_->rollouts().Find(id), time).sent = true;
  }
}

void RolloutDriver::Step(EngineTime time) {
  // A copy: a rollout that ends leaves the index.
  ControlLedger::Ids ids = ledger_->WaitingRollouts();
  for (const std::string& host_id : std::exchange(touched_hosts_, {})) {
    const ControlLedger::Ids& on_host = ledger_->OpenRolloutsOf(host_id);
    ids.insert(on_host.begin(), on_host.end());
  }
  for (const std::string& id : ids) StepOne(id, time);
  if (watches_.size() <= ledger_->OpenRollouts().size()) return;
  for (auto it = watches_.begin(); it != watches_.end();) {
    const bool open = ledger_->OpenRollouts().count(it->first) > 0;
    it = open ? std::next(it) : watches_.erase(it);
  }
}

void RolloutDriver::StepOne(const std::string& id, EngineTime time) {
  auto before = ledger_->rollouts().Find(id);
  Watch& watch = WatchOf(*before, time);
  std::optional<Rollout> after = StepRollout(*before, InputsOf(*before, watch, time));
  watch.replies.clear();
  if (after.has_value()) Apply(*before, *std::move(after), time);
}

RolloutInputs RolloutDriver::InputsOf(const Rollout& rollout, const Watch& watch,
                                      EngineTime time) const {
  RolloutInputs inputs;
  inputs.now = time.now;
  inputs.in_state = time.monotonic - watch.state_since;
  inputs.sent = watch.sent;
  inputs.replies = watch.replies;
  inputs.targets = watch.views;
  if (auto recommendation = ledger_->recommendations().Find(rollout.recommendation_id)) {
    inputs.before = recommendation->what_if.before;
  }
  inputs.soak = options_.soak;
  inputs.apply_timeout = options_.apply_timeout;
  return inputs;
}

void RolloutDriver::Apply(const Rollout& before, Rollout after, EngineTime time) {
  if (ChangesDesired(before, after)) {
    for (RolloutTarget& target : after.targets) {
      target.desired_revision = BumpDesiredRevision(*ledger_, target.host_id);
      RequestPush(target.host_id);
    }
  }
  if (before.state != after.state) {
    const std::string text =
        absl::StrCat("rollout ", RolloutStateText(after.state), ": ", after.message);
    LogInfo(RolloutName(after.id), ": ", RolloutStateText(before.state), " -> ",
            RolloutStateText(after.state), ": ", after.message);
    incidents_->AddTimelineEntry(after.incident_id, text, time.now);
  }
  ledger_->Put(std::move(after));
}

std::set<std::string> RolloutDriver::TakePushes(EngineTime time) {
  // A lease of what is not confirmed is renewed, and a removal repeated until it is answered.
  for (const std::string& id : ledger_->WaitingRollouts()) {
    auto rollout = ledger_->rollouts().Find(id);
    for (const RolloutTarget& target : rollout->targets) {
      auto last = last_push_.find(target.host_id);
      if (last == last_push_.end() || time.monotonic - last->second >= options_.lease / 3) {
        pushes_.insert(target.host_id);
      }
    }
  }
  return std::exchange(pushes_, {});
}

}  // namespace berthmaster
