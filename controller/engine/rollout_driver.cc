#include "controller/engine/rollout_driver.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/ids/names.h"
#include "common/log/log.h"
#include "controller/approval/requirement.h"
#include "controller/engine/desired_state.h"
#include "controller/engine/rollout_audit.h"
#include "controller/model/names.h"

namespace berthmaster {
namespace {

// Whether the result speaks of a sysctl that a newer rollout has taken over. What the agent did
// with it then, putting it back first of all, says nothing about the older rollout.
bool OfCovered(const ControlLedger& ledger, const Rollout& rollout, absl::string_view host_id,
               const ChangeResult& result) {
  return std::any_of(
      rollout.targets.begin(), rollout.targets.end(), [&](const RolloutTarget& target) {
        return target.host_id == host_id && target.netns_cookie == result.netns_cookie &&
               IsCovered(ledger, rollout, target, result.sysctl);
      });
}

// How a target stands in the desired state of its host.
enum class Place : uint8_t { kAbsent, kLeased, kConfirmed };

Place PlaceOf(const Rollout& rollout, const RolloutTarget& target) {
  if (!InForce(rollout.state) || !IsDesired(target.state)) return Place::kAbsent;
  return IsConfirmed(rollout, target) ? Place::kConfirmed : Place::kLeased;
}

using TargetKey = std::tuple<absl::string_view, uint64_t, uint64_t>;

std::map<TargetKey, Place> PlacesOf(const Rollout& rollout) {
  std::map<TargetKey, Place> places;
  for (const RolloutTarget& target : rollout.targets) {
    places.emplace(TargetKey(target.host_id, target.netns_cookie, target.netns_inode),
                   PlaceOf(rollout, target));
  }
  return places;
}

bool Has(const Rollout& rollout, absl::string_view host_id, const NetnsSample& netns) {
  return std::any_of(rollout.targets.begin(), rollout.targets.end(),
                     [&](const RolloutTarget& target) {
                       return target.netns_cookie == netns.cookie &&
                              target.netns_inode == netns.inode && target.host_id == host_id;
                     });
}

}  // namespace

RolloutDriver::RolloutDriver(ControlLedger* ledger, IncidentBook* incidents,
                             const HostPresence* presence, Options options)
    : ledger_(ledger), incidents_(incidents), finder_(ledger, presence), options_(options) {}

RolloutWatch& RolloutDriver::WatchOf(const Rollout& rollout, EngineTime time) {
  RolloutWatch& watch = watches_[rollout.id];
  watch.Sync(rollout, time);
  return watch;
}

void RolloutDriver::OnRollback() {
  following_.clear();
  following_known_ = false;
  joining_.clear();
  std::erase_if(watches_, [this](const auto& entry) {
    return ledger_->OpenRollouts().count(entry.first) == 0;
  });
}

void RolloutDriver::OnSession(const std::string& host_id) {
  unanswered_.erase(host_id);
  touched_hosts_.insert(host_id);
}

void RolloutDriver::OnSample(const std::string& host_id, const HostSample& sample,
                             EngineTime time) {
  counters_.Observe(host_id, sample);
  LookForJoiners(host_id, sample);
  const ControlLedger::Ids& ids = ledger_->OpenRolloutsOf(host_id);
  if (ids.empty()) return;
  touched_hosts_.insert(host_id);
  for (const std::string& id : ids) {
    auto rollout = ledger_->rollouts().Find(id);
    WatchOf(*rollout, time).OnSample(*rollout, host_id, sample, time);
  }
}

void RolloutDriver::LookForJoiners(const std::string& host_id, const HostSample& sample) {
  if (!following_known_) {
    for (const std::string& id : ledger_->OpenRollouts()) {
      if (ledger_->rollouts().Find(id)->plan.follows) following_.insert(id);
    }
    following_known_ = true;
  }
  for (const std::string& id : following_) {
    auto rollout = ledger_->rollouts().Find(id);
    if (!InForce(rollout->state)) continue;
    for (const NetnsSample& netns : sample.namespaces) {
      if (!finder_.Matches(rollout->plan.selector, host_id, netns)) continue;
      if (Has(*rollout, host_id, netns)) continue;
      absl::StatusOr<RolloutTarget> target =
          finder_.MakeTarget(host_id, netns, DesiredValuesOf(rollout->changes), id);
      if (!target.ok()) continue;
      joining_[id].insert_or_assign({host_id, netns.cookie}, *std::move(target));
    }
  }
}

void RolloutDriver::OnReply(const std::string& host_id, const DesiredStateReply& reply,
                            EngineTime time) {
  touched_hosts_.insert(host_id);
  if (reply.nonce != 0) unanswered_.erase(host_id);
  for (const std::string& id : ledger_->OpenRolloutsOf(host_id)) {
    auto rollout = ledger_->rollouts().Find(id);
    RolloutReply own;
    own.host_id = host_id;
    own.revision = reply.revision;
    own.unasked = reply.nonce == 0;
    const std::string name = RolloutName(id);
    for (const ChangeResult& result : reply.results) {
      if (result.rollout != name) continue;
      // A rollout on its way back wants to hear of it all the same.
      if (InForce(rollout->state) && OfCovered(*ledger_, *rollout, host_id, result)) continue;
      own.results.push_back(result);
    }
    for (const AdviceResult& result : reply.advice_results) {
      if (result.rollout == name) own.advice_results.push_back(result);
    }
    WatchOf(*rollout, time).OnReply(*rollout, std::move(own));
  }
}

void RolloutDriver::OnPushed(const std::string& host_id, EngineTime time) {
  last_push_[host_id] = time.monotonic;
  unanswered_[host_id] = time.monotonic;
  touched_hosts_.insert(host_id);
  for (const std::string& id : ledger_->OpenRolloutsOf(host_id)) {
    WatchOf(*ledger_->rollouts().Find(id), time).OnPushed(host_id);
  }
}

void RolloutDriver::Step(EngineTime time) {
  // A copy: a rollout that ends leaves the index.
  ControlLedger::Ids ids = ledger_->WaitingRollouts();
  for (const std::string& host_id : std::exchange(touched_hosts_, {})) {
    const ControlLedger::Ids& on_host = ledger_->OpenRolloutsOf(host_id);
    ids.insert(on_host.begin(), on_host.end());
  }
  for (const auto& entry : joining_) ids.insert(entry.first);
  for (const std::string& id : ids) StepOne(id, time);
  joining_.clear();
  if (watches_.size() <= ledger_->OpenRollouts().size()) return;
  for (auto it = watches_.begin(); it != watches_.end();) {
    const bool open = ledger_->OpenRollouts().count(it->first) > 0;
    it = open ? std::next(it) : watches_.erase(it);
  }
}

void RolloutDriver::StepOne(const std::string& id, EngineTime time) {
  auto before = ledger_->rollouts().Find(id);
  if (before == nullptr) return;
  RolloutWatch& watch = WatchOf(*before, time);
  std::optional<Rollout> after = StepRollout(*before, InputsOf(*before, watch, time));
  if (after.has_value()) Apply(*before, *std::move(after), time);
}

std::vector<TargetView> RolloutDriver::ViewsOf(const Rollout& rollout, EngineTime time) {
  RolloutWatch& watch = WatchOf(rollout, time);
  watch.TakePresence(
      [&](absl::string_view host_id) {
        auto host = ledger_->hosts().Find(host_id);
        return host != nullptr && host->state == HostState::kAttached;
      },
      time);
  std::vector<TargetView> views = watch.Views(time);
  for (size_t i = 0; i < views.size(); ++i) {
    const RolloutTarget& target = rollout.targets[i];
    if (target.state != TargetState::kWaiting && target.state != TargetState::kAway) continue;
    views[i].counts_lately = counters_.Lately(target.host_id, target.netns_cookie);
  }
  return views;
}

RolloutInputs RolloutDriver::InputsOf(const Rollout& rollout, RolloutWatch& watch,
                                      EngineTime time) {
  RolloutInputs inputs;
  inputs.now = time.now;
  inputs.replies = watch.TakeReplies();
  inputs.targets = ViewsOf(rollout, time);
  if (auto joining = joining_.find(rollout.id); joining != joining_.end()) {
    for (const auto& entry : joining->second) {
      TargetView& view = inputs.joining_views.emplace_back();
      view.counts_lately = counters_.Lately(entry.second.host_id, entry.second.netns_cookie);
      inputs.joining.push_back(entry.second);
    }
  }
  inputs.freeze = FreezeOf(rollout, time.now);
  inputs.soak = rollout.plan.soak > absl::ZeroDuration() ? rollout.plan.soak : options_.soak;
  inputs.apply_timeout = options_.apply_timeout;
  return inputs;
}

std::string RolloutDriver::FreezeOf(const Rollout& rollout, absl::Time now) const {
  const ControlLedger::ApprovalPolicyPointer policy = ledger_->approval_policy();
  if (policy->freezes.empty()) return "";
  std::vector<LabelView> places;
  for (const RolloutTarget& target : rollout.targets) {
    if (target.state != TargetState::kWaiting && target.state != TargetState::kAway) continue;
    const NetnsSample* netns = finder_.FindNetns(target.host_id, target.netns_cookie);
    if (netns == nullptr) continue;
    places.push_back({netns->labels, target.host_id, netns->label, std::nullopt});
  }
  return FreezeIn(*policy, places, now);
}

Rollout RolloutDriver::Begin(Rollout rollout, EngineTime time) {
  // Nothing of it is desired yet, so that Apply() sees what begins to be.
  const Rollout before = rollout;
  Rollout after = BeginRollout(std::move(rollout), ViewsOf(before, time), time.now);
  if (after.plan.follows) following_.insert(after.id);
  const std::string id = after.id;
  Apply(before, std::move(after), time);
  return *ledger_->rollouts().Find(id);
}

void RolloutDriver::Apply(const Rollout& before, Rollout after, EngineTime time) {
  const std::map<TargetKey, Place> places = PlacesOf(before);
  std::map<std::string, int64_t> revisions;
  for (RolloutTarget& target : after.targets) {
    auto earlier = places.find(TargetKey(target.host_id, target.netns_cookie, target.netns_inode));
    const Place was = earlier == places.end() ? Place::kAbsent : earlier->second;
    if (was == PlaceOf(after, target)) continue;
    auto [revision, is_new] = revisions.try_emplace(target.host_id, 0);
    if (is_new) {
      revision->second = BumpDesiredRevision(*ledger_, target.host_id);
      RequestPush(target.host_id);
    }
    target.desired_revision = revision->second;
  }
  if (!InForce(after.state)) following_.erase(after.id);
  TellIncident(before, after, time.now);
  AuditRollout(before, after, time.now, *ledger_);
  ledger_->Put(std::move(after));
}

void RolloutDriver::TellIncident(const Rollout& before, const Rollout& after, absl::Time now) {
  if (before.state == after.state) return;
  LogInfo(RolloutName(after.id), ": ", RolloutStateText(before.state), " -> ",
          RolloutStateText(after.state), ": ", after.message);
  incidents_->AddTimelineEntry(
      after.incident_id,
      absl::StrCat("rollout ", RolloutStateText(after.state), ": ", after.message), now);
}

std::set<std::string> RolloutDriver::TakeUnanswering(EngineTime time) {
  std::set<std::string> hosts;
  for (auto it = unanswered_.begin(); it != unanswered_.end();) {
    if (time.monotonic - it->second < options_.apply_timeout) {
      ++it;
      continue;
    }
    hosts.insert(it->first);
    // Nothing more goes out to it until it has another session.
    it->second = absl::InfiniteDuration();
    ++it;
  }
  return hosts;
}

std::set<std::string> RolloutDriver::TakePushes(EngineTime time) {
  // A lease of what is not confirmed is renewed, and a removal repeated until it is answered.
  for (const std::string& id : ledger_->WaitingRollouts()) {
    auto rollout = ledger_->rollouts().Find(id);
    for (const RolloutTarget& target : rollout->targets) {
      const bool leased = PlaceOf(*rollout, target) == Place::kLeased;
      if (!leased && target.state != TargetState::kReverting) continue;
      auto last = last_push_.find(target.host_id);
      if (last == last_push_.end() || time.monotonic - last->second >= options_.lease / 3) {
        pushes_.insert(target.host_id);
      }
    }
  }
  std::set<std::string> due;
  for (auto it = pushes_.begin(); it != pushes_.end();) {
    if (unanswered_.count(*it) > 0) {
      ++it;
      continue;
    }
    due.insert(std::move(pushes_.extract(it++).value()));
  }
  return due;
}

}  // namespace berthmaster
