#include "agent/link/backoff.h"

#include <gtest/gtest.h>

#include "tests/fakes/fake_clock.h"

namespace berthmaster {
namespace {

// Always the largest number.
class MaxRandom final : public Random {
 public:
  uint64_t Next() override { return ~uint64_t{0}; }
};

TEST(Backoff, DoublesItsCeilingUpToTheMaximum) {
  MaxRandom random;
  Backoff backoff(absl::Milliseconds(500), absl::Seconds(30), random);
  const int64_t ceilings_milliseconds[] = {500, 1000, 2000, 4000, 8000, 16000, 30000, 30000};

  for (int64_t ceiling : ceilings_milliseconds) {
    EXPECT_NEAR(absl::ToDoubleMilliseconds(backoff.Next()), static_cast<double>(ceiling), 0.001);
  }
  backoff.Reset();
  EXPECT_NEAR(absl::ToDoubleMilliseconds(backoff.Next()), 500, 0.001);
}

TEST(Backoff, SpreadsOverTheWholeInterval) {
  FakeRandom random;
  int below_half = 0;
  for (int i = 0; i < 1000; ++i) {
    Backoff backoff(absl::Seconds(1), absl::Seconds(30), random);
    absl::Duration delay = backoff.Next();
    EXPECT_GE(delay, absl::ZeroDuration());
    EXPECT_LT(delay, absl::Seconds(1));
    if (delay < absl::Milliseconds(500)) ++below_half;
  }
  EXPECT_GT(below_half, 450);
  EXPECT_LT(below_half, 550);
}

}  // namespace
}  // namespace berthmaster
