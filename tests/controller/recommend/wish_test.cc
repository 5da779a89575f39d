#include "controller/recommend/wish.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/status/reason.h"
#include "tests/controller/recommend/recommend_case.h"

namespace berthmaster {
namespace {

bool Refuses(const std::vector<SettingAdvice>& answer) {
  for (const SettingAdvice& one : answer) {
    if (one.advice.severity == AdviceSeverity::kError) return true;
  }
  return false;
}

std::vector<SettingAdvice> Answer(const RecommendCase& c, const std::string& setting,
                                  const std::string& value) {
  return AnswerWish(c.netns, c.pool, setting, value);
}

TEST(AnswerWish, RefusesWhatCannotFreeAPortWithTheAlternative) {
  const RecommendCase c = Churn(25, 10);
  for (const auto& [setting, value] :
       std::vector<std::pair<std::string, std::string>>{{"net.ipv4.tcp_tw_recycle", "1"},
                                                        {"net.ipv4.tcp_fin_timeout", "10"},
                                                        {"net.ipv4.tcp_max_tw_buckets", "100"},
                                                        {"SO_LINGER", "0"},
                                                        {"net.ipv4.tcp_syncookies", "1"}}) {
    const std::vector<SettingAdvice> answer = Answer(c, setting, value);
    ASSERT_TRUE(Refuses(answer)) << setting;
    EXPECT_FALSE(answer.front().advice.reason.empty()) << setting;
    const bool unrelated = setting == "net.ipv4.tcp_syncookies";
    EXPECT_EQ(answer.front().advice.instead.empty(), unrelated) << setting;
  }
}

TEST(AnswerWish, RefusesReuseWithoutTimestamps) {
  RecommendCase c = Churn(25, 10);
  EXPECT_FALSE(Refuses(Answer(c, "net.ipv4.tcp_tw_reuse", "1")));

  c.netns.sysctls["net.ipv4.tcp_timestamps"] = "0";
  EXPECT_TRUE(Refuses(Answer(c, "net.ipv4.tcp_tw_reuse", "1")));
}

TEST(AnswerWish, KnowsTheListenersThatARangeOverlaps) {
  RecommendCase c = Churn(25, 10);
  c.netns.listening_ports_in_range = {40010};

  std::string said;
  for (const SettingAdvice& one : Answer(c, "net.ipv4.ip_local_port_range", "40000 41919")) {
    absl::StrAppend(&said, one.advice.reason);
  }
  EXPECT_THAT(said, testing::HasSubstr("40010"));
}

TEST(AnswerWish, LetsFinTimeoutBeForFinWait2) {
  RecommendCase c = CaseOf(IncidentCause::kFinWaitPileUp, PoolKind::kConnect, 300, 400);
  c.pool.states[TcpState::kFinWait2] = 290;

  EXPECT_FALSE(Refuses(Answer(c, "net.ipv4.tcp_fin_timeout", "30")));
}

TEST(TakeWishes, MakesOneChangeOfAllThatCount) {
  const RecommendCase c = Churn(25, 10);

  auto answer = TakeWishes(c.netns, c.pool,
                           {{"ip_local_port_range", "40000 41999"},
                            {"net.ipv4.tcp_tw_reuse", "1"},
                            {"net.ipv4.tcp_max_tw_buckets", "300000"},
                            {"net.core.somaxconn", "4096"}});

  ASSERT_TRUE(answer.ok()) << answer.status();
  PoolChange expected;
  expected.port_range = PortRange{40000, 41999};
  expected.time_wait_reuse = 1;
  EXPECT_EQ(answer->change, expected);
  int notes = 0;
  for (const SettingAdvice& one : answer->advice) {
    notes += one.advice.id == "not-in-this-pool" ? 1 : 0;
  }
  EXPECT_EQ(notes, 2);
}

TEST(TakeWishes, RefusesNonsense) {
  const RecommendCase c = Churn(25, 10);
  EXPECT_EQ(ReasonOf(TakeWishes(c.netns, c.pool, {{"no.such.thing", "1"}}).status()),
            "WHAT_IF_INVALID");
  EXPECT_EQ(
      ReasonOf(TakeWishes(c.netns, c.pool, {{"net.ipv4.ip_local_port_range", "5 4"}}).status()),
      "WHAT_IF_INVALID");
  EXPECT_EQ(
      ReasonOf(TakeWishes(c.netns, c.pool, {{"net.ipv4.tcp_tw_reuse", "99999999999999999999"}})
                   .status()),
      "WHAT_IF_INVALID");
}

}  // namespace
}  // namespace berthmaster
