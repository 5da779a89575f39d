#include "tests/simulation/oracle.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/ids/names.h"
#include "common/sysctl/value.h"

namespace berthmaster::simulation {
namespace {

bool Same(const std::string& a, const std::string& b) {
  return NormalizeSysctlValue(a) == NormalizeSysctlValue(b);
}

const TargetSysctl* FindSysctl(const RolloutTarget& target, const Place& place) {
  if (target.host_id != place.host_id || target.netns_cookie != place.netns.cookie ||
      target.netns_inode != place.netns.inode) {
    return nullptr;
  }
  for (const TargetSysctl& sysctl : target.sysctls) {
    if (sysctl.change.sysctl == place.sysctl) return &sysctl;
  }
  return nullptr;
}

bool WasSent(TargetState state) {
  return state != TargetState::kWaiting && state != TargetState::kAway &&
         state != TargetState::kGone;
}

bool HasFailed(const Rollout& rollout) {
  return std::any_of(rollout.targets.begin(), rollout.targets.end(), [](const RolloutTarget& t) {
    return t.wave == 0 && (t.state == TargetState::kFailed || t.state == TargetState::kReverting ||
                           t.state == TargetState::kReverted);
  });
}

}  // namespace

std::string Place::ToString() const {
  return absl::StrCat(host_id, " netns ", netns.cookie, "/", netns.inode, " ", sysctl);
}

void Oracle::OnBoot(const Place& place, const std::string& value) {
  prior_[place] = value;
  administrators_.erase(place);
}

void Oracle::OnNetnsGone(const std::string& host_id, const NetnsId& netns) {
  std::erase_if(prior_, [&](const auto& entry) {
    return entry.first.host_id == host_id && entry.first.netns == netns;
  });
}

void Oracle::OnAdministrator(const Place& place, const std::string& value) {
  administrators_[place] = value;
}

bool Oracle::IsAdministrators(const Place& place) const { return administrators_.count(place) > 0; }

const Rollout* Oracle::FindApproval(const Place& place, const std::string& value) const {
  for (const auto& [id, rollout] : rollouts_) {
    if (rollout.approvals.empty()) continue;
    for (const RolloutTarget& target : rollout.targets) {
      const TargetSysctl* sysctl = FindSysctl(target, place);
      if (sysctl != nullptr && Same(sysctl->change.desired_value, value)) return &rollout;
    }
  }
  return nullptr;
}

void Oracle::OnAgentWrite(const Place& place, const std::string& current,
                          const std::string& value) {
  auto prior = prior_.find(place);
  if (prior == prior_.end()) {
    Violate(absl::StrCat("a write to ", place.ToString(), ", which no namespace has"));
    return;
  }
  auto administrators = administrators_.find(place);
  const bool is_administrators =
      administrators != administrators_.end() && Same(administrators->second, current);
  const bool gives_back = Same(value, prior->second) || (administrators != administrators_.end() &&
                                                         Same(value, administrators->second));
  if (gives_back) {
    if (is_administrators && !Same(value, current)) {
      Violate(absl::StrCat(place.ToString(), ": an administrator's '", current,
                           "' was overwritten with the prior '", value, "'"));
    }
    return;
  }
  auto lies = lies_.find(place);
  const bool is_lie = lies != lies_.end() && lies->second.count(value) > 0;
  const Rollout* approval = FindApproval(place, value);
  if (approval == nullptr && !is_lie) {
    Violate(absl::StrCat(place.ToString(), ": '", value, "' was written without an approval"));
    return;
  }
  if (!is_administrators || is_lie || WasApprovedOver(place, value, current)) return;
  Violate(absl::StrCat(place.ToString(), ": an administrator's '", current,
                       "' was overwritten with '", value, "' of ", approval->id));
}

bool Oracle::WasApprovedOver(const Place& place, const std::string& value,
                             const std::string& current) const {
  std::set<std::string> seen;
  std::vector<std::string> values = {NormalizeSysctlValue(value)};
  while (!values.empty()) {
    const std::string one = values.back();
    values.pop_back();
    if (!seen.insert(one).second) continue;
    for (const auto& [id, rollout] : rollouts_) {
      for (const RolloutTarget& target : rollout.targets) {
        const TargetSysctl* sysctl = FindSysctl(target, place);
        if (sysctl == nullptr || !Same(sysctl->change.desired_value, one)) continue;
        if (Same(sysctl->change.expected_value, current)) return true;
        values.push_back(NormalizeSysctlValue(sysctl->change.expected_value));
      }
    }
  }
  return false;
}

void Oracle::CheckWaves(const Rollout& before, const Rollout& after) {
  if (!HasFailed(before)) return;
  for (const RolloutTarget& target : after.targets) {
    if (target.wave == 0) continue;
    auto earlier =
        std::find_if(before.targets.begin(), before.targets.end(), [&](const RolloutTarget& t) {
          return t.host_id == target.host_id && t.netns_cookie == target.netns_cookie &&
                 t.netns_inode == target.netns_inode;
        });
    const bool was_sent = earlier != before.targets.end() && WasSent(earlier->state);
    // What joins a confirmed rollout has no canary before it that could fail any more.
    if (target.state == TargetState::kSent && !was_sent &&
        before.state != RolloutState::kConfirmed) {
      Violate(absl::StrCat(after.id, ": a wave went on after its canary failed"));
    }
  }
}

void Oracle::OnCommit(const ControlState& changed) {
  for (const Rollout& rollout : changed.rollouts) {
    auto before = rollouts_.find(rollout.id);
    if (before != rollouts_.end()) CheckWaves(before->second, rollout);
    if (rollout.approvals.empty()) Violate(absl::StrCat(rollout.id, " has no approval"));
    if (rollout.state == RolloutState::kConfirmed) {
      for (const RolloutTarget& target : rollout.targets) {
        if (!IsConfirmed(rollout, target)) continue;
        for (const TargetSysctl& sysctl : target.sysctls) {
          const Place place{
              target.host_id, {target.netns_cookie, target.netns_inode}, sysctl.change.sysctl};
          confirmed_[place].insert(NormalizeSysctlValue(sysctl.change.desired_value));
        }
      }
    }
    rollouts_[rollout.id] = rollout;
  }
}

void Oracle::OnPush(const std::string& host_id, const DesiredState& desired,
                    const std::set<int64_t>& unanswered) {
  if (!unanswered.empty()) {
    Violate(absl::StrCat(host_id, ": revision ", desired.revision, " is pushed while ",
                         *unanswered.begin(), " is on its way"));
  }
  for (const DesiredChange& change : desired.changes) {
    const Place place{host_id, {change.netns_cookie, change.netns_inode}, change.change.sysctl};
    const Rollout* rollout = nullptr;
    for (const auto& [id, row] : rollouts_) {
      if (RolloutName(id) == change.rollout) rollout = &row;
    }
    if (rollout == nullptr) {
      Violate(absl::StrCat(place.ToString(), " is pushed for ", change.rollout,
                           ", which is not committed"));
      continue;
    }
    if (!InForce(rollout->state)) {
      Violate(absl::StrCat(place.ToString(), " is pushed for ", change.rollout,
                           ", which is not in force"));
    }
    if (change.confirmed && rollout->state != RolloutState::kConfirmed) {
      Violate(absl::StrCat(place.ToString(), " is pushed as confirmed for ", change.rollout,
                           ", which is not"));
    }
  }
}

void Oracle::OnLie(const Place& place, const std::string& value) {
  lies_[place].insert(NormalizeSysctlValue(value));
}

void Oracle::CheckAtRest(const Place& place, const std::string& value) {
  auto prior = prior_.find(place);
  if (prior == prior_.end() || Same(prior->second, value)) return;
  auto administrators = administrators_.find(place);
  if (administrators != administrators_.end() && Same(administrators->second, value)) return;
  auto confirmed = confirmed_.find(place);
  if (confirmed != confirmed_.end() && confirmed->second.count(NormalizeSysctlValue(value)) > 0) {
    return;
  }
  Violate(
      absl::StrCat(place.ToString(), " has '", value, "' past its lease; it was never confirmed"));
}

}  // namespace berthmaster::simulation
