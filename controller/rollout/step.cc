#include "controller/rollout/step.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/ids/names.h"
#include "common/status/reason.h"
#include "controller/rollout/target_step.h"

namespace berthmaster {
namespace {

// Agents write the reason; the rollout keeps this much of it.
constexpr size_t kAgentTextMax = 500;
// Of namespaces that are gone, so many of the last ones are kept to be looked at.
constexpr size_t kGoneTargetsMax = 100;

void MoveTo(Rollout& rollout, RolloutState state, absl::string_view message, absl::Time now) {
  rollout.state = state;
  rollout.state_time = now;
  rollout.message = std::string(message);
}

void TakeResult(TargetSysctl& sysctl, const ChangeResult& result) {
  sysctl.state = result.state;
  if (!result.effective_value.empty()) sysctl.effective_value = result.effective_value;
  if (result.state == ApplyState::kApplied) sysctl.applied_value = sysctl.change.desired_value;
  if (result.state == ApplyState::kReverted) sysctl.applied_value.clear();
  sysctl.error = result.error.substr(0, kAgentTextMax);
}

void TakeAdviceResults(RolloutTarget& target, const std::vector<AdviceResult>& results) {
  if (!target.advice.has_value()) return;
  for (const AdviceResult& result : results) {
    if (target.netns_cookie != result.netns_cookie) continue;
    target.advice->result = result;
    target.advice->result->error = result.error.substr(0, kAgentTextMax);
  }
}

void TakeReply(Rollout& rollout, const RolloutReply& reply) {
  for (RolloutTarget& target : rollout.targets) {
    if (target.host_id != reply.host_id) continue;
    // What has not been answered yet cannot have been lost again: the word is of an earlier time.
    if (reply.unasked && target.state == TargetState::kSent) continue;
    for (const ChangeResult& result : reply.results) {
      if (target.netns_cookie != result.netns_cookie) continue;
      for (TargetSysctl& sysctl : target.sysctls) {
        if (sysctl.change.sysctl == result.sysctl) TakeResult(sysctl, result);
      }
    }
    TakeAdviceResults(target, reply.advice_results);
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

// Puts the target into the desired state of its host.
void Send(RolloutTarget& target, const TargetView& view, absl::Time now) {
  for (TargetSysctl& sysctl : target.sysctls) {
    sysctl.state = ApplyState::kPending;
    sysctl.applied_value.clear();
    sysctl.error.clear();
  }
  if (target.advice.has_value()) {
    target.advice->result.reset();
    target.advice->connection_rate_now.reset();
  }
  target.counts_before = view.counts_lately;
  target.counts_after = GateCounts();
  if (!target.before.has_value()) target.before = view.pool;
  MoveTarget(target, TargetState::kSent, "sent; waits for the agent's answer", now);
}

template <typename Predicate>
int Count(const Rollout& rollout, Predicate predicate) {
  return static_cast<int>(std::count_if(rollout.targets.begin(), rollout.targets.end(), predicate));
}

template <typename Predicate>
const RolloutTarget* FindTarget(const Rollout& rollout, Predicate predicate) {
  auto found = std::find_if(rollout.targets.begin(), rollout.targets.end(), predicate);
  return found == rollout.targets.end() ? nullptr : &*found;
}

std::string OfTarget(const Rollout& rollout, const RolloutTarget& target) {
  if (rollout.targets.size() == 1) return target.message;
  return absl::StrCat(HostName(target.host_id), " ", target.netns_label, ": ", target.message);
}

std::string WaveName(const Rollout& rollout) {
  return rollout.wave == 0 ? "canary"
                           : absl::StrCat("wave ", rollout.wave + 1, " of ", rollout.wave_count);
}

// One target speaks for itself; of several the wave in progress is counted.
std::string Progress(const Rollout& rollout) {
  if (rollout.targets.size() == 1) return rollout.targets.front().message;
  auto in_wave = [&](const RolloutTarget& target) { return target.wave == rollout.wave; };
  const int total = Count(rollout, in_wave);
  const int holding = Count(rollout, [&](const RolloutTarget& target) {
    return in_wave(target) && target.state == TargetState::kHolding;
  });
  return absl::StrCat(WaveName(rollout), ": ", holding, " of ", total, " hold");
}

// Sends the wave, or the next one in which there is a host to send it to. False when there is none.
bool BeginWave(Rollout& rollout, int32_t wave, const std::vector<TargetView>& views,
               absl::Time now) {
  for (; wave < rollout.wave_count; ++wave) {
    int sent = 0;
    for (size_t i = 0; i < rollout.targets.size(); ++i) {
      RolloutTarget& target = rollout.targets[i];
      if (target.wave != wave || target.state != TargetState::kWaiting) continue;
      // A canary that is away is waited for: nothing goes on without it.
      if (wave > 0 && !views[i].attached) {
        MoveTarget(target, TargetState::kAway, "the host was away when its wave began", now);
        continue;
      }
      Send(target, views[i], now);
      ++sent;
    }
    rollout.wave = wave;
    if (sent == 0) continue;
    MoveTo(rollout, wave == 0 ? RolloutState::kApproved : RolloutState::kWave, "", now);
    rollout.message = wave == 0 ? "approved; waits for the host's session"
                                : absl::StrCat(WaveName(rollout), ": sent to ", sent);
    return true;
  }
  rollout.wave = rollout.wave_count - 1;
  return false;
}

// Everything that is or may be in force is taken back.
void TakeBack(Rollout& rollout, absl::Time now) {
  for (RolloutTarget& target : rollout.targets) {
    if (IsDesired(target.state)) {
      MoveTarget(target, TargetState::kReverting, "being put back", now);
    }
  }
}

bool AnyReverting(const Rollout& rollout) {
  return FindTarget(rollout, [](const RolloutTarget& target) {
           return target.state == TargetState::kReverting;
         }) != nullptr;
}

void Stop(Rollout& rollout, const RolloutTarget& culprit, absl::Time now) {
  rollout.stop_reason = OfTarget(rollout, culprit);
  RolloutState end = RolloutState::kFailed;
  if (culprit.state == TargetState::kReverted ||
      (culprit.state == TargetState::kGone && rollout.state == RolloutState::kSoaking)) {
    end = RolloutState::kReverted;
  }
  if (culprit.state == TargetState::kAway) {
    absl::StrAppend(&rollout.stop_reason, "; approve again when the host is attached");
  }
  const bool gated = culprit.state == TargetState::kReverting;
  TakeBack(rollout, now);
  if (!AnyReverting(rollout)) {
    MoveTo(rollout, end, rollout.stop_reason, now);
    return;
  }
  MoveTo(rollout, RolloutState::kReverting,
         gated && rollout.targets.size() == 1 ? rollout.stop_reason
                                              : absl::StrCat("reverting: ", rollout.stop_reason),
         now);
}

// What ends a rollout that is not confirmed: anything wrong with the canary, or more wrong after it
// than the plan puts up with.
const RolloutTarget* FindCulprit(const Rollout& rollout) {
  const RolloutTarget* canary = FindTarget(rollout, [](const RolloutTarget& target) {
    return target.wave == 0 && (IsFailed(target) || target.state == TargetState::kAway);
  });
  if (canary != nullptr) return canary;
  const RolloutTarget* alive = FindTarget(rollout, [](const RolloutTarget& target) {
    return target.wave == 0 && target.state != TargetState::kGone;
  });
  // Nobody could say any more that it did no harm, until a later wave has shown it.
  if (alive == nullptr && rollout.wave == 0 && !rollout.targets.empty()) {
    return &rollout.targets.front();
  }
  if (Count(rollout, IsFailed) <= rollout.plan.failed_targets_max) return nullptr;
  return FindTarget(rollout, IsFailed);
}

bool WaveHas(const Rollout& rollout, bool (*predicate)(const RolloutTarget&)) {
  return FindTarget(rollout, [&](const RolloutTarget& target) {
           return target.wave == rollout.wave && predicate(target);
         }) != nullptr;
}

bool IsHolding(const RolloutTarget& target) { return target.state == TargetState::kHolding; }

std::string ConfirmedText(const Rollout& rollout) {
  if (rollout.targets.size() == 1 && !rollout.plan.follows) return rollout.targets.front().message;
  return absl::StrCat("confirmed: ", Count(rollout, IsHolding), " of ", rollout.targets.size(),
                      " targets hold");
}

void Confirm(Rollout& rollout, absl::Time now) {
  if (FindTarget(rollout, IsHolding) == nullptr) {
    MoveTo(rollout, RolloutState::kReverted, "no namespace is left that it could be confirmed in",
           now);
    return;
  }
  MoveTo(rollout, RolloutState::kConfirmed, ConfirmedText(rollout), now);
}

// The wave in progress is over.
void GoOn(Rollout& rollout, const RolloutInputs& inputs) {
  const bool is_last = rollout.wave + 1 >= rollout.wave_count;
  if (rollout.wave == 0 && !is_last && rollout.plan.pause_after_canary &&
      !rollout.canary_released && !rollout.pause.has_value()) {
    rollout.pause = RolloutPause{std::string(kEngineProposer),
                                 "the canary holds; the plan asks for a look at it", inputs.now};
  }
  if (rollout.pause.has_value()) {
    rollout.message = absl::StrCat(Progress(rollout), "; paused by ", rollout.pause->pauser, ": ",
                                   rollout.pause->reason);
    return;
  }
  if (is_last) {
    Confirm(rollout, inputs.now);
    return;
  }
  if (!inputs.freeze.empty()) {
    rollout.message = absl::StrCat(Progress(rollout), "; the next wave waits: ", inputs.freeze);
    return;
  }
  if (!BeginWave(rollout, rollout.wave + 1, inputs.targets, inputs.now)) {
    Confirm(rollout, inputs.now);
  }
}

void StepUnconfirmed(Rollout& rollout, const RolloutInputs& inputs) {
  if (const RolloutTarget* culprit = FindCulprit(rollout)) {
    Stop(rollout, *culprit, inputs.now);
    return;
  }
  const bool unanswered = WaveHas(rollout, [](const RolloutTarget& target) {
    return target.state == TargetState::kSent || target.state == TargetState::kWaiting;
  });
  if (rollout.state != RolloutState::kSoaking && !unanswered) {
    MoveTo(rollout, RolloutState::kSoaking, Progress(rollout), inputs.now);
    return;
  }
  if (rollout.state == RolloutState::kApproved) {
    for (const TargetView& view : inputs.targets) {
      if (!view.sent) continue;
      MoveTo(rollout, RolloutState::kCanary, "sent; waits for the agent's answer", inputs.now);
      return;
    }
    return;
  }
  if (rollout.state != RolloutState::kSoaking) return;
  const bool unsettled =
      WaveHas(rollout, [](const RolloutTarget& target) { return !IsSettled(target); });
  if (unsettled) {
    rollout.message = Progress(rollout);
    return;
  }
  GoOn(rollout, inputs);
}

// What joined late, or was away, gets the change once the others have shown that it holds.
void SendLate(Rollout& rollout, const RolloutInputs& inputs) {
  if (rollout.pause.has_value() || !inputs.freeze.empty()) return;
  for (size_t i = 0; i < rollout.targets.size(); ++i) {
    RolloutTarget& target = rollout.targets[i];
    const bool due = target.state == TargetState::kWaiting || target.state == TargetState::kAway;
    if (due && inputs.targets[i].attached) Send(target, inputs.targets[i], inputs.now);
  }
}

void StepConfirmed(Rollout& rollout, const RolloutInputs& inputs) {
  const RolloutTarget* alive = FindTarget(rollout, [](const RolloutTarget& target) {
    return IsDesired(target.state) || target.state == TargetState::kWaiting ||
           target.state == TargetState::kAway || target.state == TargetState::kReverting;
  });
  if (alive == nullptr && !rollout.plan.follows) {
    const RolloutTarget* failed = FindTarget(
        rollout, [](const RolloutTarget& target) { return target.state == TargetState::kFailed; });
    const RolloutTarget& last = failed != nullptr ? *failed : rollout.targets.back();
    MoveTo(rollout, failed != nullptr ? RolloutState::kFailed : RolloutState::kReverted,
           OfTarget(rollout, last), inputs.now);
    return;
  }
  SendLate(rollout, inputs);
  rollout.message = ConfirmedText(rollout);
}

void StepReverting(Rollout& rollout, absl::Time now) {
  if (AnyReverting(rollout)) {
    const RolloutTarget* failing = FindTarget(rollout, [](const RolloutTarget& target) {
      return target.state == TargetState::kReverting &&
             std::any_of(target.sysctls.begin(), target.sysctls.end(),
                         [](const TargetSysctl& s) { return s.state == ApplyState::kFailed; });
    });
    if (failing != nullptr) rollout.message = OfTarget(rollout, *failing);
    return;
  }
  std::string message = "the prior values are in force";
  if (rollout.targets.size() == 1) message = rollout.targets.front().message;
  MoveTo(rollout, RolloutState::kReverted, message, now);
}

void StepState(Rollout& rollout, const RolloutInputs& inputs) {
  switch (rollout.state) {
    case RolloutState::kApproved:
    case RolloutState::kCanary:
    case RolloutState::kWave:
    case RolloutState::kSoaking:
      StepUnconfirmed(rollout, inputs);
      return;
    case RolloutState::kConfirmed:
      StepConfirmed(rollout, inputs);
      return;
    case RolloutState::kReverting:
      StepReverting(rollout, inputs.now);
      return;
    case RolloutState::kReverted:
    case RolloutState::kFailed:
      return;
  }
}

// The oldest namespaces that are gone make room; their views go with them.
void ForgetGone(Rollout& rollout, std::vector<TargetView>& views) {
  auto is_gone = [](const RolloutTarget& target) { return target.state == TargetState::kGone; };
  int surplus = Count(rollout, is_gone) - static_cast<int>(kGoneTargetsMax);
  for (size_t i = 0; i < rollout.targets.size() && surplus > 0;) {
    if (!is_gone(rollout.targets[i])) {
      ++i;
      continue;
    }
    rollout.targets.erase(rollout.targets.begin() + static_cast<ptrdiff_t>(i));
    views.erase(views.begin() + static_cast<ptrdiff_t>(i));
    --surplus;
  }
}

void Join(Rollout& rollout, RolloutInputs& inputs) {
  if (inputs.joining.empty()) return;
  ForgetGone(rollout, inputs.targets);
  for (size_t i = 0; i < inputs.joining.size(); ++i) {
    if (rollout.targets.size() >= kRolloutTargetsMax) return;
    RolloutTarget target = inputs.joining[i];
    // The last wave, if that has not begun; else a turn of its own, after it, for which nobody
    // waits.
    const bool last_has_begun = rollout.wave + 1 >= rollout.wave_count;
    target.wave = last_has_begun ? rollout.wave_count : rollout.wave_count - 1;
    MoveTarget(target, TargetState::kWaiting, "joined after the approval; waits for its turn",
               inputs.now);
    rollout.targets.push_back(std::move(target));
    inputs.targets.push_back(inputs.joining_views[i]);
  }
}

void Touch(Rollout& rollout, const Rollout& before, absl::Time now) {
  rollout.update_time = now;
  rollout.revision = before.revision + 1;
}

}  // namespace

std::optional<Rollout> StepRollout(const Rollout& rollout, const RolloutInputs& inputs) {
  if (rollout.state == RolloutState::kReverted || rollout.state == RolloutState::kFailed) {
    return std::nullopt;
  }
  Rollout next = rollout;
  RolloutInputs seen = inputs;
  seen.targets.resize(next.targets.size());
  for (const RolloutReply& reply : seen.replies) TakeReply(next, reply);
  TakeSamples(next, seen.targets);
  if (InForce(next.state)) Join(next, seen);
  for (size_t i = 0; i < next.targets.size(); ++i) {
    StepTarget(next, seen.targets[i], seen, next.targets[i]);
  }
  StepState(next, seen);
  if (next == rollout) return std::nullopt;
  Touch(next, rollout, inputs.now);
  return next;
}

Rollout BeginRollout(Rollout rollout, const std::vector<TargetView>& views, absl::Time now) {
  BeginWave(rollout, 0, views, now);
  return rollout;
}

Rollout BeginRevert(const Rollout& rollout, absl::string_view message, absl::Time now) {
  Rollout next = rollout;
  TakeBack(next, now);
  next.pause.reset();
  next.stop_reason = std::string(message);
  MoveTo(next, RolloutState::kReverting, message, now);
  Touch(next, rollout, now);
  return next;
}

absl::StatusOr<Rollout> Promote(const Rollout& rollout, const std::vector<TargetView>& views,
                                absl::string_view message, absl::Time now) {
  auto refused = [&](absl::string_view why) {
    return ReasonStatus(absl::StatusCode::kFailedPrecondition, "NOTHING_TO_PROMOTE",
                        absl::StrCat("rollouts/", rollout.id, " ", why));
  };
  if (rollout.state != RolloutState::kSoaking) return refused("has no wave that soaks");
  Rollout next = rollout;
  next.canary_released = true;
  for (size_t i = 0; i < next.targets.size(); ++i) {
    RolloutTarget& target = next.targets[i];
    if (target.wave != next.wave || target.state != TargetState::kSoaking) continue;
    if (i >= views.size() || views[i].samples_matching == 0) {
      return refused(absl::StrCat("has a target that no sample has shown with its new value yet: ",
                                  HostName(target.host_id), " ", target.netns_label));
    }
    MoveTarget(target, TargetState::kHolding, message, now);
  }
  next.message = std::string(message);
  Touch(next, rollout, now);
  return next;
}

}  // namespace berthmaster
