#include "cli/format.h"

#include <gtest/gtest.h>

namespace berthmaster {
namespace {

TEST(Format, ShowsTheTwoLargestUnitsOfADuration) {
  EXPECT_EQ(DurationText(absl::Milliseconds(420)), "0.4s");
  EXPECT_EQ(DurationText(absl::Seconds(12)), "12s");
  EXPECT_EQ(DurationText(absl::Seconds(192)), "3m12s");
  EXPECT_EQ(DurationText(absl::Minutes(125)), "2h05m");
  EXPECT_EQ(DurationText(absl::Hours(76)), "3d04h");
}

TEST(Format, NeverShowsANegativeAge) { EXPECT_EQ(DurationText(absl::Seconds(-3)), "0s"); }

TEST(Format, ShowsSharesAsWholePercentAlsoAboveOne) {
  EXPECT_EQ(PercentText(0.934), "93%");
  EXPECT_EQ(PercentText(3.121), "312%");
}

TEST(Format, ShowsWhatNeverHappenedAsUnknown) {
  EXPECT_EQ(AgeText(false, {}, absl::UnixEpoch()), "-");
}

TEST(Format, ShortensEnumNames) {
  EXPECT_EQ(EnumText("INCIDENT_STATE_OPEN", "INCIDENT_STATE_"), "OPEN");
}

}  // namespace
}  // namespace berthmaster
