#include "controller/replay/error_list.h"

#include <gtest/gtest.h>

#include <limits>

namespace berthmaster {
namespace {

TEST(ErrorList, GivesMedianAndPercentileOfTheAbsoluteErrors) {
  ErrorList errors;
  EXPECT_EQ(errors.Figures().count, 0);
  for (int i = 1; i <= 10; ++i) errors.Add(i % 2 == 0 ? i : -i);
  EXPECT_EQ(errors.Figures().count, 10);
  EXPECT_EQ(errors.Figures().median, 5);
  EXPECT_EQ(errors.Figures().percentile_90, 9);
}

TEST(ErrorList, IsBoundedAndStaysTrue) {
  ErrorList errors;
  for (int i = 0; i < 1'000'000; ++i) errors.Add(i % 1000);
  EXPECT_EQ(errors.Figures().count, 1'000'000);
  EXPECT_NEAR(errors.Figures().median, 500, 30);
  EXPECT_NEAR(errors.Figures().percentile_90, 900, 30);
}

TEST(ErrorList, TakesWhatIsNoNumberForTheLargest) {
  ErrorList errors;
  errors.Add(std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(errors.Figures().median, std::numeric_limits<double>::max());
}

}  // namespace
}  // namespace berthmaster
