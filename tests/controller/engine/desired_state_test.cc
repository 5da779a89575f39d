#include "controller/engine/desired_state.h"

#include <gtest/gtest.h>

namespace berthmaster {
namespace {

constexpr absl::string_view kRange = "net.ipv4.ip_local_port_range";

Rollout RangeRollout(const std::string& id, RolloutState state, const std::string& expected,
                     const std::string& desired) {
  TargetSysctl sysctl;
  sysctl.change = {std::string(kRange), expected, desired};
  RolloutTarget target;
  target.host_id = "web-1";
  target.netns_cookie = 7;
  target.netns_inode = 4026532001;
  target.sysctls = {sysctl};
  target.state = InForce(state) ? TargetState::kHolding : TargetState::kReverting;
  Rollout rollout;
  rollout.id = id;
  rollout.state = state;
  rollout.targets = {target};
  return rollout;
}

class DesiredStateTest : public testing::Test {
 protected:
  void SetUp() override {
    Host host;
    host.host_id = "web-1";
    host.desired_revision = 4;
    ledger_.Put(host);
  }
  DesiredState Build() const { return BuildDesiredState(ledger_, "web-1", absl::Seconds(60)); }

  ControlLedger ledger_;
};

TEST_F(DesiredStateTest, HoldsWhatIsInForce) {
  ledger_.Put(RangeRollout("r1", RolloutState::kConfirmed, "1 2", "1 4"));
  Rollout other = RangeRollout("r2", RolloutState::kCanary, "5 6", "5 8");
  other.targets[0].netns_cookie = 8;
  ledger_.Put(other);
  Rollout ended = RangeRollout("r3", RolloutState::kReverting, "1 2", "1 9");
  ended.targets[0].netns_cookie = 9;
  ledger_.Put(ended);

  const DesiredState desired = Build();

  EXPECT_EQ(desired.revision, 4);
  ASSERT_EQ(desired.changes.size(), 2u);
  EXPECT_EQ(desired.changes[0].rollout, "rollouts/r1");
  EXPECT_TRUE(desired.changes[0].confirmed);
  EXPECT_EQ(desired.changes[1].rollout, "rollouts/r2");
  EXPECT_EQ(desired.changes[1].lease, absl::Seconds(60));
}

TEST_F(DesiredStateTest, ANewerRolloutCoversAConfirmedOne) {
  ledger_.Put(RangeRollout("r1", RolloutState::kConfirmed, "1 2", "1 4"));
  ledger_.Put(RangeRollout("r2", RolloutState::kCanary, "1\t4", "1 8"));

  const DesiredState desired = Build();

  ASSERT_EQ(desired.changes.size(), 1u);
  EXPECT_EQ(desired.changes[0].rollout, "rollouts/r2");
  // The agent puts "1 2" back first, since r1 is not desired any more.
  EXPECT_EQ(desired.changes[0].change.expected_value, "1 2");
  EXPECT_EQ(desired.changes[0].change.desired_value, "1 8");
  auto r1 = ledger_.rollouts().Find("r1");
  auto r2 = ledger_.rollouts().Find("r2");
  EXPECT_TRUE(IsCovered(ledger_, *r1, r1->targets[0], kRange));
  EXPECT_FALSE(IsCovered(ledger_, *r2, r2->targets[0], kRange));
}

TEST_F(DesiredStateTest, ExpectsTheAdministratorsValueWhereThatWasApproved) {
  ledger_.Put(RangeRollout("r1", RolloutState::kConfirmed, "1 2", "1 4"));
  ledger_.Put(RangeRollout("r2", RolloutState::kCanary, "1 6", "1 8"));

  EXPECT_EQ(Build().changes[0].change.expected_value, "1 6");
}

TEST_F(DesiredStateTest, TheCoveredOneComesBackWhenTheNewerGoes) {
  ledger_.Put(RangeRollout("r1", RolloutState::kConfirmed, "1 2", "1 4"));
  ledger_.Put(RangeRollout("r2", RolloutState::kReverting, "1 4", "1 8"));

  const DesiredState desired = Build();

  ASSERT_EQ(desired.changes.size(), 1u);
  EXPECT_EQ(desired.changes[0].rollout, "rollouts/r1");
  EXPECT_EQ(desired.changes[0].change.expected_value, "1 2");
}

TEST_F(DesiredStateTest, ABumpMovesTheRevisionOfAKnownHost) {
  EXPECT_EQ(BumpDesiredRevision(ledger_, "web-1"), 5);
  EXPECT_EQ(Build().revision, 5);
  EXPECT_EQ(BumpDesiredRevision(ledger_, "nosuch"), 0);
}

}  // namespace
}  // namespace berthmaster
