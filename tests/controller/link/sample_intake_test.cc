#include "controller/link/sample_intake.h"

#include <gtest/gtest.h>

namespace berthmaster {
namespace {

using Verdict = SampleIntake::Verdict;

std::shared_ptr<const HostSample> Sample(int64_t sequence, size_t pools = 1) {
  auto sample = std::make_shared<HostSample>();
  sample->sequence = sequence;
  sample->namespaces.emplace_back().pools.resize(pools);
  return sample;
}

// Takes a sample as a stream does.
Verdict Take(SampleIntake& intake, int64_t sequence, int64_t base_sequence, size_t pools = 1) {
  const SampleIntake::Judgement judgement = intake.Judge(sequence, base_sequence);
  if (judgement.verdict != Verdict::kRead) return judgement.verdict;
  EXPECT_EQ(judgement.base == nullptr ? 0 : judgement.base->sequence, base_sequence);
  intake.Keep(Sample(sequence, pools));
  return judgement.verdict;
}

TEST(SampleIntake, KeepsOneSampleAtRest) {
  SampleIntake intake;
  EXPECT_EQ(Take(intake, 1, 0), Verdict::kRead);
  intake.Acknowledge(1);
  for (int64_t sequence = 2; sequence < 100; ++sequence) {
    EXPECT_EQ(Take(intake, sequence, sequence - 1), Verdict::kRead);
    intake.Acknowledge(sequence);
    EXPECT_EQ(intake.kept_count(), 1u);
  }
}

TEST(SampleIntake, KeepsOneSampleOfAnAgentThatSendsNoDeltas) {
  SampleIntake intake;
  for (int64_t sequence = 1; sequence < 100; ++sequence) {
    EXPECT_EQ(Take(intake, sequence, 0), Verdict::kRead);
    intake.Acknowledge(sequence);
    EXPECT_EQ(intake.kept_count(), 1u);
  }
}

TEST(SampleIntake, HasWhatAWholeWindowMayBeAgainst) {
  SampleIntake intake;
  Take(intake, 1, 0);
  intake.Acknowledge(1);
  for (int64_t sequence = 2; sequence <= 33; ++sequence) {
    EXPECT_EQ(Take(intake, sequence, 1), Verdict::kRead);
  }
  EXPECT_EQ(intake.kept_count(), kBaseSamplesMax);
  // The agent heard of 2 and of 33 only.
  intake.Acknowledge(2);
  intake.Acknowledge(33);
  EXPECT_EQ(Take(intake, 34, 2), Verdict::kRead);
  EXPECT_EQ(Take(intake, 35, 33), Verdict::kRead);
  EXPECT_EQ(intake.kept_count(), 3u);
}

TEST(SampleIntake, IsBoundedByPoolsButForTheNewest) {
  SampleIntake intake;
  constexpr size_t kHalf = kBasePoolsMax / 2;
  for (int64_t sequence = 1; sequence <= 10; ++sequence) Take(intake, sequence, 0, kHalf);
  EXPECT_EQ(intake.kept_count(), 3u);
  Take(intake, 11, 0, 2 * kBasePoolsMax);
  EXPECT_EQ(intake.kept_count(), 3u);
  Take(intake, 12, 0, 1);
  EXPECT_EQ(intake.kept_count(), 1u);
}

TEST(SampleIntake, AsksOnceAndDropsUntilTheAgentBeginsAgain) {
  SampleIntake intake;
  Take(intake, 5, 0);
  EXPECT_EQ(intake.Judge(6, 4).verdict, Verdict::kAskForFull);
  EXPECT_EQ(intake.Judge(7, 4).verdict, Verdict::kDrop);
  EXPECT_EQ(intake.Judge(8, 5).verdict, Verdict::kDrop) << "6 would be acknowledged by it";
  EXPECT_EQ(intake.Judge(9, 0).verdict, Verdict::kDrop) << "and by this";

  EXPECT_EQ(Take(intake, 6, 0), Verdict::kRead);
  EXPECT_EQ(Take(intake, 7, 0), Verdict::kRead);
  EXPECT_EQ(Take(intake, 8, 6), Verdict::kRead);
}

TEST(SampleIntake, BeginsAgainWithOneThatItHas) {
  SampleIntake intake;
  for (int64_t sequence = 1; sequence <= 5; ++sequence) Take(intake, sequence, 0);
  EXPECT_EQ(intake.Judge(6, 77).verdict, Verdict::kAskForFull);

  EXPECT_EQ(Take(intake, 3, 0), Verdict::kRead);
  EXPECT_EQ(intake.kept_count(), 3u) << "1 to 3";
  EXPECT_EQ(intake.Judge(4, 5).verdict, Verdict::kAskForFull) << "5 is to come again";
}

}  // namespace
}  // namespace berthmaster
