#include "controller/rollout/step.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/sysctl/value.h"
#include "controller/rollout/soak_gate.h"

namespace berthmaster {
namespace {

// Agents write the reason; the rollout keeps this much of it.
constexpr size_t kAgentTextMax = 500;

void MoveTo(Rollout& rollout, RolloutState state, absl::string_view message, absl::Time now) {
  rollout.state = state;
  rollout.state_time = now;
  rollout.message = std::string(message);
}

bool SameValue(absl::string_view a, absl::string_view b) {
  return NormalizeSysctlValue(a) == NormalizeSysctlValue(b);
}

void TakeResult(TargetSysctl& sysctl, const ChangeResult& result) {
  sysctl.state = result.state;
  if (!result.effective_value.empty()) sysctl.effective_value = result.effective_value;
  if (result.state == ApplyState::kApplied) sysctl.applied_value = sysctl.change.desired_value;
  if (result.state == ApplyState::kReverted) sysctl.applied_value.clear();
  sysctl.error = result.error.substr(0, kAgentTextMax);
}

void TakeReplies(Rollout& rollout, const std::vector<RolloutReply>& replies) {
  for (const RolloutReply& reply : replies) {
    for (const ChangeResult& result : reply.results) {
      for (RolloutTarget& target : rollout.targets) {
        if (target.netns_cookie != result.netns_cookie) continue;
        for (TargetSysctl& sysctl : target.sysctls) {
          if (sysctl.change.sysctl == result.sysctl) TakeResult(sysctl, result);
        }
      }
    }
  }
}

void TakeSamples(Rollout& rollout, const std::vector<TargetView>& views) {
  for (size_t i = 0; i < rollout.targets.size() && i < views.size(); ++i) {
    for (TargetSysctl& sysctl : rollout.targets[i].sysctls) {
      auto found = views[i].effective_values.find(sysctl.change.sysctl);
      if (found != views[i].effective_values.end()) sysctl.effective_value = found->second;
    }
  }
}

const TargetSysctl* FindInState(const Rollout& rollout, ApplyState state) {
  for (const RolloutTarget& target : rollout.targets) {
    for (const TargetSysctl& sysctl : target.sysctls) {
      if (sysctl.state == state) return &sysctl;
    }
  }
  return nullptr;
}

template <typename Predicate>
bool AllSysctls(const Rollout& rollout, Predicate predicate) {
  return std::all_of(rollout.targets.begin(), rollout.targets.end(),
                     [&](const RolloutTarget& target) {
                       return std::all_of(target.sysctls.begin(), target.sysctls.end(), predicate);
                     });
}

bool NetnsGone(const RolloutInputs& inputs) {
  return !inputs.targets.empty() &&
         std::all_of(inputs.targets.begin(), inputs.targets.end(), [](const TargetView& view) {
           return view.samples_without_netns >= kNetnsGoneSamples &&
                  view.without_netns_for >= kNetnsGoneAfter;
         });
}

std::string WithText(absl::string_view head, const TargetSysctl& sysctl) {
  std::string text = absl::StrCat(head, ": ", sysctl.change.sysctl);
  if (!sysctl.error.empty()) absl::StrAppend(&text, ": ", sysctl.error);
  return text;
}

// A refusal or a failure ends the rollout in every state in which it is in force; so does an agent
// that put the values back by itself. True when it did.
bool EndByAgent(Rollout& rollout, absl::Time now) {
  if (const TargetSysctl* refused = FindInState(rollout, ApplyState::kRefused)) {
    MoveTo(rollout, RolloutState::kFailed, WithText("the agent refused", *refused), now);
    return true;
  }
  if (const TargetSysctl* failed = FindInState(rollout, ApplyState::kFailed)) {
    MoveTo(rollout, RolloutState::kFailed, WithText("the write failed", *failed), now);
    return true;
  }
  if (const TargetSysctl* reverted = FindInState(rollout, ApplyState::kReverted)) {
    MoveTo(rollout, RolloutState::kReverted,
           WithText("the agent put the prior value back by itself", *reverted), now);
    return true;
  }
  return false;
}

void FailForDrift(Rollout& rollout, const TargetSysctl& sysctl, absl::Time now) {
  MoveTo(rollout, RolloutState::kFailed,
         absl::StrCat("drift: ", sysctl.change.sysctl, " is '", sysctl.effective_value,
                      "', someone else wrote it; it is left alone"),
         now);
}

// The sysctl whose value in the kernel is not the desired one.
const TargetSysctl* FindMismatch(const Rollout& rollout) {
  for (const RolloutTarget& target : rollout.targets) {
    for (const TargetSysctl& sysctl : target.sysctls) {
      if (!SameValue(sysctl.effective_value, sysctl.change.desired_value)) return &sysctl;
    }
  }
  return nullptr;
}

void StepApplying(Rollout& rollout, const RolloutInputs& inputs) {
  if (EndByAgent(rollout, inputs.now)) return;
  if (const TargetSysctl* drifted = FindInState(rollout, ApplyState::kDrifted)) {
    FailForDrift(rollout, *drifted, inputs.now);
    return;
  }
  if (AllSysctls(rollout, [](const TargetSysctl& s) { return s.state == ApplyState::kApplied; })) {
    MoveTo(rollout, RolloutState::kSoaking, "applied; waits for a sample that shows it",
           inputs.now);
    return;
  }
  if (NetnsGone(inputs)) {
    MoveTo(rollout, RolloutState::kFailed, "the namespace is gone", inputs.now);
    return;
  }
  if (rollout.state == RolloutState::kApproved && inputs.sent) {
    MoveTo(rollout, RolloutState::kCanary, "sent; waits for the agent's answer", inputs.now);
    return;
  }
  if (inputs.in_state < inputs.apply_timeout) return;
  MoveTo(rollout, RolloutState::kFailed,
         absl::StrCat(rollout.state == RolloutState::kApproved ? "the host was not attached for "
                                                               : "no answer of the agent for ",
                      absl::FormatDuration(inputs.apply_timeout),
                      "; approve again when the host is attached"),
         inputs.now);
}

void StepSoaking(Rollout& rollout, const RolloutInputs& inputs) {
  if (EndByAgent(rollout, inputs.now)) return;
  if (const TargetSysctl* drifted = FindInState(rollout, ApplyState::kDrifted)) {
    FailForDrift(rollout, *drifted, inputs.now);
    return;
  }
  if (NetnsGone(inputs)) {
    MoveTo(rollout, RolloutState::kReverted, "the namespace is gone, and its values with it",
           inputs.now);
    return;
  }
  for (const TargetView& view : inputs.targets) {
    if (view.samples_mismatching < kDriftSamples) continue;
    if (const TargetSysctl* mismatch = FindMismatch(rollout)) {
      FailForDrift(rollout, *mismatch, inputs.now);
      return;
    }
  }
  SoakResult result = JudgeSoak(inputs);
  switch (result.verdict) {
    case SoakVerdict::kWait:
      rollout.message = result.message;
      return;
    case SoakVerdict::kConfirm:
      MoveTo(rollout, RolloutState::kConfirmed, result.message, inputs.now);
      return;
    case SoakVerdict::kRevert:
      MoveTo(rollout, RolloutState::kReverting, result.message, inputs.now);
      return;
  }
}

void StepConfirmed(Rollout& rollout, const RolloutInputs& inputs) {
  if (EndByAgent(rollout, inputs.now)) return;
  if (const TargetSysctl* drifted = FindInState(rollout, ApplyState::kDrifted)) {
    rollout.message = absl::StrCat("confirmed; drift: ", drifted->change.sysctl, " is '",
                                   drifted->effective_value, "' now, and is left alone");
  }
  if (NetnsGone(inputs)) {
    MoveTo(rollout, RolloutState::kReverted, "the namespace is gone, and its values with it",
           inputs.now);
  }
}

// Whether the agent, having the removal in force, has nothing of the rollout left to speak of.
bool SilentAfterRemoval(const Rollout& rollout, const std::vector<RolloutReply>& replies) {
  return std::any_of(replies.begin(), replies.end(), [&](const RolloutReply& reply) {
    return reply.results.empty() && std::all_of(rollout.targets.begin(), rollout.targets.end(),
                                                [&](const RolloutTarget& target) {
                                                  return reply.revision >= target.desired_revision;
                                                });
  });
}

void StepReverting(Rollout& rollout, const RolloutInputs& inputs) {
  // A value that someone else wrote since is theirs: there is nothing to put back.
  const bool back = AllSysctls(rollout, [](const TargetSysctl& s) {
    return s.state == ApplyState::kReverted || s.state == ApplyState::kDrifted ||
           s.state == ApplyState::kRefused;
  });
  if (back) {
    const TargetSysctl* drifted = FindInState(rollout, ApplyState::kDrifted);
    MoveTo(rollout, RolloutState::kReverted,
           drifted == nullptr ? "the prior values are in force"
                              : absl::StrCat("reverted, but for ", drifted->change.sysctl,
                                             ": someone else wrote it, and it is left alone"),
           inputs.now);
    return;
  }
  if (NetnsGone(inputs)) {
    MoveTo(rollout, RolloutState::kReverted, "the namespace is gone, and its values with it",
           inputs.now);
    return;
  }
  if (SilentAfterRemoval(rollout, inputs.replies)) {
    MoveTo(rollout, RolloutState::kReverted, "the agent has nothing of it in force", inputs.now);
    return;
  }
  if (const TargetSysctl* failed = FindInState(rollout, ApplyState::kFailed)) {
    rollout.message = WithText("reverting: the write failed and is tried again", *failed);
  }
}

void StepState(Rollout& rollout, const RolloutInputs& inputs) {
  switch (rollout.state) {
    case RolloutState::kApproved:
    case RolloutState::kCanary:
      return StepApplying(rollout, inputs);
    case RolloutState::kSoaking:
      return StepSoaking(rollout, inputs);
    case RolloutState::kConfirmed:
      return StepConfirmed(rollout, inputs);
    case RolloutState::kReverting:
      return StepReverting(rollout, inputs);
    case RolloutState::kReverted:
    case RolloutState::kFailed:
      return;
  }
}

}  // namespace

std::optional<Rollout> StepRollout(const Rollout& rollout, const RolloutInputs& inputs) {
  if (rollout.state == RolloutState::kReverted || rollout.state == RolloutState::kFailed) {
    return std::nullopt;
  }
  Rollout next = rollout;
  TakeReplies(next, inputs.replies);
  TakeSamples(next, inputs.targets);
  StepState(next, inputs);
  if (next == rollout) return std::nullopt;
  next.update_time = inputs.now;
  next.revision = rollout.revision + 1;
  return next;
}

Rollout BeginRevert(const Rollout& rollout, absl::string_view message, absl::Time now) {
  Rollout next = rollout;
  MoveTo(next, RolloutState::kReverting, message, now);
  next.update_time = now;
  next.revision = rollout.revision + 1;
  return next;
}

}  // namespace berthmaster
