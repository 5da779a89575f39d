#include "agent/tune/tuner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/agent/tune/tuner_fixture.h"

namespace berthmaster {
namespace {

using ::testing::HasSubstr;
using TunerTest = TunerFixture;

TEST_F(TunerTest, AppliesAChangeAndReadsItBack) {
  DesiredStateReply reply = tuner_->Apply({5, 77, {WidenRange()}});

  EXPECT_EQ(Range(), "16384 60999");
  DesiredStateReply expected{77,
                             5,
                             {{"rollouts/widen", 7, "net.ipv4.ip_local_port_range",
                               ApplyState::kApplied, "16384 60999", ""}}};
  EXPECT_EQ(reply, expected);
  EXPECT_EQ(tuner_->applied_revision(), 5);
}

TEST_F(TunerTest, ComparesValuesAsTheKernelUnderstandsThem) {
  kernel_.Set(kNetns, kReservedPortsSysctl, "40000-40002");
  DesiredChange change = WidenRange();
  change.change = {std::string(kReservedPortsSysctl), "40000,40001,40002", "40000,40001"};

  ChangeResult result = PushOne(change);

  EXPECT_EQ(result.state, ApplyState::kApplied) << result.error;
  EXPECT_EQ(result.effective_value, "40000-40001");
}

TEST_F(TunerTest, WritesNothingWhenTheSameStateIsPushedAgain) {
  Push({WidenRange()});
  ChangeResult result = PushOne(WidenRange());

  EXPECT_EQ(result.state, ApplyState::kApplied);
  EXPECT_EQ(result.effective_value, "16384 60999");
  EXPECT_EQ(kernel_.write_count(), 1);
}

TEST_F(TunerTest, RevertsWhatIsNoLongerDesired) {
  Push({WidenRange(), ReuseTimeWait()});
  DesiredStateReply reply = Push({ReuseTimeWait()});

  EXPECT_EQ(Range(), "32768 60999");
  EXPECT_EQ(Reuse(), "1");
  ASSERT_EQ(reply.results.size(), 2u);
  EXPECT_EQ(reply.results[0].rollout, "rollouts/widen");
  EXPECT_EQ(reply.results[0].state, ApplyState::kReverted);
  EXPECT_EQ(reply.results[0].effective_value, "32768 60999");
  EXPECT_EQ(reply.results[1].state, ApplyState::kApplied);
  EXPECT_EQ(reply.revision, 2);
}

TEST_F(TunerTest, RevertsBeforeItAppliesTheNextChangeOfTheSameSysctl) {
  Push({WidenRange()});
  DesiredChange next = WidenRange();
  next.rollout = "rollouts/wider";
  next.change.desired_value = "10240 60999";

  DesiredStateReply reply = Push({next});

  ASSERT_EQ(reply.results.size(), 2u);
  EXPECT_EQ(reply.results[0].state, ApplyState::kReverted);
  EXPECT_EQ(reply.results[1].state, ApplyState::kApplied) << reply.results[1].error;
  EXPECT_EQ(Range(), "10240 60999");
}

TEST_F(TunerTest, LeavesAloneWhatSomebodyElseWroteSince) {
  Push({WidenRange()});
  kernel_.Set(kNetns, kPortRangeSysctl, "20000 50000");

  DesiredStateReply reply = Push({});

  ASSERT_EQ(reply.results.size(), 1u);
  EXPECT_EQ(reply.results[0].state, ApplyState::kDrifted);
  EXPECT_EQ(reply.results[0].effective_value, "20000 50000");
  EXPECT_EQ(Range(), "20000 50000");
  EXPECT_TRUE(Push({}).results.empty());
}

TEST_F(TunerTest, NeverAppliesADriftedChangeAgain) {
  Push({WidenRange()});
  kernel_.Set(kNetns, kPortRangeSysctl, "20000 50000");
  EXPECT_EQ(PushOne(WidenRange()).state, ApplyState::kDrifted);

  kernel_.Set(kNetns, kPortRangeSysctl, "32768 60999");
  Start();

  ChangeResult result = PushOne(WidenRange());
  EXPECT_EQ(result.state, ApplyState::kDrifted);
  EXPECT_EQ(result.effective_value, "32768 60999");
  EXPECT_EQ(result.error, "");
  EXPECT_EQ(kernel_.write_count(), 1);
}

TEST_F(TunerTest, ReportsDriftOfItsOwnAccord) {
  Push({WidenRange()});
  EXPECT_EQ(tuner_->CheckLeases(), std::nullopt);
  kernel_.Set(kNetns, kPortRangeSysctl, "20000 50000");
  clock_.Advance(absl::Seconds(11));

  std::optional<DesiredStateReply> report = tuner_->CheckLeases();

  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->nonce, 0);
  ASSERT_EQ(report->results.size(), 1u);
  EXPECT_EQ(report->results[0].state, ApplyState::kDrifted);
  EXPECT_EQ(report->results[0].effective_value, "20000 50000");
  EXPECT_EQ(tuner_->CheckLeases(), std::nullopt);
}

TEST_F(TunerTest, ClosesTheChangesOfANamespaceThatIsGone) {
  Push({WidenRange()});
  kernel_.Remove(kNetns);

  DesiredStateReply reply = Push({});

  ASSERT_EQ(reply.results.size(), 1u);
  EXPECT_EQ(reply.results[0].state, ApplyState::kReverted);
  EXPECT_EQ(reply.results[0].effective_value, "");
  EXPECT_TRUE(Push({}).results.empty());
}

TEST_F(TunerTest, TellsAnEndedNamespaceFromARevert) {
  Push({WidenRange()});
  kernel_.Remove(kNetns);
  clock_.Advance(absl::Seconds(11));

  std::optional<DesiredStateReply> report = tuner_->CheckLeases();

  ASSERT_TRUE(report.has_value());
  ASSERT_EQ(report->results.size(), 1u);
  EXPECT_EQ(report->results[0].state, ApplyState::kRefused);
  EXPECT_EQ(report->results[0].error.substr(0, 12), "NETNS_GONE: ");
  EXPECT_EQ(tuner_->CheckLeases(), std::nullopt);
}

TEST_F(TunerTest, KeepsTheChangesOfANamespaceWhoseSysctlIsMissing) {
  Push({ReuseTimeWait()});
  kernel_.Forget(kNetns, kTimeWaitReuseSysctl);

  EXPECT_EQ(Push({}).results[0].state, ApplyState::kFailed);
  kernel_.Set(kNetns, kTimeWaitReuseSysctl, "1");
  clock_.Advance(absl::Seconds(6));
  tuner_->CheckLeases();

  EXPECT_EQ(Reuse(), "2");
}

TEST_F(TunerTest, PutsThePriorValueBackWhenTheKernelMadeItSomethingElse) {
  kernel_.TwistWrites("16384 50000", 1);

  ChangeResult result = PushOne(WidenRange());

  EXPECT_EQ(result.state, ApplyState::kFailed);
  EXPECT_EQ(result.effective_value, "32768 60999");
  EXPECT_THAT(result.error, HasSubstr("the kernel made it '16384 50000'"));
  EXPECT_EQ(Range(), "32768 60999");
  EXPECT_TRUE(Push({}).results.empty());
}

TEST_F(TunerTest, GoesOnTryingWhenThePriorValueCannotBePutBack) {
  kernel_.TwistWrites("16384 50000", 2);
  EXPECT_EQ(PushOne(WidenRange()).state, ApplyState::kFailed);
  EXPECT_EQ(Range(), "16384 50000");

  std::optional<DesiredStateReply> report = tuner_->CheckLeases();

  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->results[0].state, ApplyState::kReverted);
  EXPECT_EQ(Range(), "32768 60999");
}

