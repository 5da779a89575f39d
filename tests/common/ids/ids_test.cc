#include "common/ids/ids.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/status/status.h"

namespace berthmaster {
namespace {

class CountingRandom final : public Random {
 public:
  uint64_t Next() override { return next_--; }

 private:
  uint64_t next_ = ~uint64_t{0};
};

TEST(NewId, HasTwentyBase32Characters) {
  CountingRandom random;

  std::string id = NewId(absl::FromUnixMillis(1), random);

  EXPECT_EQ(id, "0000000001zzzzzzzzzz");
}

TEST(NewId, SortsByTime) {
  CountingRandom random;
  absl::Time now = absl::FromUnixSeconds(1795305600);

  std::string before = NewId(now, random);
  std::string after = NewId(now + absl::Milliseconds(1), random);

  EXPECT_LT(before, after);
  EXPECT_NE(NewId(now, random), before);
}

TEST(CheckHostId, TakesNames) {
  for (const std::string& id :
       {std::string("web-1"), std::string("9"), std::string("A.b_c-d"), std::string(253, 'x')}) {
    EXPECT_TRUE(CheckHostId(id).ok()) << id;
  }
}

TEST(CheckHostId, RefusesTheRest) {
  for (const std::string& id : {std::string(), std::string("-web"), std::string(".."),
                                std::string("a/b"), std::string("a b"), std::string("h\xc3\xb6st"),
                                std::string("a\0b", 3), std::string(254, 'x')}) {
    EXPECT_TRUE(absl::IsInvalidArgument(CheckHostId(id))) << id;
  }
}

}  // namespace
}  // namespace berthmaster
