#include "agent/top/top_state.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/agent/top/top_samples.h"

namespace berthmaster {
namespace {

class TopStateTest : public testing::Test {
 protected:
  void Press(absl::string_view bytes) {
    for (const Key& key : ParseKeys(bytes)) {
      HandleKey(key, Rows(), 2, state_);
      FollowSelection(Rows(), 2, state_);
    }
  }
  std::vector<TopRow> Rows() const {
    return SelectRows(sample_, state_.sort, state_.is_reversed, state_.filter);
  }

  TopSample sample_{TwoNamespaces()};
  TopState state_;
};

TEST_F(TopStateTest, QuitsOnQ) {
  Press("q");
  EXPECT_TRUE(state_.is_quitting);
}

TEST_F(TopStateTest, MovesWithinTheRows) {
  Press("\x1b[A");
  EXPECT_EQ(state_.selected, 0u);
  Press("\x1b[B\x1b[B");
  EXPECT_EQ(state_.selected, 2u);
  EXPECT_EQ(state_.first_shown, 1u) << "two rows fit";
  Press("\x1b[B\x1b[6~");
  EXPECT_EQ(state_.selected, 2u);
  Press("\x1b[H");
  EXPECT_EQ(state_.selected, 0u);
  EXPECT_EQ(state_.first_shown, 0u);
  Press("\x1b[F");
  EXPECT_EQ(state_.selected, 2u);
}

TEST_F(TopStateTest, KeepsThePoolSelectedWhenTheOrderChanges) {
  Press("\x1b[B");
  ASSERT_EQ(Rows()[state_.selected].netns->label, "green");
  Press("d");
  EXPECT_EQ(state_.sort, TopSort::kHeadroom);
  EXPECT_EQ(Rows()[state_.selected].netns->label, "green");
  EXPECT_EQ(state_.selected, 0u);
  Press("d");
  EXPECT_TRUE(state_.is_reversed);
  EXPECT_EQ(Rows()[state_.selected].netns->label, "green");
}

TEST_F(TopStateTest, TakesEveryCharacterWhileAFilterIsTyped) {
  Press("/quit");
  EXPECT_TRUE(state_.is_typing);
  EXPECT_FALSE(state_.is_quitting);
  EXPECT_EQ(state_.filter, "quit");
  Press("\x7f\r");
  EXPECT_FALSE(state_.is_typing);
  EXPECT_EQ(state_.filter, "qui");
  Press("\x1b");
  EXPECT_EQ(state_.filter, "");
  Press("/" + std::string(1000, 'a'));
  EXPECT_EQ(state_.filter.size(), 64u);
}

TEST_F(TopStateTest, OpensAndClosesPages) {
  Press("\r");
  EXPECT_EQ(state_.page, TopPage::kDetail);
  Press("\r");
  EXPECT_EQ(state_.page, TopPage::kPools);
  Press("?");
  EXPECT_EQ(state_.page, TopPage::kHelp);
  Press("\x1b");
  EXPECT_EQ(state_.page, TopPage::kPools);
  Press("l");
  EXPECT_EQ(state_.page, TopPage::kLimitations);
}

TEST_F(TopStateTest, ChangesThePaceWithinBounds) {
  Press("+");
  EXPECT_EQ(state_.interval, absl::Seconds(4));
  Press("++++++++");
  EXPECT_EQ(state_.interval, absl::Minutes(1));
  Press("----------");
  EXPECT_EQ(state_.interval, absl::Seconds(1));
  Press("p");
  EXPECT_TRUE(state_.is_paused);
  Press(" ");
  EXPECT_FALSE(state_.is_paused);
}

TEST_F(TopStateTest, LivesWithNothingToShow) {
  sample_ = TopSample();
  Press("\r\x1b[B\x1b[6~\x1b[F\x1b[A");
  EXPECT_EQ(state_.page, TopPage::kPools);
  EXPECT_EQ(state_.selected, 0u);
}

}  // namespace
}  // namespace berthmaster
