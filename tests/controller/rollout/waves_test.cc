// A rollout over several targets: canary, waves, pauses, freezes, targets that fail, are away or
// join late. The targets are on hosts "h0", "h1", ..., one namespace each.

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "controller/rollout/step.h"
#include "controller/rollout/wave_plan.h"

namespace berthmaster {
namespace {

constexpr char kSysctl[] = "net.ipv4.ip_local_port_range";

absl::Time At(int seconds) { return absl::FromUnixSeconds(1767225600 + seconds); }

RolloutTarget MakeTarget(int number) {
  RolloutTarget target;
  target.host_id = absl::StrCat("h", number);
  target.netns_cookie = 7;
  target.netns_inode = 4026532001;
  target.netns_label = "shop/api";
  TargetSysctl sysctl;
  sysctl.change = {kSysctl, "32768 60999", "15000 64999"};
  sysctl.effective_value = "32768 60999";
  target.sysctls = {sysctl};
  target.state_time = At(0);
  return target;
}

// Steps a rollout as a driver does that hears and sees what the test says.
class Waves {
 public:
  explicit Waves(int targets, RolloutPlan plan = {}) {
    Rollout rollout;
    rollout.id = "r1";
    rollout.plan = std::move(plan);
    for (int i = 0; i < targets; ++i) rollout.targets.push_back(MakeTarget(i));
    rollout.wave_count = AssignWaves(rollout.plan, rollout.targets);
    inputs_.soak = absl::Seconds(10);
    inputs_.apply_timeout = absl::Seconds(60);
    inputs_.targets.resize(targets);
    rollout_ = BeginRollout(rollout, inputs_.targets, At(0));
  }

  // Every target that was sent answers; every one that soaks is seen to hold for a whole soak.
  void Succeed() {
    for (size_t i = 0; i < rollout_.targets.size(); ++i) {
      const RolloutTarget& target = rollout_.targets[i];
      view(i).sent = target.state == TargetState::kSent;
      if (target.state == TargetState::kSent) Answer(i, ApplyState::kApplied);
      if (target.state == TargetState::kSoaking) {
        view(i).in_state = absl::Seconds(10);
        view(i).samples_matching = 2;
        view(i).effective_values = {{kSysctl, "15000 64999"}};
      }
    }
    Step();
  }
  void Answer(size_t target, ApplyState state, const std::string& error = "") {
    RolloutReply reply;
    reply.host_id = rollout_.targets[target].host_id;
    reply.revision = 1;
    reply.results = {{"rollouts/r1", 7, kSysctl, state, "", error}};
    inputs_.replies.push_back(reply);
  }
  void Step() {
    inputs_.now = At(++now_);
    std::optional<Rollout> after = StepRollout(rollout_, inputs_);
    inputs_.replies.clear();
    inputs_.joining.clear();
    inputs_.joining_views.clear();
    if (!after.has_value()) return;
    // As the driver does: what was seen in a state does not count for the next.
    inputs_.targets.resize(after->targets.size());
    for (size_t i = 0; i < after->targets.size(); ++i) {
      const bool same =
          i < rollout_.targets.size() && rollout_.targets[i].state == after->targets[i].state;
      const bool attached = view(i).attached;
      if (!same) view(i) = TargetView();
      view(i).attached = attached;
    }
    rollout_ = *after;
  }
  void SucceedUntil(RolloutState state) {
    for (int i = 0; i < 50 && rollout_.state != state; ++i) Succeed();
    ASSERT_EQ(rollout_.state, state) << rollout_.message;
  }

  TargetView& view(size_t target) { return inputs_.targets[target]; }
  RolloutInputs& inputs() { return inputs_; }
  Rollout& rollout() { return rollout_; }
  TargetState state(size_t target) const { return rollout_.targets[target].state; }
  int Count(TargetState state) const {
    int count = 0;
    for (const RolloutTarget& target : rollout_.targets) count += target.state == state ? 1 : 0;
    return count;
  }

