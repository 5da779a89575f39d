#include "agent/kernel/netfilter/conntrack_stat.h"

#include "gtest/gtest.h"

namespace berthmaster {
namespace {

using CounterMap = std::map<std::string, int64_t>;

TEST(ConntrackStat, AddsUpTheProcessors) {
  CounterMap counters;
  ASSERT_TRUE(
      ParseConntrackStat("entries  clashres found new insert_failed drop early_drop\n"
                         "0000000c  00000001 00000000 00000000 00000008 0000000a ffffffff\n"
                         "0000000c  00000000 00000000 00000000 00000010 0000000a ffffffff\n",
                         counters)
          .ok());
  EXPECT_EQ(counters,
            (CounterMap{
                {"clashres", 1}, {"drop", 20}, {"early_drop", 8589934590}, {"insert_failed", 24}}));
}

TEST(ConntrackStat, RefusesWhatIsNotOfThatForm) {
  for (const char* text : {"", "drop\n", "drop insert_failed\n00000001\n", "drop\nx\n",
                           "drop\n100000000\n", "drop\n00000001 00000002\n"}) {
    CounterMap counters;
    EXPECT_EQ(ParseConntrackStat(text, counters).code(), absl::StatusCode::kInvalidArgument)
        << text;
    EXPECT_TRUE(counters.empty()) << text;
  }
}

}  // namespace
}  // namespace berthmaster
