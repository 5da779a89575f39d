#include "common/ids/user_name.h"

#include <gtest/gtest.h>

#include <string>

namespace berthmaster {
namespace {

TEST(IsUserNameTest, TakesNamesAndNothingElse) {
  EXPECT_TRUE(IsUserName("alice"));
  EXPECT_TRUE(IsUserName("Alice.B_c-9@example.org"));
  EXPECT_TRUE(IsUserName(std::string(64, 'x')));
  EXPECT_FALSE(IsUserName(""));
  EXPECT_FALSE(IsUserName(std::string(65, 'x')));
  EXPECT_FALSE(IsUserName("policy/x"));
  EXPECT_FALSE(IsUserName("a b"));
  EXPECT_FALSE(IsUserName("a\n"));
  EXPECT_FALSE(IsUserName("\xc3\xb6"));
}

}  // namespace
}  // namespace berthmaster
