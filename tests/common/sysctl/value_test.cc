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

}  // namespace
}  // namespace berthmaster
