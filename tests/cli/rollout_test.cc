#include "cli/rollout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cli/columns.h"
#include "cli/exit_code.h"
#include "cli/watch.h"
#include "tests/cli/change_server.h"
#include "tests/fakes/fake_clock.h"

namespace berthmaster {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class RolloutCommand : public ::testing::Test {
 protected:
  RolloutCommand() { server_.rollouts.rollouts = {RolloutInItsSecondWave()}; }

  v1::Rollout& rollout() { return server_.rollouts.rollouts[0]; }
  absl::Status Wait(const std::string& state) {
    server_.rollouts.changes = {rollout()};
    return WaitForState(server_.client(), {ResourceKind::kRollout, "rollouts/r1"}, state,
                        absl::Seconds(30));
  }
  absl::Status WatchStatus(OutputFormat format = OutputFormat::kTable) {
    return WatchRolloutStatus(
        server_.client(), "r1", format, clock_,
        [this](const std::string& text) {
          printed_.push_back(text);
          return true;
        },
        [](const std::string&) {}, [](absl::Duration) {});
  }

  ChangeServer server_;
  FakeClock clock_;
  std::vector<std::string> printed_;
};

TEST_F(RolloutCommand, StatusShowsPlanWavesAndTargets) {
  rollout().mutable_pause()->set_pauser("ann");
  rollout().mutable_pause()->set_reason("lunch");
  rollout().mutable_pause()->mutable_pause_time()->set_seconds(1767225660);

  absl::StatusOr<std::string> text = RolloutStatus(server_.client(), "r1", OutputFormat::kTable);

  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_EQ(
      *text,
      "Name:                     rollouts/r1\n"
      "State:                    WAVE, wave 2 of 2\n"
      "Message:                  wave 2 of 2: sent to 1\n"
      "Paused:                   by ann at 2026-01-01T00:01:00Z: lunch\n"
      "Targets:                  2: 1 holding, 1 applying\n"
      "Recommendation:           recommendations/c1\n"
      "Approved by:              ann, bob\n"
      "Approved:                 2026-01-01T00:00:00Z\n"
      "Changed:                  2026-01-01T00:01:00Z\n"
      "Etag:                     4\n"
      "\n"
      "Plan:\n"
      "  Where:                    workload=shop/api\n"
      "  Canary:                   1 target\n"
      "  Then:                     a tenth, a half, the rest\n"
      "  Soak:                     5m00s\n"
      "  Failures put up with:     0\n"
      "\n"
      "Waves:\n"
      "  WAVE    TARGETS  STATES\n"
      "  canary  1        1 HOLDING\n"
      "  2       1        1 SENT\n"
      "\n"
      "Targets; utilization and rates before the change → since:\n"
      "  TARGET      WAVE    STATE    UTIL.  PREDICTED  FAILURES/S  RESETS/S   RETRANSMITS/S  TW "
      "OVERFLOWS/S  MESSAGE\n"
      "  web-0/blue  canary  HOLDING  93%    52%        0.0 → 0.0   0.1 → 0.2  0.0 → 0.0      0.0 "
      "→ 0.0       holds\n"
      "  web-1/blue  2       SENT     -      -          -           -          -              -\n");
}

TEST_F(RolloutCommand, StatusSaysWhyItWasStopped) {
  rollout().set_stop_reason("hosts/web-0 blue: the agent refused");

  EXPECT_THAT(*RolloutStatus(server_.client(), "rollouts/r1", OutputFormat::kTable),
              HasSubstr("Stopped:                  hosts/web-0 blue: the agent refused\n"));
}

TEST_F(RolloutCommand, StatusIsTheResourceForPrograms) {
  EXPECT_THAT(*RolloutStatus(server_.client(), "r1", OutputFormat::kJson),
              HasSubstr("\"waveCount\": 2"));
  EXPECT_THAT(*RolloutStatus(server_.client(), "r1", OutputFormat::kYaml),
              HasSubstr("waveCount: 2\n"));
  EXPECT_EQ(RolloutStatus(server_.client(), "r9", OutputFormat::kJson).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(RolloutCommand, EachVerbCallsItsMethod) {
  const RolloutOptions options{.name = "r1", .reason = "why", .etag = "4"};
  for (RolloutVerb verb : {RolloutVerb::kPause, RolloutVerb::kResume, RolloutVerb::kPromote,
                           RolloutVerb::kAbort, RolloutVerb::kRevert}) {
    EXPECT_EQ(*DecideRollout(server_.client(), verb, options),
              "rollouts/r1 WAVE; wave 2 of 2: sent to 1\n");
  }
  EXPECT_THAT(server_.rollouts.decisions,
              ElementsAre("pause rollouts/r1: why (4)", "resume rollouts/r1: why (4)",
                          "promote rollouts/r1: why (4)", "abort rollouts/r1: why (4)",
                          "revert rollouts/r1: why (4)"));
}

TEST_F(RolloutCommand, WatchPrintsEachChangeUntilItIsOver) {
  v1::Rollout soaking = rollout();
  soaking.set_etag("5");
  soaking.set_state(v1::ROLLOUT_STATE_SOAKING);
  soaking.set_message("wave 2 of 2: 0 of 1 hold");
  v1::Rollout confirmed = soaking;
  confirmed.set_etag("6");
  confirmed.set_state(v1::ROLLOUT_STATE_CONFIRMED);
  confirmed.set_message("confirmed: 2 of 2 targets hold");
  confirmed.mutable_target_counts()->set_holding(2);
  v1::Rollout another = confirmed;
  another.set_name("rollouts/r2");
  v1::Rollout after = confirmed;
  after.set_etag("7");
  server_.rollouts.changes = {rollout(), another, soaking, confirmed, after};

  ASSERT_TRUE(WatchStatus().ok());

  ASSERT_EQ(printed_.size(), 3u);
  EXPECT_THAT(printed_[0], StartsWith("Name:                     rollouts/r1\n"));
  EXPECT_EQ(printed_[1], "00:00:00  SOAKING  2/2  1/2  wave 2 of 2: 0 of 1 hold\n");
  EXPECT_EQ(printed_[2], "00:00:00  CONFIRMED  2/2  2/2  confirmed: 2 of 2 targets hold\n");
  EXPECT_EQ(server_.rollouts.watched_recommendation, "recommendations/c1");
}

TEST_F(RolloutCommand, WatchOfOneThatIsOverPrintsItOnce) {
  rollout().set_state(v1::ROLLOUT_STATE_FAILED);

  ASSERT_TRUE(WatchStatus(OutputFormat::kJson).ok());

  ASSERT_EQ(printed_.size(), 1u);
  EXPECT_THAT(printed_[0], StartsWith("{\"name\":\"rollouts/r1\","));
}

TEST_F(RolloutCommand, WaitKnowsTheStatesOfWaves) {
  EXPECT_TRUE(Wait("wave").ok());
  rollout().set_state(v1::ROLLOUT_STATE_CONFIRMED);
  EXPECT_TRUE(Wait("confirmed").ok());

  const absl::Status status = Wait("done");
  EXPECT_EQ(ExitCodeOf(status), 2);
  EXPECT_EQ(status.message(),
            "--for 'done' is not a state; there are approved, canary, soaking, confirmed, "
            "reverting, reverted, failed, wave");
}

TEST_F(RolloutCommand, WaitEndsWithAConflictWhenTheStateWillNotCome) {
  rollout().set_state(v1::ROLLOUT_STATE_REVERTING);
  rollout().set_stop_reason("hosts/web-0 blue: resets rose");
  const absl::Status status = Wait("confirmed");
  EXPECT_EQ(ExitCodeOf(status), 5);
  EXPECT_EQ(
      status.message(),
      "rollouts/r1 is REVERTING and will not become CONFIRMED: hosts/web-0 blue: resets rose");

  for (const auto& [state, wanted] : std::vector<std::pair<v1::RolloutState, std::string>>{
           {v1::ROLLOUT_STATE_REVERTED, "confirmed"},
           {v1::ROLLOUT_STATE_FAILED, "confirmed"},
           {v1::ROLLOUT_STATE_CONFIRMED, "failed"},
           {v1::ROLLOUT_STATE_CONFIRMED, "canary"},
           {v1::ROLLOUT_STATE_REVERTED, "failed"}}) {
    rollout().set_state(state);
    EXPECT_EQ(ExitCodeOf(Wait(wanted)), 5) << wanted;
  }
}

TEST_F(RolloutCommand, ListsShowWaveAndTargets) {
  EXPECT_THAT(Heading<v1::Rollout>(), ElementsAre("NAME", "STATE", "WAVE", "TARGETS", "TARGET",
                                                  "RECOMMENDATION", "AGE", "MESSAGE"));
  EXPECT_THAT(Cells(rollout(), absl::FromUnixSeconds(1767225660)),
              ElementsAre("rollouts/r1", "WAVE", "2/2", "1/2", "web-0/blue +1",
                          "recommendations/c1", "1m00s", "wave 2 of 2: sent to 1"));
}

}  // namespace
}  // namespace berthmaster