 private:
  Rollout rollout_;
  RolloutInputs inputs_;
  int now_ = 0;
};

TEST(AssignWaves, TakesACanaryATenthAHalfAndTheRest) {
  std::vector<RolloutTarget> targets;
  for (int i = 0; i < 50; ++i) targets.push_back(MakeTarget(i));

  EXPECT_EQ(AssignWaves({}, targets), 4);

  EXPECT_EQ(targets[0].wave, 0);
  EXPECT_EQ(targets[1].wave, 1);
  EXPECT_EQ(targets[5].wave, 1);
  EXPECT_EQ(targets[6].wave, 2);
  EXPECT_EQ(targets[30].wave, 2);
  EXPECT_EQ(targets[31].wave, 3);
  EXPECT_EQ(targets[49].wave, 3);
}

TEST(AssignWaves, FollowsThePlanAndLeavesNoWaveEmpty) {
  RolloutPlan plan;
  plan.canary_count = 2;
  plan.waves = {{.count = 3, .percent = 0}, {.count = 0, .percent = 100}};
  std::vector<RolloutTarget> targets;
  for (int i = 0; i < 4; ++i) targets.push_back(MakeTarget(i));

  EXPECT_EQ(AssignWaves(plan, targets), 2);

  EXPECT_EQ(targets[1].wave, 0);
  EXPECT_EQ(targets[2].wave, 1);
  EXPECT_EQ(targets[3].wave, 1);
}

TEST(AssignWaves, PutsAsManyHostsIntoAWaveAsItCan) {
  std::vector<RolloutTarget> targets = {MakeTarget(0), MakeTarget(0), MakeTarget(1)};
  targets[1].netns_cookie = 8;
  RolloutPlan plan;
  plan.canary_count = 2;

  AssignWaves(plan, targets);

  EXPECT_EQ(targets[0].host_id, "h0");
  EXPECT_EQ(targets[1].host_id, "h1");
  EXPECT_EQ(targets[2].netns_cookie, 8);
}

TEST(CheckPlan, RefusesWhatIsNoPlan) {
  RolloutPlan plan;
  plan.canary_count = 0;
  EXPECT_EQ(CheckPlan(plan).message(), "plan.canary_count: 0 is not 1 to 100");
  plan = {};
  plan.waves = {{.count = 5, .percent = 5}};
  EXPECT_EQ(CheckPlan(plan).message(),
            "plan.waves[0]: give a count of 1 to 5000 or a percent of 1 to 100");
  plan = {};
  plan.follows = true;
  EXPECT_EQ(CheckPlan(plan).message(),
            "plan.follows: needs a selector that later namespaces can match");
  plan = {};
  plan.soak = absl::Hours(25);
  EXPECT_EQ(CheckPlan(plan).message(), "plan.soak: 25h is not 0 s to 24h");
  EXPECT_TRUE(CheckPlan(RolloutPlan{}).ok());
}

TEST(Waves, GoThroughCanaryAndWavesToConfirmed) {
  Waves waves(20);
  EXPECT_EQ(waves.rollout().state, RolloutState::kApproved);
  EXPECT_EQ(waves.Count(TargetState::kSent), 1);

  waves.Succeed();
  EXPECT_EQ(waves.rollout().state, RolloutState::kSoaking);
  EXPECT_EQ(waves.rollout().message, "canary: 0 of 1 hold");
  EXPECT_EQ(waves.Count(TargetState::kWaiting), 19);

  waves.Succeed();
  EXPECT_EQ(waves.rollout().state, RolloutState::kWave);
  EXPECT_EQ(waves.rollout().message, "wave 2 of 4: sent to 2");
  EXPECT_EQ(waves.Count(TargetState::kSent), 2);

  waves.SucceedUntil(RolloutState::kConfirmed);
  EXPECT_EQ(waves.Count(TargetState::kHolding), 20);
  EXPECT_EQ(waves.rollout().message, "confirmed: 20 of 20 targets hold");
}

TEST(Waves, NoneBeginsBeforeAllOfTheOneBeforeHold) {
  Waves waves(20);
  waves.Succeed();
  waves.Succeed();
  ASSERT_EQ(waves.Count(TargetState::kSent), 2);
  waves.Answer(1, ApplyState::kApplied);
  waves.Step();

  EXPECT_EQ(waves.rollout().state, RolloutState::kWave);
  EXPECT_EQ(waves.state(1), TargetState::kSoaking);
  EXPECT_EQ(waves.Count(TargetState::kWaiting), 17);
}

TEST(Waves, AFailedCanaryStopsEverything) {
  Waves waves(20);
  waves.Answer(0, ApplyState::kRefused, "LISTENER_IN_RANGE: 15432");
  waves.Step();

  EXPECT_EQ(waves.rollout().state, RolloutState::kFailed);
  EXPECT_EQ(waves.rollout().stop_reason,
            "hosts/h0 shop/api: the agent refused: net.ipv4.ip_local_port_range: "
            "LISTENER_IN_RANGE: 15432");
  EXPECT_EQ(waves.Count(TargetState::kWaiting), 19);
  waves.Succeed();
  EXPECT_EQ(waves.Count(TargetState::kWaiting), 19);
}

TEST(Waves, AGatedCanaryIsPutBackAndStopsEverything) {
  Waves waves(20);
  waves.rollout().targets[0].counts_before = {absl::Seconds(60), 0, 6, 0, 0};
  waves.Succeed();
  ASSERT_EQ(waves.state(0), TargetState::kSoaking);
  waves.view(0).counts_since = {absl::Seconds(5), 0, 50, 0, 0};
  waves.Step();

  EXPECT_EQ(waves.rollout().state, RolloutState::kReverting);
  EXPECT_EQ(waves.rollout().stop_reason,
            "hosts/h0 shop/api: reverting: resets rose from 0.1/s to 10.0/s");
  EXPECT_EQ(waves.state(0), TargetState::kReverting);
  waves.Answer(0, ApplyState::kReverted);
  waves.Step();
  EXPECT_EQ(waves.rollout().state, RolloutState::kReverted);
  EXPECT_EQ(waves.Count(TargetState::kWaiting), 19);
}

TEST(Waves, AFailureInALaterWavePutsEverythingBack) {
  Waves waves(20);
  waves.Succeed();
  waves.Succeed();
  waves.Answer(1, ApplyState::kApplied);
  waves.Answer(2, ApplyState::kFailed, "EINVAL");
  waves.Step();

  EXPECT_EQ(waves.rollout().state, RolloutState::kReverting);
  EXPECT_EQ(waves.state(0), TargetState::kReverting);
  EXPECT_EQ(waves.state(1), TargetState::kReverting);
  EXPECT_EQ(waves.state(2), TargetState::kFailed);
  waves.Answer(0, ApplyState::kReverted);
  waves.Step();
  EXPECT_EQ(waves.rollout().state, RolloutState::kReverting);
  waves.Answer(1, ApplyState::kReverted);
  waves.Step();
  EXPECT_EQ(waves.rollout().state, RolloutState::kReverted);
}

TEST(Waves, ALeaseThatRanOutPutsEverythingBack) {
  Waves waves(20);
  waves.Succeed();
  waves.Succeed();
  waves.Answer(1, ApplyState::kApplied);
  waves.Answer(2, ApplyState::kApplied);
  waves.Step();
  waves.Answer(1, ApplyState::kReverted, "its lease ran out");
  waves.inputs().replies[0].unasked = true;
  waves.Step();

  EXPECT_EQ(waves.rollout().state, RolloutState::kReverting);
  EXPECT_EQ(waves.state(0), TargetState::kReverting);
  EXPECT_EQ(waves.state(2), TargetState::kReverting);
}

TEST(Waves, PutUpWithAsManyFailuresAsThePlanSays) {
  RolloutPlan plan;
  plan.failed_targets_max = 1;
  Waves waves(20, plan);
  waves.Succeed();
  waves.Succeed();
  waves.Answer(1, ApplyState::kRefused, "LISTENER_IN_RANGE: 15432");
  waves.Step();
  waves.SucceedUntil(RolloutState::kConfirmed);

  EXPECT_EQ(waves.Count(TargetState::kHolding), 19);
  EXPECT_EQ(waves.Count(TargetState::kFailed), 1);
}

TEST(Waves, AreNotStoppedByNamespacesThatEnd) {
  Waves waves(20);
  waves.Succeed();
  waves.Succeed();
  // One before the write, one after it.
  waves.Answer(1, ApplyState::kRefused, "NETNS_GONE: there is no such network namespace");
  waves.Answer(2, ApplyState::kApplied);
  waves.Step();
  EXPECT_EQ(waves.state(1), TargetState::kGone);
  waves.Answer(2, ApplyState::kRefused, "NETNS_GONE: there is no such network namespace");
  waves.Step();
  EXPECT_EQ(waves.state(2), TargetState::kGone);

  waves.SucceedUntil(RolloutState::kConfirmed);
  EXPECT_EQ(waves.Count(TargetState::kHolding), 18);
}

TEST(Waves, DriftOfAHoldingTargetStopsThem) {
  Waves waves(20);
  waves.Succeed();
  waves.Succeed();
  ASSERT_EQ(waves.state(0), TargetState::kHolding);
  waves.Answer(0, ApplyState::kDrifted);
  waves.Step();

  EXPECT_EQ(waves.state(0), TargetState::kFailed);
  EXPECT_EQ(waves.rollout().state, RolloutState::kReverting);
}

TEST(Waves, WaitWhilePausedAndGoOnWhenResumed) {
  Waves waves(20);
  waves.rollout().pause = RolloutPause{"ann", "lunch", At(0)};
  for (int i = 0; i < 5; ++i) waves.Succeed();
  EXPECT_EQ(waves.rollout().state, RolloutState::kSoaking);
  EXPECT_EQ(waves.rollout().message, "canary: 1 of 1 hold; paused by ann: lunch");
  EXPECT_EQ(waves.Count(TargetState::kWaiting), 19);

  waves.rollout().pause.reset();
  waves.Succeed();
  EXPECT_EQ(waves.rollout().state, RolloutState::kWave);
}

TEST(Waves, AreStoppedByAGateAlsoWhilePaused) {
  Waves waves(20);
  waves.rollout().pause = RolloutPause{"ann", "lunch", At(0)};
  waves.Succeed();
  waves.Answer(0, ApplyState::kDrifted);
  waves.Step();

  EXPECT_EQ(waves.rollout().state, RolloutState::kFailed);
}

TEST(Waves, PauseAfterTheCanaryWhenThePlanSaysSo) {
  RolloutPlan plan;
  plan.pause_after_canary = true;
  Waves waves(20, plan);
  for (int i = 0; i < 5; ++i) waves.Succeed();
  ASSERT_TRUE(waves.rollout().pause.has_value());
  EXPECT_EQ(waves.rollout().pause->pauser, "berthmaster");
  EXPECT_EQ(waves.Count(TargetState::kWaiting), 19);

  waves.rollout().pause.reset();
  waves.rollout().canary_released = true;
  waves.SucceedUntil(RolloutState::kConfirmed);
}

TEST(Waves, NoneBeginsInAFreeze) {
  Waves waves(20);
  waves.inputs().freeze = "freeze 'sale' until 2026-11-30 00:00 UTC: no changes";
  for (int i = 0; i < 5; ++i) waves.Succeed();
  EXPECT_EQ(waves.rollout().state, RolloutState::kSoaking);
  EXPECT_EQ(waves.rollout().message,
            "canary: 1 of 1 hold; the next wave waits: freeze 'sale' until 2026-11-30 00:00 UTC: "
            "no changes");

  waves.inputs().freeze.clear();
  waves.SucceedUntil(RolloutState::kConfirmed);
}

TEST(Waves, SkipAHostThatIsAwayAndSendItLater) {
  Waves waves(20);
  waves.view(19).attached = false;
  waves.SucceedUntil(RolloutState::kConfirmed);
  EXPECT_EQ(waves.state(19), TargetState::kAway);
  EXPECT_EQ(waves.rollout().message, "confirmed: 19 of 20 targets hold");

  waves.view(19).attached = true;
  waves.Step();
  EXPECT_EQ(waves.state(19), TargetState::kSent);
  waves.Succeed();
  waves.Succeed();
  EXPECT_EQ(waves.state(19), TargetState::kHolding);
  EXPECT_EQ(waves.rollout().state, RolloutState::kConfirmed);
}

TEST(Waves, DoNotGoOnWithoutTheirCanary) {
  Waves waves(20);
  waves.view(0).attached = false;
  waves.view(0).in_state = absl::Seconds(60);
  waves.Step();

  EXPECT_EQ(waves.rollout().state, RolloutState::kFailed);
  EXPECT_EQ(waves.rollout().stop_reason,
            "hosts/h0 shop/api: the host was not attached for 1m; approve again when the host is "
            "attached");
}

TEST(Waves, AHostThatGoesAwayInItsSoakIsNoFailure) {
  Waves waves(20);
  waves.Succeed();
  waves.Succeed();
  waves.Answer(1, ApplyState::kApplied);
  waves.Answer(2, ApplyState::kApplied);
  waves.Step();
  waves.view(1).attached = false;
  waves.view(1).detached_for = absl::Seconds(60);
  waves.Step();

  EXPECT_EQ(waves.state(1), TargetState::kAway);
  EXPECT_EQ(waves.rollout().state, RolloutState::kSoaking);
}

TEST(Waves, SendToSuccessorsUnderTheSameApproval) {
  RolloutPlan plan;
  plan.selector = {{"workload", "shop/api"}};
  plan.follows = true;
  Waves waves(2, plan);
  waves.SucceedUntil(RolloutState::kConfirmed);

  waves.inputs().joining = {MakeTarget(5)};
  waves.inputs().joining_views.resize(1);
  waves.Step();
  ASSERT_EQ(waves.rollout().targets.size(), 3U);
  EXPECT_EQ(waves.state(2), TargetState::kSent);
  waves.Succeed();
  waves.Succeed();
  EXPECT_EQ(waves.state(2), TargetState::kHolding);
}

TEST(Waves, ASuccessorThatFailsStopsNobodyElse) {
  RolloutPlan plan;
  plan.selector = {{"workload", "shop/api"}};
  plan.follows = true;
  Waves waves(2, plan);
  waves.SucceedUntil(RolloutState::kConfirmed);
  waves.inputs().joining = {MakeTarget(5)};
  waves.inputs().joining_views.resize(1);
  waves.Step();
  waves.Answer(2, ApplyState::kRefused, "SYSCTL_NOT_ALLOWED");
  waves.Step();

  EXPECT_EQ(waves.state(2), TargetState::kFailed);
  EXPECT_EQ(waves.rollout().state, RolloutState::kConfirmed);
  EXPECT_EQ(waves.Count(TargetState::kHolding), 2);
}

TEST(Waves, WhatJoinsBeforeTheLastWaveGoesWithIt) {
  RolloutPlan plan;
  plan.selector = {{"workload", "shop/api"}};
  plan.follows = true;
  Waves waves(20, plan);
  waves.inputs().joining = {MakeTarget(50)};
  waves.inputs().joining_views.resize(1);
  waves.Step();
  EXPECT_EQ(waves.state(20), TargetState::kWaiting);
  EXPECT_EQ(waves.rollout().targets[20].wave, 3);
  waves.SucceedUntil(RolloutState::kConfirmed);

  EXPECT_EQ(waves.Count(TargetState::kHolding), 21);
}

TEST(Waves, AWordFromBeforeThePushIsNoAnswerToIt) {
  Waves waves(1);
  waves.Answer(0, ApplyState::kReverted, "its lease ran out");
  waves.inputs().replies[0].unasked = true;
  waves.Step();

  EXPECT_EQ(waves.state(0), TargetState::kSent);
}

TEST(Promote, EndsTheSoakOfTheWave) {
  Waves waves(20);
  waves.Succeed();
  ASSERT_EQ(waves.rollout().state, RolloutState::kSoaking);
  EXPECT_EQ(Promote(waves.rollout(), waves.inputs().targets, "promoted", At(5)).status().message(),
            "rollouts/r1 has a target that no sample has shown with its new value yet: hosts/h0 "
            "shop/api");
  waves.view(0).samples_matching = 1;

  absl::StatusOr<Rollout> promoted =
      Promote(waves.rollout(), waves.inputs().targets, "promoted by ann: it is fine", At(5));

  ASSERT_TRUE(promoted.ok()) << promoted.status();
  EXPECT_EQ(promoted->targets[0].state, TargetState::kHolding);
  waves.rollout() = *promoted;
  waves.Step();
  EXPECT_EQ(waves.rollout().state, RolloutState::kWave);
}

TEST(BeginRevert, TakesBackWhatIsInForceAndNothingElse) {
  Waves waves(20);
  waves.Succeed();
  waves.Succeed();
  waves.rollout() = BeginRevert(waves.rollout(), "aborted: ann: no", At(50));

  EXPECT_EQ(waves.rollout().state, RolloutState::kReverting);
  EXPECT_EQ(waves.Count(TargetState::kReverting), 3);
  EXPECT_EQ(waves.Count(TargetState::kWaiting), 17);
}

}  // namespace
}  // namespace berthmaster
