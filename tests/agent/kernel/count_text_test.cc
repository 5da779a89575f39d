#include "agent/kernel/count_text.h"

#include "gtest/gtest.h"

namespace berthmaster {
namespace {

TEST(CountText, HasTheWordsForOneAndForSeveral) {
  EXPECT_EQ(CountText(1, "process may", "processes may"), "1 process may");
  EXPECT_EQ(CountText(2, "process may", "processes may"), "2 processes may");
  EXPECT_EQ(CountText(0, "process may", "processes may"), "0 processes may");
}

}  // namespace
}  // namespace berthmaster
