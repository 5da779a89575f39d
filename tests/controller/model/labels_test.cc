#include "controller/model/labels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace berthmaster {
namespace {

using ::testing::HasSubstr;

class LabelSelectorTest : public testing::Test {
 protected:
  bool Selects(const LabelSelector& selector,
               std::optional<IncidentCause> cause = IncidentCause::kTimeWaitChurn) const {
    return Matches(selector, {labels_, "web-1", "shop/cart-7", cause});
  }

  Labels labels_ = {{"pod", "cart-7"}, {"unit", "a.service"}, {"host", "a liar"}, {"empty", ""}};
};

TEST_F(LabelSelectorTest, NeedsEveryTerm) {
  EXPECT_TRUE(Selects({{"pod", "cart-7"}}));
  EXPECT_TRUE(Selects({{"pod", "cart-7"}, {"unit", "a.service"}}));
  EXPECT_FALSE(Selects({{"pod", "cart-7"}, {"unit", "b.service"}}));
  EXPECT_FALSE(Selects({{"container", "cart"}}));
  EXPECT_FALSE(Selects({{"pod", "cart"}}));
}

TEST_F(LabelSelectorTest, OfNoTermsSelectsEverything) { EXPECT_TRUE(Selects({})); }

TEST_F(LabelSelectorTest, KnowsHostNetnsAndCauseWhateverTheLabelsSay) {
  EXPECT_TRUE(Selects({{"host", "web-1"}, {"netns", "shop/cart-7"}, {"cause", "time_wait_churn"}}));
  EXPECT_FALSE(Selects({{"host", "a liar"}}));
  EXPECT_FALSE(Selects({{"cause", "snat_pool"}}));
  EXPECT_FALSE(Selects({{"cause", "time_wait_churn"}}, std::nullopt));
}

TEST(CheckSelector, SaysWhatIsAllowed) {
  auto message = [](const LabelSelector& selector, SelectorUse use = SelectorUse::kIncidents) {
    return std::string(CheckSelector("selector", selector, use).message());
  };
  LabelSelector many;
  for (int i = 0; i < 17; ++i) many[absl::StrCat("l", i)] = "v";

  EXPECT_EQ(message({{"pod", "a"}, {"cause", "udp_ports"}}), "");
  EXPECT_EQ(message(many), "selector: has 17 labels; at most 16 are allowed");
  EXPECT_EQ(message({{"", "a"}}), "selector: a label's name has 1 to 128 bytes");
  EXPECT_EQ(message({{"pod", ""}}),
            "selector: the value of pod has 0 bytes; 1 to 1024 are allowed");
  EXPECT_THAT(
      message({{"cause", "leak"}}),
      HasSubstr("selector: cause: 'leak' is none; write time_wait_churn, established_leak"));
  EXPECT_THAT(message({{"cause", "udp_ports"}}, SelectorUse::kNamespaces),
              HasSubstr("what decides on a cause can not depend on it"));
}

TEST(LabelsText, GivesBackAnyLabels) {
  const Labels odd = {
      {"a", "b"}, {"", ""}, {"=,\\", "\\,="}, {"text", std::string("\xff\n\0 end", 7)}};

  EXPECT_EQ(LabelsText({{"b", "2"}, {"a", "x,y"}}), "a=x\\,y,b=2");
  EXPECT_EQ(ParseLabelsText(LabelsText(odd)).value(), odd);
  EXPECT_EQ(ParseLabelsText("").value(), Labels());
}

TEST(LabelsText, OfAnotherFormIsRefused) {
  for (const char* text : {"a", "a=1,b", "a=1,a=2", ",", "a=1,,b=2"}) {
    EXPECT_EQ(ParseLabelsText(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

}  // namespace
}  // namespace berthmaster
