#include "agent/top/top_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/agent/top/top_samples.h"

namespace berthmaster {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Names(const TopSample& sample, TopSort sort, bool is_reversed = false,
                               const char* filter = "") {
  std::vector<std::string> names;
  for (const TopRow& row : SelectRows(sample, sort, is_reversed, filter)) {
    names.push_back(absl::StrCat(row.netns->label, " ", row.pool->in_use));
  }
  return names;
}

TEST(SelectRows, OrdersByEachFigure) {
  const TopSample sample(TwoNamespaces());

  EXPECT_THAT(Names(sample, TopSort::kUtilization), ElementsAre("blue 350", "green 30", "blue 20"));
  EXPECT_THAT(Names(sample, TopSort::kUtilization, true),
              ElementsAre("blue 20", "green 30", "blue 350"));
  EXPECT_THAT(Names(sample, TopSort::kInUse), ElementsAre("blue 350", "green 30", "blue 20"));
  EXPECT_THAT(Names(sample, TopSort::kHeadroom), ElementsAre("green 30", "blue 350", "blue 20"));
  EXPECT_THAT(Names(sample, TopSort::kNetns), ElementsAre("blue 350", "blue 20", "green 30"));
}

TEST(SelectRows, PutsWhatHasNoValueLast) {
  const TopSample sample(TwoNamespaces());

  EXPECT_THAT(Names(sample, TopSort::kRate), ElementsAre("blue 350", "green 30", "blue 20"));
  EXPECT_THAT(Names(sample, TopSort::kRate, true)[0], "blue 350");
  EXPECT_THAT(Names(sample, TopSort::kTimeToExhaustion)[0], "blue 350");
}

TEST(SelectRows, FiltersByWhatIsShownAndByLabels) {
  const TopSample sample(TwoNamespaces());

  EXPECT_THAT(Names(sample, TopSort::kUtilization, false, "GREEN"), ElementsAre("green 30"));
  EXPECT_THAT(Names(sample, TopSort::kUtilization, false, "0.3:443"), ElementsAre("blue 20"));
  EXPECT_THAT(Names(sample, TopSort::kUtilization, false, "shop-"),
              ElementsAre("blue 350", "blue 20"));
  EXPECT_THAT(Names(sample, TopSort::kUtilization, false, "nowhere"), IsEmpty());
}

TEST(TopSample, GathersLimitationsWithWhere) {
  HostSample taken = TwoNamespaces();
  taken.limitations = {"the host"};
  EXPECT_THAT(TopSample(taken).limitations(), ElementsAre("the host", "green: one thing; remedy"));
}

}  // namespace
}  // namespace berthmaster
