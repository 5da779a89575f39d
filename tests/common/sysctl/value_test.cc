#include "common/sysctl/value.h"

#include <gtest/gtest.h>

namespace berthmaster {
namespace {

TEST(NormalizeSysctlValue, MakesWhiteSpaceOneSpace) {
  EXPECT_EQ(NormalizeSysctlValue("32768\t60999\n"), "32768 60999");
  EXPECT_EQ(NormalizeSysctlValue("  4096 \t 131072\v6291456\r\n"), "4096 131072 6291456");
  EXPECT_EQ(NormalizeSysctlValue("1"), "1");
  EXPECT_EQ(NormalizeSysctlValue("\n"), "");
  EXPECT_EQ(NormalizeSysctlValue(""), "");
}

TEST(TakeSysctlInteger, ReadsAsTheKernelDoes) {
  auto take = [](absl::string_view text) { return TakeSysctlInteger(text); };
  EXPECT_EQ(take(" 30\n"), 30);
  EXPECT_EQ(take("-1"), -1);
  EXPECT_EQ(take("0x1F"), 31);
  EXPECT_EQ(take("010"), 8);
  EXPECT_EQ(take("0"), 0);
  EXPECT_EQ(take("1 # why"), 1);
  for (const char* text :
       {"", " ", "-", "+1", "1#why", "30s", "0x", "09", "1,2", "9223372036854775808"}) {
    EXPECT_EQ(take(text), std::nullopt) << text;
  }
}

TEST(TakeSysctlInteger, LeavesTheRest) {
  absl::string_view text = "1024\t65535";
  EXPECT_EQ(TakeSysctlInteger(text), 1024);
  EXPECT_EQ(text, "\t65535");
}

}  // namespace
}  // namespace berthmaster
