#include "controller/rollout/step.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace berthmaster {
namespace {

constexpr absl::string_view kSysctl = "net.ipv4.ip_local_port_range";

absl::Time At(int seconds) { return absl::FromUnixSeconds(1767225600 + seconds); }

// Of the only target of a rollout in that state.
TargetState TargetStateIn(RolloutState state) {
  switch (state) {
    case RolloutState::kApproved:
    case RolloutState::kCanary:
    case RolloutState::kWave:
      return TargetState::kSent;
    case RolloutState::kSoaking:
      return TargetState::kSoaking;
    case RolloutState::kConfirmed:
      return TargetState::kHolding;
    case RolloutState::kReverting:
      return TargetState::kReverting;
    case RolloutState::kReverted:
      return TargetState::kReverted;
    case RolloutState::kFailed:
      return TargetState::kFailed;
  }
  return TargetState::kWaiting;
}

Rollout MakeRollout(RolloutState state) {
  TargetSysctl sysctl;
  sysctl.change = {std::string(kSysctl), "40000 40399", "32768 60999"};
  sysctl.effective_value = "40000 40399";
  if (state != RolloutState::kApproved && state != RolloutState::kCanary) {
    sysctl.state = ApplyState::kApplied;
    sysctl.applied_value = "32768 60999";
    sysctl.effective_value = "32768 60999";
  }
  RolloutTarget target;
  target.host_id = "web-1";
  target.netns_cookie = 7;
  target.netns_inode = 4026532001;
  target.desired_revision = 5;
  target.sysctls = {sysctl};
  target.state = TargetStateIn(state);
  target.state_time = At(0);
  Rollout rollout;
  rollout.id = "r1";
  rollout.state = state;
  rollout.targets = {target};
  rollout.create_time = At(0);
  rollout.state_time = At(0);
  rollout.update_time = At(0);
  rollout.revision = 3;
  return rollout;
}

RolloutInputs MakeInputs(absl::Duration in_state) {
  RolloutInputs inputs;
  inputs.now = At(100);
  inputs.targets.resize(1);
  inputs.targets[0].in_state = in_state;
  inputs.targets[0].sent = true;
  inputs.soak = absl::Seconds(10);
  inputs.apply_timeout = absl::Seconds(60);
  return inputs;
}

RolloutReply Reply(ApplyState state, const std::string& error = "") {
  return {"web-1", 5, false, {{"rollouts/r1", 7, std::string(kSysctl), state, "", error}}, {}};
}

// The value in force in two samples, with the pool as given.
void See(RolloutInputs& inputs, const std::string& value, double utilization,
         std::optional<absl::Duration> time_to_exhaustion = std::nullopt) {
  TargetView& view = inputs.targets[0];
  view.samples = 2;
  (value == "32768 60999" ? view.samples_matching : view.samples_mismatching) = 2;
  view.effective_values = {{std::string(kSysctl), value}};
  view.pool = Outlook{28232, utilization, std::nullopt, time_to_exhaustion};
}

struct Arrow {
  const char* name;
  RolloutState from;
  absl::Duration in_state;
  void (*arrange)(RolloutInputs&, RolloutTarget&);
  RolloutState to;
  const char* message;
};

const Arrow kArrows[] = {
    {"SentWaitsForAnswer", RolloutState::kApproved, absl::Seconds(1),
     [](RolloutInputs&, RolloutTarget&) {}, RolloutState::kCanary,
     "sent; waits for the agent's answer"},
    {"NotAttachedInTime", RolloutState::kApproved, absl::Seconds(60),
     [](RolloutInputs& i, RolloutTarget&) {
       i.targets[0].sent = false;
       i.targets[0].attached = false;
     },
     RolloutState::kFailed,
     "the host was not attached for 1m; approve again when the host is attached"},
    {"AppliedBeforeTheStepThatSentIt", RolloutState::kApproved, absl::Seconds(1),
     [](RolloutInputs& i, RolloutTarget&) { i.replies = {Reply(ApplyState::kApplied)}; },
     RolloutState::kSoaking, "applied; waits for a sample that shows it"},
    {"Applied", RolloutState::kCanary, absl::Seconds(1),
     [](RolloutInputs& i, RolloutTarget&) { i.replies = {Reply(ApplyState::kApplied)}; },
     RolloutState::kSoaking, "applied; waits for a sample that shows it"},
    {"Refused", RolloutState::kCanary, absl::Seconds(1),
     [](RolloutInputs& i, RolloutTarget&) {
       i.replies = {Reply(ApplyState::kRefused, "not on the allow-list")};
     },
     RolloutState::kFailed,
     "the agent refused: net.ipv4.ip_local_port_range: not on the allow-list"},
    {"WriteFailed", RolloutState::kCanary, absl::Seconds(1),
     [](RolloutInputs& i, RolloutTarget&) { i.replies = {Reply(ApplyState::kFailed, "EINVAL")}; },
     RolloutState::kFailed, "the write failed: net.ipv4.ip_local_port_range: EINVAL"},
    {"NoAnswer", RolloutState::kCanary, absl::Seconds(60), [](RolloutInputs&, RolloutTarget&) {},
     RolloutState::kFailed, "no answer of the agent for 1m"},
    {"NamespaceGoneWhileApplying", RolloutState::kCanary, absl::Seconds(59),
     [](RolloutInputs& i, RolloutTarget&) {
       i.targets[0].samples_without_netns = 3;
       i.targets[0].without_netns_for = absl::Seconds(60);
     },
     RolloutState::kFailed, "the namespace is gone"},
    {"Holds", RolloutState::kSoaking, absl::Seconds(10),
     [](RolloutInputs& i, RolloutTarget&) { See(i, "32768 60999", 0.02); },
     RolloutState::kConfirmed, "confirmed: the pool is at 2 %"},
    {"HoldsWithALaterEnd", RolloutState::kSoaking, absl::Seconds(10),
     [](RolloutInputs& i, RolloutTarget&) { See(i, "32768 60999", 0.5, absl::Seconds(90)); },
     RolloutState::kConfirmed, "confirmed: the pool is at 50 %, exhausted in 90 s"},
    {"PoolEmpty", RolloutState::kSoaking, absl::Seconds(10),
     [](RolloutInputs& i, RolloutTarget&) {
       See(i, "32768 60999", 0);
       i.targets[0].pool = std::nullopt;
     },
     RolloutState::kConfirmed, "confirmed: the value holds, and the pool is empty"},
    {"DriftInSamples", RolloutState::kSoaking, absl::Seconds(3),
     [](RolloutInputs& i, RolloutTarget&) { See(i, "50000 50399", 0.1); }, RolloutState::kFailed,
     "drift: net.ipv4.ip_local_port_range is '50000 50399', someone else wrote it; it is left "
     "alone"},
    {"DriftByTheAgent", RolloutState::kSoaking, absl::Seconds(3),
     [](RolloutInputs& i, RolloutTarget&) { i.replies = {Reply(ApplyState::kDrifted)}; },
     RolloutState::kFailed,
     "drift: net.ipv4.ip_local_port_range is '32768 60999', someone else wrote it; it is left "
     "alone"},
    {"DidNotHelp", RolloutState::kSoaking, absl::Seconds(120),
     [](RolloutInputs& i, RolloutTarget& t) {
       See(i, "32768 60999", 1.0, absl::ZeroDuration());
       t.before = Outlook{400, 1.0, std::nullopt, absl::ZeroDuration()};
     },
     RolloutState::kReverting,
     "reverting: it did not help, the pool is at 100 %, exhausted in 0 s after 2m"},
    {"HelpsButNotEnough", RolloutState::kSoaking, absl::Seconds(120),
     [](RolloutInputs& i, RolloutTarget& t) {
       See(i, "32768 60999", 1.0, absl::ZeroDuration());
       t.before = Outlook{400, 1.0, 3.0, absl::ZeroDuration()};
     },
     RolloutState::kConfirmed,
     "confirmed: it helps but is not enough, the pool is at 100 %, exhausted in 0 s"},
    {"NoSampleInTheSoak", RolloutState::kSoaking, absl::Seconds(120),
     [](RolloutInputs&, RolloutTarget&) {}, RolloutState::kReverting,
     "reverting: no sample has shown the new value for 2m"},
    {"LeaseLost", RolloutState::kSoaking, absl::Seconds(3),
     [](RolloutInputs& i, RolloutTarget&) {
       i.replies = {Reply(ApplyState::kReverted, "lease expired")};
     },
     RolloutState::kReverted,
     "the agent put the prior value back by itself: net.ipv4.ip_local_port_range: lease expired"},
    {"NamespaceGoneInSoak", RolloutState::kSoaking, absl::Seconds(70),
     [](RolloutInputs& i, RolloutTarget&) {
       i.targets[0].samples_without_netns = 3;
       i.targets[0].without_netns_for = absl::Seconds(60);
     },
     RolloutState::kReverted, "the namespace is gone, and its values with it"},
    {"ConfirmedNamespaceGone", RolloutState::kConfirmed, absl::Hours(5),
     [](RolloutInputs& i, RolloutTarget&) {
       i.targets[0].samples_without_netns = 9;
       i.targets[0].without_netns_for = absl::Seconds(60);
     },
     RolloutState::kReverted, "the namespace is gone, and its values with it"},
    {"ConfirmedRefusedAfterReboot", RolloutState::kConfirmed, absl::Hours(5),
     [](RolloutInputs& i, RolloutTarget&) {
       i.replies = {Reply(ApplyState::kRefused, "another inode")};
     },
     RolloutState::kFailed, "the agent refused: net.ipv4.ip_local_port_range: another inode"},
    {"ConfirmedDriftStays", RolloutState::kConfirmed, absl::Hours(5),
     [](RolloutInputs& i, RolloutTarget&) { i.replies = {Reply(ApplyState::kDrifted)}; },
     RolloutState::kConfirmed,
     "confirmed; drift: net.ipv4.ip_local_port_range is '32768 60999' now, and is left alone"},
    {"Reverted", RolloutState::kReverting, absl::Seconds(1),
     [](RolloutInputs& i, RolloutTarget&) { i.replies = {Reply(ApplyState::kReverted)}; },
     RolloutState::kReverted, "the prior values are in force"},
    {"RevertFindsDrift", RolloutState::kReverting, absl::Seconds(1),
     [](RolloutInputs& i, RolloutTarget&) { i.replies = {Reply(ApplyState::kDrifted)}; },
     RolloutState::kReverted,
     "reverted, but for net.ipv4.ip_local_port_range: someone else wrote it, and it is left alone"},
    {"RevertFails", RolloutState::kReverting, absl::Seconds(1),
     [](RolloutInputs& i, RolloutTarget&) { i.replies = {Reply(ApplyState::kFailed, "EBUSY")}; },
     RolloutState::kReverting,
     "reverting: the write failed and is tried again: net.ipv4.ip_local_port_range: EBUSY"},
    {"AgentKnowsNothingOfIt", RolloutState::kReverting, absl::Seconds(1),
     [](RolloutInputs& i, RolloutTarget&) { i.targets[0].silent_since_revision = 5; },
     RolloutState::kReverted, "the agent has nothing of it in force"},
    {"RevertingNamespaceGone", RolloutState::kReverting, absl::Seconds(70),
     [](RolloutInputs& i, RolloutTarget&) {
       i.targets[0].samples_without_netns = 3;
       i.targets[0].without_netns_for = absl::Seconds(60);
     },
     RolloutState::kReverted, "the namespace is gone, and its values with it"},
};

class StepArrow : public testing::TestWithParam<Arrow> {};

TEST_P(StepArrow, Leads) {
  const Arrow& arrow = GetParam();
  RolloutInputs inputs = MakeInputs(arrow.in_state);
  Rollout rollout = MakeRollout(arrow.from);
  arrow.arrange(inputs, rollout.targets[0]);

  std::optional<Rollout> after = StepRollout(rollout, inputs);

  ASSERT_TRUE(after.has_value());
  EXPECT_EQ(after->state, arrow.to);
  EXPECT_EQ(after->message, arrow.message);
  EXPECT_EQ(after->revision, 4);
  EXPECT_EQ(after->update_time, At(100));
  EXPECT_EQ(after->state_time, arrow.from == arrow.to ? At(0) : At(100));
}

INSTANTIATE_TEST_SUITE_P(All, StepArrow, testing::ValuesIn(kArrows),
                         [](const auto& arrow) { return std::string(arrow.param.name); });

TEST(StepRollout, WaitsWhileNothingIsHeard) {
  RolloutInputs inputs = MakeInputs(absl::Seconds(59));

  EXPECT_EQ(StepRollout(MakeRollout(RolloutState::kCanary), inputs), std::nullopt);
  EXPECT_EQ(StepRollout(MakeRollout(RolloutState::kReverting), inputs), std::nullopt);
  EXPECT_EQ(StepRollout(MakeRollout(RolloutState::kConfirmed), inputs), std::nullopt);
}

TEST(StepRollout, NeverChangesWhatHasEnded) {
  RolloutInputs inputs = MakeInputs(absl::Hours(1));
  inputs.replies = {Reply(ApplyState::kApplied)};

  EXPECT_EQ(StepRollout(MakeRollout(RolloutState::kReverted), inputs), std::nullopt);
  EXPECT_EQ(StepRollout(MakeRollout(RolloutState::kFailed), inputs), std::nullopt);
}

TEST(StepRollout, KeepsSoakingUntilTheSoakIsOver) {
  RolloutInputs inputs = MakeInputs(absl::Seconds(9));
  See(inputs, "32768 60999", 0.02);

  std::optional<Rollout> after = StepRollout(MakeRollout(RolloutState::kSoaking), inputs);

  ASSERT_TRUE(after.has_value());
  EXPECT_EQ(after->state, RolloutState::kSoaking);
  EXPECT_EQ(after->message, "applied; soaking for 10s");
}

TEST(StepRollout, OneSampleFromBeforeTheWriteIsNoDrift) {
  RolloutInputs inputs = MakeInputs(absl::Seconds(1));
  See(inputs, "40000 40399", 1.0);
  inputs.targets[0].samples_mismatching = 1;

  std::optional<Rollout> after = StepRollout(MakeRollout(RolloutState::kSoaking), inputs);

  ASSERT_TRUE(after.has_value());
  EXPECT_EQ(after->state, RolloutState::kSoaking);
  EXPECT_EQ(after->targets[0].sysctls[0].effective_value, "40000 40399");
}

TEST(StepRollout, WaitsForHeadroomUpToTheBound) {
  RolloutInputs inputs = MakeInputs(absl::Seconds(119));
  See(inputs, "32768 60999", 0.96);

  std::optional<Rollout> after = StepRollout(MakeRollout(RolloutState::kSoaking), inputs);

  ASSERT_TRUE(after.has_value());
  EXPECT_EQ(after->state, RolloutState::kSoaking);
  EXPECT_EQ(after->message, "applied; waits for headroom in the pool");
}

TEST(StepRollout, AReplyToAnOlderPushIsNoSilence) {
  RolloutInputs inputs = MakeInputs(absl::Seconds(1));
  inputs.targets[0].silent_since_revision = 4;

  EXPECT_EQ(StepRollout(MakeRollout(RolloutState::kReverting), inputs), std::nullopt);
}

TEST(StepRollout, IgnoresResultsOfAnotherNamespace) {
  RolloutInputs inputs = MakeInputs(absl::Seconds(1));
  inputs.replies = {Reply(ApplyState::kApplied)};
  inputs.replies[0].results[0].netns_cookie = 8;

  EXPECT_EQ(StepRollout(MakeRollout(RolloutState::kCanary), inputs), std::nullopt);
}

TEST(BeginRevert, SendsEvenAnApprovedOneTheLongWay) {
  Rollout after = BeginRevert(MakeRollout(RolloutState::kApproved), "reverting: no", At(9));

  EXPECT_EQ(after.state, RolloutState::kReverting);
  EXPECT_EQ(after.message, "reverting: no");
  EXPECT_EQ(after.state_time, At(9));
  EXPECT_EQ(after.revision, 4);
}

}  // namespace
}  // namespace berthmaster
