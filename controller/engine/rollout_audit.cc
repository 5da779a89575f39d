#include "controller/engine/rollout_audit.h"

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/ids/names.h"
#include "controller/engine/audit_draft.h"

namespace berthmaster {
namespace {

using TargetKey = std::tuple<absl::string_view, uint64_t, uint64_t>;

TargetKey KeyOf(const RolloutTarget& target) {
  return {target.host_id, target.netns_cookie, target.netns_inode};
}

// What the agent did, by the state that its answer led to; nothing where it did nothing.
std::optional<AuditAction> ActionOf(const RolloutTarget& target) {
  switch (target.state) {
    case TargetState::kSoaking:
      return AuditAction::kApplied;
    case TargetState::kHolding:
      // Advice is there at once; a sysctl was entered when it was applied.
      return target.advice.has_value() ? std::make_optional(AuditAction::kApplied) : std::nullopt;
    case TargetState::kReverted:
      return AuditAction::kReverted;
    case TargetState::kFailed:
      for (const TargetSysctl& sysctl : target.sysctls) {
        if (sysctl.state == ApplyState::kRefused) return AuditAction::kRefused;
        if (sysctl.state == ApplyState::kDrifted) return AuditAction::kDrifted;
      }
      return AuditAction::kFailed;
    case TargetState::kWaiting:
    case TargetState::kSent:
    case TargetState::kAway:
    case TargetState::kReverting:
    case TargetState::kGone:
      return std::nullopt;
  }
  return std::nullopt;
}

void AppendValues(const RolloutTarget& target, bool backwards, std::vector<AuditValue>& values) {
  for (const TargetSysctl& sysctl : target.sysctls) {
    AuditValue value;
    value.host_id = target.host_id;
    value.netns_cookie = target.netns_cookie;
    value.netns_label = target.netns_label;
    value.sysctl = sysctl.change.sysctl;
    value.old_value = backwards ? sysctl.change.desired_value : sysctl.change.expected_value;
    value.new_value = backwards ? sysctl.effective_value : sysctl.change.desired_value;
    values.push_back(std::move(value));
  }
  if (!target.advice.has_value()) return;
  AuditValue value;
  value.host_id = target.host_id;
  value.netns_cookie = target.netns_cookie;
  value.netns_label = target.netns_label;
  value.sysctl = "advice.connection_pool_size";
  if (!backwards) value.new_value = absl::StrCat(target.advice->desired.connection_pool_size);
  values.push_back(std::move(value));
}

bool IsDrifted(const RolloutTarget& target) {
  for (const TargetSysctl& sysctl : target.sysctls) {
    if (sysctl.state == ApplyState::kDrifted) return true;
  }
  return false;
}

}  // namespace

void AuditRollout(const Rollout& before, const Rollout& after, absl::Time now,
                  ControlLedger& ledger) {
  std::map<TargetKey, const RolloutTarget*> earlier;
  for (const RolloutTarget& target : before.targets) earlier.emplace(KeyOf(target), &target);
  const std::string name = RolloutName(after.id);
  std::vector<AuditValue> pushed;
  for (const RolloutTarget& target : after.targets) {
    auto found = earlier.find(KeyOf(target));
    const TargetState was = found == earlier.end() ? TargetState::kWaiting : found->second->state;
    const Caller agent{absl::StrCat("agent/", target.host_id), ""};
    auto append = [&](AuditAction action) {
      const bool backwards = action != AuditAction::kApplied && action != AuditAction::kRefused;
      std::vector<AuditValue> values;
      AppendValues(target, backwards, values);
      ledger.Append(AuditDraft(now, agent, action, name, target.message, std::move(values)));
    };
    if (was == target.state) {
      // A confirmed value that somebody else wrote over stays confirmed.
      const bool drifted_now = found != earlier.end() && !IsDrifted(*found->second) &&
                               IsDrifted(target) && target.state == TargetState::kHolding;
      if (drifted_now) append(AuditAction::kDrifted);
      continue;
    }
    if (target.state == TargetState::kSent) AppendValues(target, false, pushed);
    if (std::optional<AuditAction> action = ActionOf(target)) append(*action);
  }
  if (!pushed.empty()) {
    ledger.Append(AuditDraft(now, ControllerCaller(), AuditAction::kPushed, name, after.message,
                             std::move(pushed)));
  }
  if (before.state != after.state && after.state == RolloutState::kConfirmed) {
    ledger.Append(
        AuditDraft(now, ControllerCaller(), AuditAction::kConfirmed, name, after.message));
  }
}

}  // namespace berthmaster