TEST_F(TunerTest, SaysWhenTheKernelRefusesTheWrite) {
  kernel_.FailWrites(absl::PermissionDeniedError("Read-only file system"));

  ChangeResult result = PushOne(WidenRange());

  EXPECT_EQ(result.state, ApplyState::kFailed);
  EXPECT_EQ(result.effective_value, "32768 60999");
  EXPECT_THAT(result.error, HasSubstr("Read-only file system"));
  EXPECT_EQ(tuner_->applied_revision(), 0);
}

TEST_F(TunerTest, RetriesARevertThatFailed) {
  Push({WidenRange()});
  kernel_.FailWrites(absl::PermissionDeniedError("Read-only file system"));
  DesiredStateReply reply = Push({});
  EXPECT_EQ(reply.results[0].state, ApplyState::kFailed);
  EXPECT_EQ(reply.revision, 1);

  clock_.Advance(absl::Seconds(6));
  EXPECT_EQ(tuner_->CheckLeases(), std::nullopt) << "a retry that fails is not reported again";
  kernel_.FailWrites(absl::OkStatus());
  clock_.Advance(absl::Seconds(6));

  std::optional<DesiredStateReply> report = tuner_->CheckLeases();
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->results[0].state, ApplyState::kReverted);
  EXPECT_EQ(Range(), "32768 60999");
}

TEST_F(TunerTest, RemembersOverARestart) {
  tuner_->Apply({5, 77, {WidenRange()}});

  Start();

  EXPECT_EQ(tuner_->applied_revision(), 5);
  EXPECT_EQ(Push({}).results[0].state, ApplyState::kReverted);
  EXPECT_EQ(Range(), "32768 60999");
}

TEST_F(TunerTest, ForgetsWhatAnotherBootChanged) {
  tuner_->Apply({5, 77, {WidenRange()}});
  kernel_.Set(kNetns, kPortRangeSysctl, "32768 60999");
  options_.boot_id = "boot-2";

  Start();

  EXPECT_EQ(tuner_->applied_revision(), 0);
  EXPECT_TRUE(Push({}).results.empty());
}

TEST_F(TunerTest, RevertsInANamespaceInWhichItMayNoLongerMakeChanges) {
  Push({WidenRange()});
  FakeNetnsSysctl nothing;
  enforced_ = &nothing;
  Start();

  EXPECT_EQ(Push({}).results[0].state, ApplyState::kReverted);
  EXPECT_EQ(Range(), "32768 60999");
}

}  // namespace
}  // namespace berthmaster
