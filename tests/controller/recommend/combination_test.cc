#include "controller/recommend/combination.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/controller/recommend/recommend_case.h"

namespace berthmaster {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A dead destination beside a live one of the same key: 10 a second, two thirds of what is open in
// SYN_SENT.
RecommendCase Mixed() {
  RecommendCase c = CaseOf(IncidentCause::kSynSentPileUp, PoolKind::kConnect, 300, 400);
  c.pool.states[TcpState::kSynSent] = 200;
  c.pool.states[TcpState::kEstablished] = 100;
  c.pool.connection_rate = 10;
  c.pool.hold_time = absl::Seconds(131);
  return c;
}

RemedyContext ContextOf(const RecommendCase& c) {
  return MakeRemedyContext(c.incident, c.netns, c.pool, absl::UnixEpoch());
}

// A remedy that does nothing but `change`, and writes `sysctl` where that is not empty.
Remedy Part(const RemedyContext& context, RecommendationKind kind, const PoolChange& change,
            const std::string& sysctl, const std::string& value) {
  Remedy remedy = StartRemedy(context, kind, change);
  remedy.recommendation.summary = sysctl.empty() ? "advice" : sysctl;
  if (!sysctl.empty()) AddChange(context, sysctl, value, remedy.recommendation);
  return remedy;
}

TEST(Combination, IsTheCheapestSetThatSuffices) {
  const RecommendCase c = Mixed();
  const RemedyContext context = ContextOf(c);
  // 10 x 131 s = 1310 of 400. Shorter SYN retries (131 to 19 s for two thirds) settle at 563;
  // 800 ports alone at 1310.
  PoolChange retries;
  retries.syn_retries = 3;
  PoolChange range;
  range.port_range = PortRange{40000, 40799};
  PoolChange spread;
  spread.source_factor = 2;
  const std::vector<Remedy> parts = {
      Part(context, RecommendationKind::kTopology, spread, "", ""),
      Part(context, RecommendationKind::kSynRetries, retries, "net.ipv4.tcp_syn_retries", "3"),
      Part(context, RecommendationKind::kWidenRange, range, "net.ipv4.ip_local_port_range",
           "40000 40799")};

  std::optional<Remedy> together = CombineRemedies(context, parts);

  ASSERT_TRUE(together.has_value());
  const Recommendation& whole = together->recommendation;
  EXPECT_EQ(whole.kind, RecommendationKind::kCombination);
  EXPECT_THAT(whole.changes, ElementsAre(SysctlChange{"net.ipv4.tcp_syn_retries", "6", "3"},
                                         SysctlChange{"net.ipv4.ip_local_port_range", "40000 40399",
                                                      "40000 40799"}));
  // (2/3 x 19/131 + 1/3) x 131 s x 10 a second = 563, of 800.
  EXPECT_NEAR(*whole.what_if.after.settled_utilization, 563.0 / 800, 0.01);
  EXPECT_THAT(whole.rationale, HasSubstr("not added up"));
  EXPECT_THAT(whole.durable_forms[0].text, HasSubstr("net.ipv4.tcp_syn_retries=3"));
}

TEST(Combination, IsNotOfferedWhereOneSuffices) {
  const RecommendCase c = Mixed();
  const RemedyContext context = ContextOf(c);
  PoolChange range;
  range.port_range = PortRange{40000, 41999};
  PoolChange retries;
  retries.syn_retries = 3;
  const std::vector<Remedy> parts = {
      Part(context, RecommendationKind::kSynRetries, retries, "net.ipv4.tcp_syn_retries", "3"),
      Part(context, RecommendationKind::kWidenRange, range, "net.ipv4.ip_local_port_range",
           "40000 41999")};

  EXPECT_FALSE(CombineRemedies(context, parts).has_value());
}

TEST(Combination, TakesAdviceWhereNoSysctlsSuffice) {
  const RecommendCase c = Mixed();
  const RemedyContext context = ContextOf(c);
  PoolChange range;
  range.port_range = PortRange{40000, 40799};
  PoolChange spread;
  spread.destination_factor = 3;
  const std::vector<Remedy> parts = {Part(context, RecommendationKind::kTopology, spread, "", ""),
                                     Part(context, RecommendationKind::kWidenRange, range,
                                          "net.ipv4.ip_local_port_range", "40000 40799")};

  std::optional<Remedy> together = CombineRemedies(context, parts);

  ASSERT_TRUE(together.has_value());
  EXPECT_NEAR(*together->recommendation.what_if.after.settled_utilization, 1310.0 / 3 / 800, 0.02);
}

TEST(Combination, IsNotMadeWhereAdviceAloneSuffices) {
  // 1500 a second for 61.1 s are 91,650: no range holds them, and without timestamps there is no
  // reuse.
  RecommendCase c = Churn(1500, 10, 28232);
  c.netns.sysctls["net.ipv4.ip_local_port_range"] = "32768 60999";
  c.netns.sysctls["net.ipv4.tcp_timestamps"] = "0";

  std::vector<Recommendation> list = c.Recommend();

  EXPECT_EQ(Find(list, RecommendationKind::kCombination), nullptr);
  EXPECT_EQ(list[0].kind, RecommendationKind::kPooling);
}

}  // namespace
}  // namespace berthmaster
