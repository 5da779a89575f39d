// Pods come and go while a change is rolled out to 50 of them, on this kernel.

#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/fleet/fleet_fixture.h"

namespace berthmaster {
namespace {

class FleetChurn : public FleetTest {
 protected:
  const v1::RolloutTarget* FindTarget(const v1::Rollout& rollout, size_t pod,
                                      v1::TargetState state) {
    for (const v1::RolloutTarget& target : rollout.targets()) {
      if (PodOf(target) == pod && target.state() == state) return &target;
    }
    return nullptr;
  }
};

TEST_F(FleetChurn, NamespacesDieMidRollout) {
  Fleet fleet(pods(), {.lease = absl::Seconds(6)});
  RangeWatch watch(pods());
  Operator people = fleet.people();
  auto begun = people.RollOut(Operator::Plan());
  ASSERT_TRUE(begun.has_value());
  // One before its wave begins, one with the value in it.
  const size_t waiting = PodsInWave(*begun, 2).at(7);
  const size_t soaking = PodsInWave(*begun, 1).at(3);
  pods().End(waiting);
  ASSERT_TRUE(
      watch.WaitFor([&](const RangeWatch::Ranges& ranges) { return ranges[soaking] == kWideRange; },
                    kFleetPatience))
      << fleet.Logs();
  pods().End(soaking);

  v1::Rollout latest;
  auto over = people.WaitForRollout(
      begun->name(),
      [&](const v1::Rollout& rollout) {
        if (!IsOver(rollout)) return false;
        return rollout.state() != v1::ROLLOUT_STATE_CONFIRMED ||
               rollout.target_counts().gone() == 2;
      },
      kFleetPatience, &latest);

  ASSERT_TRUE(over.has_value()) << Describe(latest) << fleet.Logs();
  ASSERT_EQ(over->state(), v1::ROLLOUT_STATE_CONFIRMED) << Describe(*over) << fleet.Logs();
  EXPECT_EQ(over->target_counts().holding(), 48);
  EXPECT_NE(FindTarget(*over, waiting, v1::TARGET_STATE_GONE), nullptr);
  EXPECT_NE(FindTarget(*over, soaking, v1::TARGET_STATE_GONE), nullptr);
  ExpectStory(watch, "narrow > wide", {waiting, soaking});
  EXPECT_EQ(watch.StoryOf(waiting), "narrow > gone");
  EXPECT_EQ(watch.StoryOf(soaking), "narrow > wide > gone");
}

TEST_F(FleetChurn, ASuccessorGetsTheChange) {
  Fleet fleet(pods(), {.soak = absl::Seconds(1)});
  Operator people = fleet.people();
  v1::RolloutPlan plan = Operator::Plan();
  plan.set_follows(true);
  auto begun = people.RollOut(plan);
  ASSERT_TRUE(begun.has_value());
  v1::Rollout latest;
  auto confirmed = people.WaitForRollout(begun->name(), IsOver, kFleetPatience, &latest);
  ASSERT_TRUE(confirmed.has_value()) << Describe(latest) << fleet.Logs();
  ASSERT_EQ(confirmed->state(), v1::ROLLOUT_STATE_CONFIRMED) << Describe(*confirmed);
  const size_t pod = PodsInWave(*confirmed, 1).at(0);
  const v1::RolloutTarget* before = FindTarget(*confirmed, pod, v1::TARGET_STATE_HOLDING);
  ASSERT_NE(before, nullptr);
  const std::string netns_before = before->netns();

  pods().End(pod);
  pods().Succeed(pod);

  auto holds = people.WaitForRollout(
      begun->name(),
      [&](const v1::Rollout& rollout) {
        const auto& targets = rollout.targets();
        return std::any_of(targets.begin(), targets.end(), [&](const v1::RolloutTarget& target) {
          return PodOf(target) == pod && target.netns() != netns_before &&
                 target.state() == v1::TARGET_STATE_HOLDING;
        });
      },
      kFleetPatience, &latest);
  ASSERT_TRUE(holds.has_value()) << Describe(latest) << fleet.Logs();
  EXPECT_EQ(holds->state(), v1::ROLLOUT_STATE_CONFIRMED) << Describe(*holds);
  for (size_t i = 0; i < pods().size(); ++i) {
    EXPECT_EQ(pods().netns(i).ReadSysctl(kFleetSysctl), "33000\t60999") << pods().name(i);
  }
}

}  // namespace
}  // namespace berthmaster
