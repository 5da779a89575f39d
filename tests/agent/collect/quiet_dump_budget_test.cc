#include "agent/collect/quiet_dump_budget.h"

#include "gtest/gtest.h"
#include "tests/fakes/fake_clock.h"

namespace berthmaster {
namespace {

TEST(QuietDumpBudgetTest, HasRoomForTheFirstDump) {
  FakeClock clock;
  QuietDumpBudget budget(clock);

  budget.BeginSample(1);

  EXPECT_TRUE(budget.HasRoom());
}

TEST(QuietDumpBudgetTest, PaysADumpOffBeforeTheNext) {
  FakeClock clock;
  QuietDumpBudget budget(clock);
  budget.BeginSample(1);

  // 2 ms were saved, 10 ms are owed: 50 s at 0.2 ms a second.
  budget.Spend(absl::Milliseconds(12));
  clock.Advance(absl::Seconds(49));
  budget.BeginSample(1);
  EXPECT_FALSE(budget.HasRoom());

  clock.Advance(absl::Seconds(2));
  budget.BeginSample(1);
  EXPECT_TRUE(budget.HasRoom());
}

TEST(QuietDumpBudgetTest, SavesNothingForABurst) {
  FakeClock clock;
  QuietDumpBudget budget(clock);
  budget.BeginSample(1);
  clock.Advance(absl::Hours(5));
  budget.BeginSample(1);

  budget.Spend(absl::Milliseconds(2));

  EXPECT_FALSE(budget.HasRoom());
}

TEST(QuietDumpBudgetTest, BoundsTheFirstDumps) {
  FakeClock clock;
  QuietDumpBudget budget(clock);
  budget.BeginSample(200);

  // 2 s are there at the start.
  EXPECT_TRUE(budget.HasRoomForFirst());
  budget.SpendFirst(absl::Milliseconds(1999));
  EXPECT_TRUE(budget.HasRoomForFirst());
  budget.SpendFirst(absl::Milliseconds(101));
  EXPECT_FALSE(budget.HasRoomForFirst());
  EXPECT_EQ(budget.first_spent(), absl::Milliseconds(2100));

  // 100 ms are owed: 50 s at 2 ms a second.
  clock.Advance(absl::Seconds(49));
  budget.BeginSample(200);
  EXPECT_FALSE(budget.HasRoomForFirst());
  EXPECT_EQ(budget.first_spent(), absl::ZeroDuration());
  clock.Advance(absl::Seconds(2));
  budget.BeginSample(200);
  EXPECT_TRUE(budget.HasRoomForFirst());
}

TEST(QuietDumpBudgetTest, LeavesEveryNamespaceItsTurn) {
  FakeClock clock;
  QuietDumpBudget budget(clock);

  budget.BeginSample(100);

  EXPECT_EQ(budget.Interval(absl::Milliseconds(3)), absl::Seconds(1500));
  EXPECT_EQ(budget.Interval(absl::ZeroDuration()), absl::ZeroDuration());
}

}  // namespace
}  // namespace berthmaster
