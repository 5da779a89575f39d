#include "agent/collect/time_wait_makers.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace berthmaster {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class TimeWaitMakersTest : public testing::Test {
 protected:
  static PoolKey Key(const char* destination) {
    return {IpAddress::Parse("10.0.0.1").value(), IpAddress::Parse(destination).value(), 443};
  }
  TimeWaitMaker Made(const std::string& process, int64_t count, int32_t pid = 1) const {
    return {7, key_, 5, pid, process, count};
  }
  void AddAfter(int seconds, const std::vector<TimeWaitMaker>& made) {
    now_ += absl::Seconds(seconds);
    makers_.Add(now_, made);
  }
  // "api 1: 100"
  std::vector<std::string> Lines() const {
    std::vector<std::string> lines;
    for (const TimeWaitMakers::Maker& maker : makers_.MakersOf(key_, now_)) {
      lines.push_back(absl::StrCat(maker.process, " ", maker.pid, ": ", maker.time_wait));
    }
    std::sort(lines.begin(), lines.end());
    return lines;
  }

  const PoolKey key_ = Key("10.0.0.2");
  absl::Duration now_ = absl::Seconds(1000);
  TimeWaitMakers makers_;
};

// Since when the first counts is not known.
TEST_F(TimeWaitMakersTest, CountsFromTheSecondTakeOn) {
  AddAfter(0, {Made("api", 500)});
  EXPECT_THAT(Lines(), IsEmpty());
  AddAfter(62, {Made("api", 100, 9), Made("job", 20, 8)});
  EXPECT_THAT(Lines(), ElementsAre("api 9: 100", "job 8: 20"));
}

TEST_F(TimeWaitMakersTest, CountsAsLongAsATimeWaitLasts) {
  AddAfter(0, {});
  for (int take = 0; take < 12; ++take) AddAfter(10, {Made("api", 10)});
  // 70 s: the seven takes that reach into the last 62 s.
  EXPECT_THAT(Lines(), ElementsAre("api 1: 70"));
  for (int take = 0; take < 5; ++take) AddAfter(10, {});
  EXPECT_THAT(Lines(), ElementsAre("api 1: 20"));
  for (int take = 0; take < 2; ++take) AddAfter(10, {});
  EXPECT_THAT(Lines(), IsEmpty());
}

TEST_F(TimeWaitMakersTest, CountsEachSecondToo) {
  AddAfter(0, {});
  for (int take = 0; take < 200; ++take) AddAfter(1, {Made("api", 10)});
  // Slots of four seconds, so up to 66 s.
  EXPECT_THAT(Lines(), ElementsAre("api 1: 640"));
}

TEST_F(TimeWaitMakersTest, GoesByThePaceWhereItIsYounger) {
  AddAfter(0, {});
  AddAfter(2, {Made("api", 30), Made("job", 10)});
  EXPECT_THAT(Lines(), ElementsAre("api 1: 930", "job 1: 310"));
  AddAfter(29, {});
  EXPECT_THAT(Lines(), ElementsAre("api 1: 60", "job 1: 20"));
}

TEST_F(TimeWaitMakersTest, TellsNoPaceInTheFirstSecond) {
  AddAfter(0, {});
  makers_.Add(now_ + absl::Milliseconds(900), {Made("api", 30)});
  EXPECT_THAT(makers_.MakersOf(key_, now_ + absl::Milliseconds(900)), IsEmpty());
}

TEST_F(TimeWaitMakersTest, TellsPoolsApart) {
  AddAfter(0, {});
  TimeWaitMaker other = Made("api", 5);
  other.key = Key("10.0.0.3");
  AddAfter(62, {Made("api", 100), other});
  EXPECT_THAT(Lines(), ElementsAre("api 1: 100"));
}

TEST_F(TimeWaitMakersTest, ForgetsThoseOfTheFewest) {
  AddAfter(0, {});
  std::vector<TimeWaitMaker> many;
  for (size_t number = 0; number < kTimeWaitMakersMax + 100; ++number) {
    many.push_back(Made(absl::StrCat("p", number), 1));
  }
  AddAfter(10, many);
  AddAfter(52, {Made("api", 100)});
  const auto makers = makers_.MakersOf(key_, now_);
  EXPECT_EQ(makers.size(), kTimeWaitMakersMax);
  EXPECT_THAT(Lines(), testing::Contains("api 1: 100"));
}

}  // namespace
}  // namespace berthmaster
