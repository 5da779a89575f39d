#include "controller/rollout/target_step.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/sysctl/value.h"
#include "controller/rollout/soak_gate.h"

namespace berthmaster {
namespace {

constexpr absl::string_view kGone = "the namespace is gone, and its values with it";

bool SameValue(absl::string_view a, absl::string_view b) {
  return NormalizeSysctlValue(a) == NormalizeSysctlValue(b);
}

const TargetSysctl* FindInState(const RolloutTarget& target, ApplyState state) {
  auto found = std::find_if(target.sysctls.begin(), target.sysctls.end(),
                            [&](const TargetSysctl& sysctl) { return sysctl.state == state; });
  return found == target.sysctls.end() ? nullptr : &*found;
}

bool AllInState(const RolloutTarget& target, ApplyState state) {
  return std::all_of(target.sysctls.begin(), target.sysctls.end(),
                     [&](const TargetSysctl& sysctl) { return sysctl.state == state; });
}

bool NetnsGone(const TargetView& view) {
  return view.samples_without_netns >= kNetnsGoneSamples &&
         view.without_netns_for >= kNetnsGoneAfter;
}

std::string WithText(absl::string_view head, const TargetSysctl& sysctl) {
  std::string text = absl::StrCat(head, ": ", sysctl.change.sysctl);
  if (!sysctl.error.empty()) absl::StrAppend(&text, ": ", sysctl.error);
  return text;
}

std::string DriftText(const TargetSysctl& sysctl) {
  return absl::StrCat("drift: ", sysctl.change.sysctl, " is '", sysctl.effective_value,
                      "', someone else wrote it; it is left alone");
}

// The agent's word for a namespace that it looked for and that is not there (agent/tune).
bool SaysNetnsGone(const TargetSysctl& refused) {
  return absl::StartsWith(refused.error, "NETNS_GONE:");
}

// A refusal or a failure ends the target wherever it is in force; so does an agent that put the
// values back by itself, or found no namespace any more. True when it did.
bool EndByAgent(RolloutTarget& target, absl::Time now) {
  if (const TargetSysctl* refused = FindInState(target, ApplyState::kRefused)) {
    if (SaysNetnsGone(*refused)) {
      MoveTarget(target, TargetState::kGone, kGone, now);
      return true;
    }
    MoveTarget(target, TargetState::kFailed, WithText("the agent refused", *refused), now);
    return true;
  }
  if (const TargetSysctl* failed = FindInState(target, ApplyState::kFailed)) {
    MoveTarget(target, TargetState::kFailed, WithText("the write failed", *failed), now);
    return true;
  }
  if (const TargetSysctl* reverted = FindInState(target, ApplyState::kReverted)) {
    MoveTarget(target, TargetState::kReverted,
               WithText("the agent put the prior value back by itself", *reverted), now);
    return true;
  }
  return false;
}

bool FailForDrift(RolloutTarget& target, absl::Time now) {
  const TargetSysctl* drifted = FindInState(target, ApplyState::kDrifted);
  if (drifted == nullptr) return false;
  MoveTarget(target, TargetState::kFailed, DriftText(*drifted), now);
  return true;
}

// A rate that moved by less than this part of what it was before says nothing new.
constexpr double kRateStep = 0.1;

void TakeRate(const TargetView& view, TargetAdvice& advice) {
  if (!view.connection_rate.has_value()) return;
  const double before = advice.desired.connection_rate;
  const double shown = advice.connection_rate_now.value_or(-before - 1);
  if (std::abs(*view.connection_rate - shown) < kRateStep * std::max(before, 1.0)) return;
  advice.connection_rate_now = *view.connection_rate;
}

// What came of it, for a person.
std::string AdviceText(const TargetAdvice& advice) {
  std::string text = absl::StrCat("published in ", advice.result->path);
  if (advice.result->acknowledged) {
    absl::StrAppend(&text, ", acknowledged: ", advice.result->acknowledgement);
  } else if (advice.result->follower_count > 0) {
    absl::StrAppend(&text, ", ", advice.result->follower_count, " follow it");
  } else {
    absl::StrAppend(&text, "; nobody follows it on the socket");
  }
  if (!advice.connection_rate_now.has_value()) return text;
  const double before = advice.desired.connection_rate;
  absl::StrAppendFormat(&text, "; new connections %.1f/s, %.1f/s before",
                        *advice.connection_rate_now, before);
  const double fewer = before > 0 ? 100 * (1 - *advice.connection_rate_now / before) : 0;
  if (fewer >= 1) absl::StrAppendFormat(&text, ": %.0f %% fewer", fewer);
  return text;
}

// The host took its session away for longer than an agent may take to answer: what was applied
// lives on its lease, which nobody renews.
bool IsAway(const TargetView& view, const RolloutInputs& inputs) {
  return !view.attached && view.detached_for >= inputs.apply_timeout;
}

void StepSent(const TargetView& view, const RolloutInputs& inputs, RolloutTarget& target) {
  if (EndByAgent(target, inputs.now) || FailForDrift(target, inputs.now)) return;
  if (AllInState(target, ApplyState::kApplied)) {
    MoveTarget(target, TargetState::kSoaking, "applied; waits for a sample that shows it",
               inputs.now);
    return;
  }
  if (NetnsGone(view)) {
    MoveTarget(target, TargetState::kGone, "the namespace is gone", inputs.now);
    return;
  }
  if (view.in_state < inputs.apply_timeout) return;
  const std::string span = absl::FormatDuration(inputs.apply_timeout);
  if (!view.attached) {
    MoveTarget(target, TargetState::kAway, absl::StrCat("the host was not attached for ", span),
               inputs.now);
    return;
  }
  MoveTarget(target, TargetState::kFailed, absl::StrCat("no answer of the agent for ", span),
             inputs.now);
}

// Advice changes no kernel: it is there when the agent says so, and whether it is followed is for
// the application.
void StepAdvice(const TargetView& view, const RolloutInputs& inputs, RolloutTarget& target) {
  TargetAdvice& advice = *target.advice;
  if (!advice.result.has_value() || advice.result->state != AdviceState::kPublished) {
    if (advice.result.has_value() && advice.result->state == AdviceState::kFailed) {
      MoveTarget(target, TargetState::kFailed,
                 absl::StrCat("the agent could not publish it: ", advice.result->error),
                 inputs.now);
    } else if (NetnsGone(view)) {
      MoveTarget(target, TargetState::kGone, "the namespace is gone", inputs.now);
    } else if (view.in_state >= inputs.apply_timeout && target.state == TargetState::kSent) {
      MoveTarget(target, view.attached ? TargetState::kFailed : TargetState::kAway,
                 view.attached ? "the agent does not say that it published it; is it older than "
                                 "advice?"
                               : absl::StrCat("the host was not attached for ",
                                              absl::FormatDuration(inputs.apply_timeout)),
                 inputs.now);
    }
    return;
  }
  if (target.state == TargetState::kSent) {
    MoveTarget(target, TargetState::kHolding, "", inputs.now);
  }
  TakeRate(view, advice);
  target.message = AdviceText(advice);
  if (NetnsGone(view)) MoveTarget(target, TargetState::kGone, "the namespace is gone", inputs.now);
}

// The sysctl whose value in the kernel is not the desired one.
const TargetSysctl* FindMismatch(const RolloutTarget& target) {
  auto found =
      std::find_if(target.sysctls.begin(), target.sysctls.end(), [](const TargetSysctl& sysctl) {
        return !SameValue(sysctl.effective_value, sysctl.change.desired_value);
      });
  return found == target.sysctls.end() ? nullptr : &*found;
}

void StepSoaking(const TargetView& view, const RolloutInputs& inputs, RolloutTarget& target) {
  if (EndByAgent(target, inputs.now) || FailForDrift(target, inputs.now)) return;
  if (NetnsGone(view)) {
    MoveTarget(target, TargetState::kGone, kGone, inputs.now);
    return;
  }
  if (IsAway(view, inputs)) {
    MoveTarget(target, TargetState::kAway,
               "the host went away before the change was seen to hold; its lease runs out there",
               inputs.now);
    return;
  }
  if (view.samples_mismatching >= kDriftSamples) {
    if (const TargetSysctl* mismatch = FindMismatch(target)) {
      MoveTarget(target, TargetState::kFailed, DriftText(*mismatch), inputs.now);
      return;
    }
  }
  const SoakResult result = JudgeSoak(target, view, inputs);
  switch (result.verdict) {
    case SoakVerdict::kWait:
      target.message = result.message;
      return;
    case SoakVerdict::kConfirm:
      target.counts_after = view.counts_since;
      MoveTarget(target, TargetState::kHolding, result.message, inputs.now);
      return;
    case SoakVerdict::kRevert:
      target.counts_after = view.counts_since;
      MoveTarget(target, TargetState::kReverting, result.message, inputs.now);
      return;
  }
}

void StepHolding(const Rollout& rollout, const TargetView& view, const RolloutInputs& inputs,
                 RolloutTarget& target) {
  if (EndByAgent(target, inputs.now)) return;
  const TargetSysctl* drifted = FindInState(target, ApplyState::kDrifted);
  if (drifted != nullptr && rollout.state != RolloutState::kConfirmed) {
    MoveTarget(target, TargetState::kFailed, DriftText(*drifted), inputs.now);
    return;
  }
  if (drifted != nullptr) {
    target.message = absl::StrCat("confirmed; drift: ", drifted->change.sysctl, " is '",
                                  drifted->effective_value, "' now, and is left alone");
  }
  if (NetnsGone(view)) {
    MoveTarget(target, TargetState::kGone, kGone, inputs.now);
    return;
  }
  if (rollout.state != RolloutState::kConfirmed && IsAway(view, inputs)) {
    MoveTarget(target, TargetState::kAway,
               "the host went away before the rollout was confirmed; its lease runs out there",
               inputs.now);
    return;
  }
  if (rollout.state == RolloutState::kConfirmed) return;
  const TargetSysctl* mismatch = FindMismatch(target);
  if (view.samples_mismatching >= kDriftSamples && mismatch != nullptr) {
    MoveTarget(target, TargetState::kFailed, DriftText(*mismatch), inputs.now);
    return;
  }
  // The gates are judged for as long as others wait for this one.
  if (std::optional<std::string> worse = WorseThanBefore(target, view.counts_since)) {
    target.counts_after = view.counts_since;
    MoveTarget(target, TargetState::kReverting, absl::StrCat("reverting: ", *worse), inputs.now);
  }
}

void StepReverting(const TargetView& view, const RolloutInputs& inputs, RolloutTarget& target) {
  if (target.advice.has_value() && target.advice->result.has_value() &&
      target.advice->result->state == AdviceState::kWithdrawn) {
    MoveTarget(target, TargetState::kReverted, "the advice is withdrawn", inputs.now);
    return;
  }
  // A value that someone else wrote since is theirs: there is nothing to put back.
  const bool back =
      !target.sysctls.empty() &&
      std::all_of(target.sysctls.begin(), target.sysctls.end(), [](const TargetSysctl& s) {
        return s.state == ApplyState::kReverted || s.state == ApplyState::kDrifted ||
               s.state == ApplyState::kRefused;
      });
  if (back) {
    const TargetSysctl* drifted = FindInState(target, ApplyState::kDrifted);
    MoveTarget(target, TargetState::kReverted,
               drifted == nullptr ? "the prior values are in force"
                                  : absl::StrCat("reverted, but for ", drifted->change.sysctl,
                                                 ": someone else wrote it, and it is left alone"),
               inputs.now);
    return;
  }
  if (NetnsGone(view)) {
    MoveTarget(target, TargetState::kGone, kGone, inputs.now);
    return;
  }
  if (target.desired_revision > 0 && view.silent_since_revision >= target.desired_revision) {
    MoveTarget(target, TargetState::kReverted, "the agent has nothing of it in force", inputs.now);
    return;
  }
  if (const TargetSysctl* failed = FindInState(target, ApplyState::kFailed)) {
    target.message = WithText("reverting: the write failed and is tried again", *failed);
  }
}

}  // namespace

void MoveTarget(RolloutTarget& target, TargetState state, absl::string_view message,
                absl::Time now) {
  target.state = state;
  target.state_time = now;
  target.message = std::string(message);
}

bool IsFailed(const RolloutTarget& target) {
  return target.state == TargetState::kFailed || target.state == TargetState::kReverting ||
         target.state == TargetState::kReverted;
}

bool IsSettled(const RolloutTarget& target) {
  return target.state != TargetState::kWaiting && target.state != TargetState::kSent &&
         target.state != TargetState::kSoaking;
}

void StepTarget(const Rollout& rollout, const TargetView& view, const RolloutInputs& inputs,
                RolloutTarget& target) {
  if (target.advice.has_value() && IsDesired(target.state)) {
    StepAdvice(view, inputs, target);
    return;
  }
  switch (target.state) {
    case TargetState::kWaiting:
      if (NetnsGone(view)) {
        MoveTarget(target, TargetState::kGone, "the namespace is gone", inputs.now);
      }
      return;
    case TargetState::kSent:
      StepSent(view, inputs, target);
      return;
    case TargetState::kSoaking:
      StepSoaking(view, inputs, target);
      return;
    case TargetState::kHolding:
      StepHolding(rollout, view, inputs, target);
      return;
    case TargetState::kReverting:
      StepReverting(view, inputs, target);
      return;
    case TargetState::kAway:
      if (NetnsGone(view)) {
        MoveTarget(target, TargetState::kGone, "the namespace is gone", inputs.now);
      }
      return;
    case TargetState::kFailed:
    case TargetState::kReverted:
    case TargetState::kGone:
      return;
  }
}

}  // namespace berthmaster
