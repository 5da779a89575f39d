// kill -9 in the middle of a rollout over 50 pods of five hosts, on this kernel.

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "tests/fleet/fleet_fixture.h"

namespace berthmaster {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

class FleetCrash : public FleetTest {
 protected:
  // Begins a rollout and waits until its second wave is in force and soaks.
  std::optional<v1::Rollout> RollOutToMidWave(Fleet& fleet) {
    Operator people = fleet.people();
    auto begun = people.RollOut(Operator::Plan());
    if (!begun.has_value()) return std::nullopt;
    v1::Rollout latest;
    auto soaking = people.WaitForRollout(
        begun->name(),
        [](const v1::Rollout& rollout) {
          return rollout.wave() == 1 && rollout.state() == v1::ROLLOUT_STATE_SOAKING;
        },
        kFleetPatience, &latest);
    EXPECT_TRUE(soaking.has_value()) << Describe(latest) << fleet.Logs();
    return soaking;
  }
};

TEST_F(FleetCrash, ControllerKilledMidWaveAndNeverRestarted) {
  const absl::Duration lease = absl::Seconds(5);
  // The agents look at their leases once a second; the rest is for a busy machine.
  const absl::Duration slack = absl::Seconds(3);
  Fleet fleet(pods(), {.soak = absl::Seconds(3), .lease = lease});
  RangeWatch watch(pods());
  auto soaking = RollOutToMidWave(fleet);
  ASSERT_TRUE(soaking.has_value());

  const absl::Time killed = absl::Now();
  fleet.controller().Kill();
  watch.LookAgain();
  EXPECT_EQ(CountOf(watch.Now(), kWideRange), 11u);
  ASSERT_TRUE(watch.WaitFor(
      [](const RangeWatch::Ranges& ranges) { return CountOf(ranges, kNarrowRange) == 50; },
      kFleetPatience))
      << fleet.Logs();

  std::vector<size_t> written = PodsInWave(*soaking, 0);
  for (size_t pod : PodsInWave(*soaking, 1)) written.push_back(pod);
  ASSERT_EQ(written.size(), 11u);
  for (size_t pod : written) {
    EXPECT_EQ(watch.StoryOf(pod), "narrow > wide > narrow") << pods().name(pod);
    const absl::Duration after = watch.HistoryOf(pod).back().time - killed;
    EXPECT_LE(after, lease + slack) << pods().name(pod) << fleet.Logs();
    // It is renewed at a third of it.
    EXPECT_GE(after, lease / 2) << pods().name(pod) << fleet.Logs();
  }
  ExpectStory(watch, "narrow", written);
  for (size_t host = 0; host < kFleetHosts; ++host) {
    EXPECT_EQ(fleet.agent(host).WaitForExit(absl::ZeroDuration()), -1) << "agent " << host;
    EXPECT_THAT(fleet.agent(host).Output(), HasSubstr("its lease ran out"));
  }
}

TEST_F(FleetCrash, AgentKilledAndStartedAgainMidWave) {
  Fleet fleet(pods(), {});
  RangeWatch watch(pods());
  auto soaking = RollOutToMidWave(fleet);
  ASSERT_TRUE(soaking.has_value());
  const size_t host = pods().HostOf(PodsInWave(*soaking, 1).at(0));

  fleet.KillAgent(host);
  fleet.StartAgent(host);

  Operator people = fleet.people();
  v1::Rollout latest;
  auto over = people.WaitForRollout(soaking->name(), IsOver, kFleetPatience, &latest);
  ASSERT_TRUE(over.has_value()) << Describe(latest) << fleet.Logs();
  EXPECT_THAT(over->state(), AnyOf(v1::ROLLOUT_STATE_CONFIRMED, v1::ROLLOUT_STATE_REVERTED))
      << Describe(*over) << fleet.Logs();
  // All or nothing.
  const std::string wanted =
      over->state() == v1::ROLLOUT_STATE_CONFIRMED ? kWideRange : kNarrowRange;
  watch.LookAgain();
  EXPECT_EQ(CountOf(watch.Now(), wanted), 50u) << Describe(*over) << fleet.Logs();
  ExpectOneWaveAfterTheOther(*over, watch);
  EXPECT_EQ(fleet.agent(host).WaitForExit(absl::ZeroDuration()), -1);
}

TEST_F(FleetCrash, ControllerRestartedMidWave) {
  Fleet fleet(pods(), {});
  RangeWatch watch(pods());
  auto soaking = RollOutToMidWave(fleet);
  ASSERT_TRUE(soaking.has_value());

  fleet.controller().Kill();
  fleet.controller().Restart();

  Operator people = fleet.people();
  v1::Rollout latest;
  auto over = people.WaitForRollout(soaking->name(), IsOver, kFleetPatience, &latest);
  ASSERT_TRUE(over.has_value()) << Describe(latest) << fleet.Logs();
  EXPECT_EQ(over->state(), v1::ROLLOUT_STATE_CONFIRMED) << Describe(*over) << fleet.Logs();
  EXPECT_EQ(over->target_counts().holding(), 50);
  // Nothing was put back and written again on the way.
  ExpectStory(watch, "narrow > wide");
  ExpectOneWaveAfterTheOther(*over, watch);
  const v1::VerifyAuditResponse verified = people.VerifyAudit();
  EXPECT_TRUE(verified.intact()) << verified.message();
}

}  // namespace
}  // namespace berthmaster
