#include "agent/tune/change_check.h"

#include <gtest/gtest.h>

namespace berthmaster {
namespace {

TEST(CheckForDuplicates, FindsOnlyTheSameSysctlInTheSameNamespace) {
  DesiredChange a;
  a.netns_cookie = 1;
  a.change.sysctl = "x";
  DesiredChange b = a;
  b.netns_cookie = 2;
  DesiredChange c = a;
  c.change.sysctl = "y";

  std::vector<absl::Status> verdicts = CheckForDuplicates({a, b, c, a});

  EXPECT_FALSE(verdicts[0].ok());
  EXPECT_TRUE(verdicts[1].ok());
  EXPECT_TRUE(verdicts[2].ok());
  EXPECT_FALSE(verdicts[3].ok());
}

}  // namespace
}  // namespace berthmaster
