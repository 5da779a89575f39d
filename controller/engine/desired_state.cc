#include "controller/engine/desired_state.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/ids/names.h"
#include "common/sysctl/value.h"

namespace berthmaster {
namespace {

// By namespace and sysctl.
using Key = std::pair<uint64_t, std::string>;
using Changes = std::map<Key, DesiredChange>;

// What agents call the host's own namespace, and no other (agent/kernel/netns/netns_labels).
constexpr absl::string_view kHostNetnsLabel = "host";

// Adds the changes of one rollout, in the order of writing, to those of older ones.
void Append(const Rollout& rollout, absl::string_view host_id, absl::Duration lease,
            Changes& changes, std::vector<std::pair<Key, std::string>>& order) {
  for (const RolloutTarget& target : rollout.targets) {
    if (target.host_id != host_id || !IsDesired(target.state)) continue;
    for (const TargetSysctl& sysctl : target.sysctls) {
      DesiredChange change;
      change.rollout = RolloutName(rollout.id);
      change.netns_cookie = target.netns_cookie;
      change.netns_inode = target.netns_inode;
      change.change = sysctl.change;
      change.confirmed = IsConfirmed(rollout, target);
      if (!change.confirmed) change.lease = lease;
      // The agent keeps no other namespace over a reboot: they do not outlive one.
      change.persist = rollout.plan.persist && target.netns_label == kHostNetnsLabel;
      const Key key(target.netns_cookie, sysctl.change.sysctl);
      auto covered = changes.find(key);
      if (covered != changes.end() &&
          NormalizeSysctlValue(change.change.expected_value) ==
              NormalizeSysctlValue(covered->second.change.desired_value)) {
        change.change.expected_value = covered->second.change.expected_value;
      }
      order.emplace_back(key, change.rollout);
      changes[key] = std::move(change);
    }
  }
}

void AppendAdvice(const Rollout& rollout, absl::string_view host_id,
                  std::vector<DesiredAdvice>& advice) {
  for (const RolloutTarget& target : rollout.targets) {
    if (target.host_id != host_id || !IsDesired(target.state)) continue;
    if (!target.advice.has_value() || advice.size() >= kDesiredAdviceMax) continue;
    DesiredAdvice desired = target.advice->desired;
    desired.rollout = RolloutName(rollout.id);
    advice.push_back(std::move(desired));
  }
}

bool Sets(const Rollout& rollout, const RolloutTarget& place, absl::string_view sysctl) {
  return std::any_of(
      rollout.targets.begin(), rollout.targets.end(), [&](const RolloutTarget& target) {
        return IsDesired(target.state) && target.host_id == place.host_id &&
               target.netns_cookie == place.netns_cookie &&
               std::any_of(target.sysctls.begin(), target.sysctls.end(),
                           [&](const TargetSysctl& set) { return set.change.sysctl == sysctl; });
      });
}

}  // namespace

DesiredState BuildDesiredState(const ControlLedger& ledger, absl::string_view host_id,
                               absl::Duration lease) {
  DesiredState desired;
  if (auto host = ledger.hosts().Find(host_id)) desired.revision = host->desired_revision;
  Changes changes;
  std::vector<std::pair<Key, std::string>> order;
  for (const std::string& id : ledger.OpenRolloutsOf(host_id)) {
    auto rollout = ledger.rollouts().Find(id);
    if (InForce(rollout->state)) Append(*rollout, host_id, lease, changes, order);
  }
  for (const std::string& id : ledger.OpenRolloutsOf(host_id)) {
    auto rollout = ledger.rollouts().Find(id);
    if (InForce(rollout->state)) AppendAdvice(*rollout, host_id, desired.advice);
  }
  for (const auto& entry : order) {
    DesiredChange& change = changes.at(entry.first);
    if (change.rollout == entry.second) desired.changes.push_back(change);
  }
  return desired;
}

bool IsCovered(const ControlLedger& ledger, const Rollout& rollout, const RolloutTarget& target,
               absl::string_view sysctl) {
  const ControlLedger::Ids& ids = ledger.OpenRolloutsOf(target.host_id);
  return std::any_of(ids.upper_bound(rollout.id), ids.end(), [&](const std::string& id) {
    auto newer = ledger.rollouts().Find(id);
    return InForce(newer->state) && Sets(*newer, target, sysctl);
  });
}

int CountDesiredChanges(const ControlLedger& ledger, absl::string_view host_id) {
  return static_cast<int>(BuildDesiredState(ledger, host_id, kLeaseMin).changes.size());
}

int64_t BumpDesiredRevision(ControlLedger& ledger, absl::string_view host_id) {
  auto row = ledger.hosts().Find(host_id);
  if (row == nullptr) return 0;
  Host host = *row;
  ++host.desired_revision;
  const int64_t revision = host.desired_revision;
  ledger.Put(std::move(host));
  return revision;
}

}  // namespace berthmaster
