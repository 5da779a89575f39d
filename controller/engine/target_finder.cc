#include "controller/engine/target_finder.h"

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/ids/names.h"
#include "common/net/endpoint.h"
#include "common/status/annotate.h"
#include "common/status/reason.h"
#include "common/sysctl/catalogue.h"
#include "common/sysctl/value.h"
#include "controller/engine/desired_state.h"
#include "controller/model/names.h"
#include "controller/recommend/what_if.h"

namespace berthmaster {
namespace {

constexpr absl::string_view kDestination = "destination";
constexpr absl::string_view kCause = "cause";

bool MayApply(const HostIdentity& identity) {
  return identity.profile == AgentProfile::kEnforce &&
         std::find(identity.capabilities.begin(), identity.capabilities.end(),
                   AgentCapability::kApplySysctl) != identity.capabilities.end();
}

// "10.0.0.2:443", "[2001:db8::2]:443"
std::string DestinationText(const PoolKey& key) {
  return Endpoint{key.destination.ToString(), key.destination_port}.ToString();
}

bool HasPoolTowards(const NetnsSample& netns, absl::string_view destination) {
  return std::any_of(netns.pools.begin(), netns.pools.end(), [&](const PoolSample& pool) {
    return (pool.kind == PoolKind::kConnect || pool.kind == PoolKind::kSnat) &&
           DestinationText(pool.key) == destination;
  });
}

bool HasIncident(const ControlLedger& ledger, absl::string_view host_id, uint64_t netns_cookie,
                 absl::string_view cause) {
  for (const auto& entry : ledger.incidents().rows()) {
    const Incident& incident = *entry.second;
    if (!incident.active() || CauseWord(incident.cause) != cause) continue;
    if (incident.host_id == host_id && incident.netns_cookie == netns_cookie) return true;
    for (const IncidentMember& member : incident.members) {
      if (member.host_id == host_id && member.netns_cookie == netns_cookie) return true;
    }
  }
  return false;
}

// The pool that tells whether a change of the namespace does any good: the fullest one.
const PoolSample* FindWorstPool(const NetnsSample& netns) {
  const PoolSample* worst = nullptr;
  for (const PoolSample& pool : netns.pools) {
    if (pool.kind != PoolKind::kConnect) continue;
    if (worst == nullptr || pool.utilization() > worst->utilization()) worst = &pool;
  }
  return worst;
}

void TakePool(const std::string& host_id, const NetnsSample& netns,
              const std::map<std::string, std::string>& desired_values, RolloutTarget& target) {
  const PoolSample* pool = FindWorstPool(netns);
  if (pool == nullptr) return;
  target.pool_name = PoolName(host_id, netns.cookie, *pool);
  absl::StatusOr<WishAnswer> wishes = TakeWishes(netns, *pool, desired_values);
  if (!wishes.ok()) return;
  absl::StatusOr<Simulation> simulation = Simulate(netns, *pool, wishes->change, nullptr);
  if (!simulation.ok()) return;
  target.before = simulation->before.outlook();
  target.predicted = simulation->after.outlook();
}

bool IsOfPorts(absl::string_view sysctl) {
  return sysctl == kPortRangeSysctl || sysctl == kReservedPortsSysctl ||
         sysctl == kTimeWaitReuseSysctl;
}

// What is said of the values in one namespace. What a person wants those for that are not about
// ports is theirs to know, so they are not held against ports that run out.
std::vector<SettingAdvice> AdviceFor(const NetnsSample& netns,
                                     const std::map<std::string, std::string>& desired_values) {
  std::vector<SettingAdvice> advice;
  const PoolSample ports;
  PoolSample other_than_ports;
  other_than_ports.kind = PoolKind::kTimeWaitTable;
  for (const auto& [sysctl, value] : desired_values) {
    // A range may be wanted together with the ports that it must leave alone.
    NetnsSample with_others = netns;
    for (const auto& [other, other_value] : desired_values) {
      if (other != sysctl) with_others.sysctls[other] = other_value;
    }
    const PoolSample& about = IsOfPorts(sysctl) ? ports : other_than_ports;
    for (SettingAdvice& one : AnswerWish(with_others, about, sysctl, value)) {
      advice.push_back(std::move(one));
    }
  }
  return advice;
}

absl::Status LeftOut(absl::string_view reason, absl::string_view what) {
  return ReasonStatus(absl::StatusCode::kFailedPrecondition, reason, what);
}

absl::Status CheckEnforcing(const ControlLedger& ledger, absl::string_view host_id) {
  auto host = ledger.hosts().Find(host_id);
  const std::string name = HostName(host_id);
  if (host == nullptr) return absl::NotFoundError(absl::StrCat(name, " does not exist"));
  if (MayApply(host->identity)) return absl::OkStatus();
  return LeftOut("AGENT_NOT_ENFORCING",
                 absl::StrCat("the agent of ", name,
                              " only observes; start it with --profile=enforce, or make the "
                              "change by hand"));
}

absl::Status CheckFree(const ControlLedger& ledger, absl::string_view host_id,
                       uint64_t netns_cookie, absl::string_view rollout_id) {
  for (const std::string& id : ledger.OpenRolloutsOf(host_id)) {
    auto rollout = ledger.rollouts().Find(id);
    if (id == rollout_id || rollout->state == RolloutState::kConfirmed) continue;
    const bool same_netns = std::any_of(
        rollout->targets.begin(), rollout->targets.end(), [&](const RolloutTarget& target) {
          return target.host_id == host_id && target.netns_cookie == netns_cookie;
        });
    if (!same_netns) continue;
    return LeftOut(
        "ROLLOUT_IN_PROGRESS",
        absl::StrCat(RolloutName(id), " works on the same namespace and is ",
                     RolloutStateText(rollout->state), "; wait for its end or revert it"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckPlace(const ControlLedger& ledger, absl::string_view host_id,
                        uint64_t netns_cookie, size_t change_count, absl::string_view rollout_id) {
  BERTHMASTER_RETURN_IF_ERROR(CheckEnforcing(ledger, host_id));
  BERTHMASTER_RETURN_IF_ERROR(CheckFree(ledger, host_id, netns_cookie, rollout_id));
  if (CountDesiredChanges(ledger, host_id) + static_cast<int>(change_count) <= kDesiredChangesMax) {
    return absl::OkStatus();
  }
  return absl::ResourceExhaustedError(
      absl::StrCat(HostName(host_id), " has ", kDesiredChangesMax,
                   " changes in force, which is the most an agent takes; revert some"));
}

std::map<std::string, std::string> DesiredValuesOf(const std::vector<SysctlChange>& changes) {
  std::map<std::string, std::string> values;
  for (const SysctlChange& change : changes) values[change.sysctl] = change.desired_value;
  return values;
}

const NetnsSample* TargetFinder::FindNetns(absl::string_view host_id, uint64_t netns_cookie) const {
  const std::shared_ptr<const HostSample> sample = presence_->NewestSample(host_id);
  if (sample == nullptr) return nullptr;
  auto found = std::find_if(sample->namespaces.begin(), sample->namespaces.end(),
                            [&](const NetnsSample& netns) { return netns.cookie == netns_cookie; });
  return found == sample->namespaces.end() ? nullptr : &*found;
}

bool TargetFinder::Matches(const LabelSelector& selector, const std::string& host_id,
                           const NetnsSample& netns) const {
  LabelSelector labels = selector;
  if (auto destination = labels.find(std::string(kDestination)); destination != labels.end()) {
    if (!HasPoolTowards(netns, destination->second)) return false;
    labels.erase(destination);
  }
  if (auto cause = labels.find(std::string(kCause)); cause != labels.end()) {
    if (!HasIncident(*ledger_, host_id, netns.cookie, cause->second)) return false;
    labels.erase(cause);
  }
  return berthmaster::Matches(labels, {netns.labels, host_id, netns.label, std::nullopt});
}

absl::StatusOr<RolloutTarget> TargetFinder::MakeTarget(
    const std::string& host_id, const NetnsSample& netns,
    const std::map<std::string, std::string>& desired_values, absl::string_view rollout_id) const {
  RolloutTarget target;
  target.host_id = host_id;
  target.netns_cookie = netns.cookie;
  target.netns_inode = netns.inode;
  target.netns_label = netns.label;
  for (const auto& [sysctl, value] : desired_values) {
    auto present = netns.sysctls.find(sysctl);
    if (present == netns.sysctls.end()) {
      return LeftOut("SYSCTL_MISSING", absl::StrCat(sysctl, " is not there"));
    }
    if (NormalizeSysctlValue(present->second) == NormalizeSysctlValue(value)) continue;
    TargetSysctl wanted;
    wanted.change = {sysctl, present->second, value};
    wanted.effective_value = present->second;
    target.sysctls.push_back(std::move(wanted));
  }
  // What must be kept out of a range is reserved before the range is there.
  std::stable_partition(target.sysctls.begin(), target.sysctls.end(), [](const TargetSysctl& s) {
    return s.change.sysctl == kReservedPortsSysctl;
  });
  if (target.sysctls.empty()) return LeftOut("VALUE_IN_FORCE", "it has the values already");
  BERTHMASTER_RETURN_IF_ERROR(
      CheckPlace(*ledger_, host_id, netns.cookie, target.sysctls.size(), rollout_id));
  TakePool(host_id, netns, desired_values, target);
  return target;
}

absl::StatusOr<FoundTargets> TargetFinder::Find(
    const LabelSelector& selector, const std::map<std::string, std::string>& desired_values,
    absl::string_view rollout_id) const {
  FoundTargets found;
  std::set<std::tuple<std::string, std::string, std::string>> said;
  std::vector<RolloutTarget> away;
  for (const auto& entry : ledger_->hosts().rows()) {
    const std::shared_ptr<const HostSample> sample = presence_->NewestSample(entry.first);
    if (sample == nullptr) continue;
    for (const NetnsSample& netns : sample->namespaces) {
      if (!Matches(selector, entry.first, netns)) continue;
      absl::StatusOr<RolloutTarget> target =
          MakeTarget(entry.first, netns, desired_values, rollout_id);
      if (!target.ok()) {
        if (found.left_out.size() < kLeftOutTextsMax) {
          found.left_out.push_back(absl::StrCat(HostName(entry.first), " ", netns.label, ": ",
                                                target.status().message()));
        }
        continue;
      }
      for (SettingAdvice& advice : AdviceFor(netns, desired_values)) {
        if (said.emplace(advice.setting, advice.value, advice.advice.id).second) {
          found.advice.push_back(std::move(advice));
        }
      }
      const bool attached = entry.second->state == HostState::kAttached;
      (attached ? found.targets : away).push_back(*std::move(target));
      if (found.targets.size() + away.size() > kRolloutTargetsMax) {
        return absl::ResourceExhaustedError(
            absl::StrCat("the selector matches more than ", kRolloutTargetsMax,
                         " namespaces; make it narrower and roll out in parts"));
      }
    }
  }
  std::move(away.begin(), away.end(), std::back_inserter(found.targets));
  std::stable_sort(found.advice.begin(), found.advice.end(),
                   [](const SettingAdvice& a, const SettingAdvice& b) {
                     return a.advice.severity > b.advice.severity;
                   });
  return found;
}

}  // namespace berthmaster
