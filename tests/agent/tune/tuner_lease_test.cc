#include <gtest/gtest.h>

#include <string>

#include "tests/agent/tune/tuner_fixture.h"

namespace berthmaster {
namespace {

class TunerLeaseTest : public TunerFixture {
 protected:
  // The state that CheckLeases reports for its only change; kPending when it reports nothing.
  ApplyState CheckLeases() {
    std::optional<DesiredStateReply> report = tuner_->CheckLeases();
    if (!report.has_value()) return ApplyState::kPending;
    EXPECT_EQ(report->nonce, 0);
    EXPECT_EQ(report->results.size(), 1u);
    return report->results.front().state;
  }
};

TEST_F(TunerLeaseTest, RevertsAChangeWhoseLeaseRanOut) {
  Push({WidenRange()});
  clock_.Advance(absl::Seconds(60) - absl::Milliseconds(1));
  EXPECT_EQ(CheckLeases(), ApplyState::kPending);
  EXPECT_EQ(Range(), "16384 60999");

  clock_.Advance(absl::Milliseconds(1));

  EXPECT_EQ(CheckLeases(), ApplyState::kReverted);
  EXPECT_EQ(Range(), "32768 60999");
  EXPECT_EQ(tuner_->applied_revision(), 0) << "the controller has to push again";
  EXPECT_EQ(CheckLeases(), ApplyState::kPending);
}

TEST_F(TunerLeaseTest, RenewsWithEveryPush) {
  DesiredState state{1, 1, {WidenRange()}};
  for (int i = 0; i < 5; ++i) {
    tuner_->Apply(state);
    clock_.Advance(absl::Seconds(50));
    EXPECT_EQ(CheckLeases(), ApplyState::kPending);
  }
  EXPECT_EQ(kernel_.write_count(), 1);
}

TEST_F(TunerLeaseTest, DoesNotRenewARefusedChange) {
  Push({WidenRange()});
  clock_.Advance(absl::Seconds(50));
  DesiredChange change = WidenRange();
  change.lease = absl::Hours(2);
  EXPECT_EQ(PushOne(change).state, ApplyState::kRefused);

  clock_.Advance(absl::Seconds(10));

  EXPECT_EQ(CheckLeases(), ApplyState::kReverted);
}

TEST_F(TunerLeaseTest, KeepsAConfirmedChangeForEver) {
  Push({WidenRange()});
  DesiredChange confirmed = WidenRange();
  confirmed.confirmed = true;
  confirmed.lease = absl::ZeroDuration();
  EXPECT_EQ(PushOne(confirmed).state, ApplyState::kApplied);

  clock_.Advance(absl::Hours(1000));
  Start();

  EXPECT_EQ(CheckLeases(), ApplyState::kPending);
  EXPECT_EQ(Range(), "16384 60999");
  EXPECT_EQ(Push({}).results[0].state, ApplyState::kReverted);
}

TEST_F(TunerLeaseTest, AppliesAgainWhenTheControllerComesBack) {
  Push({WidenRange()});
  clock_.Advance(absl::Seconds(61));
  EXPECT_EQ(CheckLeases(), ApplyState::kReverted);

  EXPECT_EQ(PushOne(WidenRange()).state, ApplyState::kApplied);
  EXPECT_EQ(Range(), "16384 60999");
}

TEST_F(TunerLeaseTest, LeavesADriftedValueWhenTheLeaseRunsOut) {
  Push({WidenRange()});
  CheckLeases();
  kernel_.Set(kNetns, kPortRangeSysctl, "20000 50000");
  clock_.Advance(absl::Seconds(60));

  EXPECT_EQ(CheckLeases(), ApplyState::kDrifted);
  EXPECT_EQ(Range(), "20000 50000");
}

TEST_F(TunerLeaseTest, IsNotMovedByTheWallClock) {
  Push({WidenRange()});
  clock_.StepSystem(absl::Hours(48));
  EXPECT_EQ(CheckLeases(), ApplyState::kPending);
  clock_.StepSystem(absl::Hours(-96));
  Start();

  clock_.Advance(absl::Seconds(60));

  EXPECT_EQ(CheckLeases(), ApplyState::kReverted);
}

TEST_F(TunerLeaseTest, GoesOnOverARestart) {
  Push({WidenRange()});
  clock_.Advance(absl::Seconds(40));
  Start();
  EXPECT_EQ(CheckLeases(), ApplyState::kPending);

  clock_.Advance(absl::Seconds(20));

  EXPECT_EQ(CheckLeases(), ApplyState::kReverted);
  EXPECT_EQ(Range(), "32768 60999");
}

TEST_F(TunerLeaseTest, RunsOutWhileTheAgentIsDown) {
  Push({WidenRange()});
  tuner_.reset();
  clock_.Advance(absl::Minutes(10));
  Start();

  EXPECT_EQ(CheckLeases(), ApplyState::kReverted);
  EXPECT_EQ(Range(), "32768 60999");
}

}  // namespace
}  // namespace berthmaster
