// The remedies that write a sysctl, or say how a person does.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/sysctl/catalogue.h"
#include "tests/controller/recommend/recommend_case.h"

namespace berthmaster {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// 10 a second towards a destination that does not answer; each waits for 131 s.
RecommendCase DeadDestination(double per_second, int capacity) {
  RecommendCase c =
      CaseOf(IncidentCause::kSynSentPileUp, PoolKind::kConnect, capacity / 2, capacity);
  c.pool.states[TcpState::kSynSent] = capacity / 2;
  c.pool.connection_rate = per_second;
  c.pool.hold_time = absl::Seconds(131);
  return c;
}

TEST(SynRetries, AreLoweredAsFarAsSuffices) {
  // 10 x 131 s settle at 1310; 10 x 67 at 670 of 1000, which is 67 %.
  RecommendCase c = DeadDestination(10, 1000);

  const std::vector<Recommendation> list = c.Recommend();
  const Recommendation* lower = Find(list, RecommendationKind::kSynRetries);

  ASSERT_NE(lower, nullptr);
  EXPECT_EQ(lower->rank, 1);
  EXPECT_THAT(lower->changes, ElementsAre(SysctlChange{"net.ipv4.tcp_syn_retries", "6", "5"}));
  EXPECT_NEAR(*lower->what_if.before.settled_utilization, 1.31, 0.01);
  EXPECT_NEAR(*lower->what_if.after.settled_utilization, 0.67, 0.01);
  EXPECT_THAT(lower->summary, HasSubstr("67 s in place of"));
  EXPECT_THAT(lower->caveats, Contains(HasSubstr("allow-sysctls")));
  EXPECT_EQ(lower->risk, RecommendationRisk::kMedium);
}

TEST(SynRetries, GoNoLowerThanThree) {
  RecommendCase c = DeadDestination(400, 1000);

  const Recommendation* lower = Find(c.Recommend(), RecommendationKind::kSynRetries);
  ASSERT_NE(lower, nullptr);
  c.netns.sysctls["net.ipv4.tcp_syn_retries"] = "3";

  EXPECT_EQ(Find(c.Recommend(), RecommendationKind::kSynRetries), nullptr);
}

TEST(FinTimeout, IsForFinWait2Only) {
  RecommendCase c = CaseOf(IncidentCause::kFinWaitPileUp, PoolKind::kConnect, 900, 1000);
  c.pool.states[TcpState::kFinWait2] = 900;
  c.pool.connection_rate = 15;
  c.pool.hold_time = absl::Seconds(60);

  std::vector<Recommendation> list = c.Recommend();
  const Recommendation* lower = Find(list, RecommendationKind::kFinTimeout);
  ASSERT_NE(lower, nullptr);
  EXPECT_THAT(lower->changes, ElementsAre(SysctlChange{"net.ipv4.tcp_fin_timeout", "60", "30"}));
  EXPECT_NEAR(*lower->what_if.before.settled_utilization, 0.9, 0.01);
  EXPECT_NEAR(*lower->what_if.after.settled_utilization, 0.45, 0.01);
  EXPECT_THAT(lower->rationale, HasSubstr("TIME_WAIT lasts 60 s whatever it is"));

  c.pool.states[TcpState::kFinWait2] = 100;
  c.pool.states[TcpState::kFinWait1] = 800;
  EXPECT_EQ(Find(c.Recommend(), RecommendationKind::kFinTimeout), nullptr);
}

TEST(FinTimeout, SaysWhatTheKernelMakesOfMoreThanAMinute) {
  RecommendCase c = CaseOf(IncidentCause::kFinWaitPileUp, PoolKind::kConnect, 900, 1000);
  c.pool.states[TcpState::kFinWait2] = 900;
  c.netns.sysctls["net.ipv4.tcp_fin_timeout"] = "120";
  std::vector<Recommendation> list = c.Recommend();
  const Recommendation* lower = Find(list, RecommendationKind::kFinTimeout);
  ASSERT_NE(lower, nullptr);
  EXPECT_THAT(lower->evidence,
              Contains(testing::Field(&Evidence::value, HasSubstr("twice what is beyond 60"))));

  // 65 is 10 s already: 10 is not less.
  c.netns.sysctls["net.ipv4.tcp_fin_timeout"] = "65";
  EXPECT_EQ(Find(c.Recommend(), RecommendationKind::kFinTimeout), nullptr);
}

TEST(FinTimeout, IsNotOfferedAgainstTimeWait) {
  EXPECT_EQ(Find(Churn(25, 10).Recommend(), RecommendationKind::kFinTimeout), nullptr);
}

TEST(ConntrackTable, IsRaisedWithItsHashTableByAPerson) {
  RecommendCase c =
      CaseOf(IncidentCause::kConntrackTable, PoolKind::kConntrackTable, 250000, 262144);
  c.netns.sysctls["net.netfilter.nf_conntrack_buckets"] = "65536";
  c.incident.time_to_exhaustion = absl::Seconds(60);

  std::vector<Recommendation> list = c.Recommend();

  ASSERT_THAT(Kinds(list),
              ElementsAre(RecommendationKind::kConntrackTable,
                          RecommendationKind::kConntrackTimeout, RecommendationKind::kApplication));
  const Recommendation& raise = list[0];
  EXPECT_THAT(raise.changes, IsEmpty());
  EXPECT_EQ(raise.scope, RecommendationScope::kHost);
  EXPECT_EQ(raise.what_if.after.capacity, 524288);
  // 12144 entries in 60 s; 274288 in 1355 s.
  EXPECT_EQ(raise.what_if.before.time_to_exhaustion, absl::Seconds(60));
  EXPECT_NEAR(absl::ToDoubleSeconds(*raise.what_if.after.time_to_exhaustion), 1355, 1);
  EXPECT_THAT(raise.durable_forms[0].text, HasSubstr("net.netfilter.nf_conntrack_buckets = 131072\n"
                                                     "net.netfilter.nf_conntrack_max = 524288\n"));
  EXPECT_THAT(raise.evidence, Contains(testing::Field(&Evidence::value, HasSubstr("80 MiB more"))));
}

TEST(ConntrackTimeout, StaysAboveWhatASocketNeeds) {
  RecommendCase c = CaseOf(IncidentCause::kSnatPool, PoolKind::kSnat, 60000, 64512);
  c.pool.states[TcpState::kTimeWait] = 50000;
  c.incident.settled_utilization = 1.0;

  std::vector<Recommendation> list = c.Recommend();
  const Recommendation* shorten = Find(list, RecommendationKind::kConntrackTimeout);

  ASSERT_NE(shorten, nullptr);
  EXPECT_THAT(
      shorten->changes,
      ElementsAre(SysctlChange{"net.netfilter.nf_conntrack_tcp_timeout_time_wait", "120", "66"}));
  // It settles with 64512 entries, of which 10000 are open; 54512 in TIME_WAIT become 29982.
  EXPECT_NEAR(*shorten->what_if.after.settled_utilization, (10000 + 29982) / 64512.0, 0.001);
  c.netns.sysctls["net.netfilter.nf_conntrack_tcp_timeout_time_wait"] = "66";
  EXPECT_EQ(Find(c.Recommend(), RecommendationKind::kConntrackTimeout), nullptr);
}

TEST(MasqueradeRange, IsAdviceForARule) {
  RecommendCase c = CaseOf(IncidentCause::kSnatPool, PoolKind::kSnat, 9, 10);

  std::vector<Recommendation> list = c.Recommend();
  const Recommendation* widen = Find(list, RecommendationKind::kMasqueradeRange);

  ASSERT_NE(widen, nullptr);
  EXPECT_THAT(widen->changes, IsEmpty());
  EXPECT_EQ(widen->what_if.after.capacity, 64512);
  ASSERT_EQ(widen->durable_forms.size(), 2u);
  EXPECT_EQ(widen->durable_forms[0].text,
            "ip netns exec blue iptables -t nat -A POSTROUTING -p tcp -j MASQUERADE --to-ports "
            "1024-65535 --random-fully\n");
  EXPECT_EQ(widen->durable_forms[1].text,
            "ip netns exec blue nft add rule ip nat postrouting meta l4proto tcp masquerade to "
            ":1024-65535 fully-random\n");
  c.pool.capacity = 64512;
  EXPECT_EQ(Find(c.Recommend(), RecommendationKind::kMasqueradeRange), nullptr);
}

TEST(Backlog, IsLimitedBySomaxconnOrByTheApplication) {
  RecommendCase c = CaseOf(IncidentCause::kListenerOverflow, PoolKind::kListener, 129, 129);
  c.netns.sysctls["net.core.somaxconn"] = "128";
  std::vector<Recommendation> limited = c.Recommend();
  ASSERT_THAT(Kinds(limited),
              ElementsAre(RecommendationKind::kBacklog, RecommendationKind::kApplication));
  EXPECT_THAT(limited[0].changes, ElementsAre(SysctlChange{"net.core.somaxconn", "128", "4096"}));
  EXPECT_THAT(limited[0].caveats, Contains(HasSubstr("call listen() again")));
  EXPECT_EQ(limited[0].what_if.after.capacity, 4097);

  c.netns.sysctls["net.core.somaxconn"] = "4096";
  std::vector<Recommendation> asked = c.Recommend();
  EXPECT_THAT(asked[0].changes, IsEmpty());
  EXPECT_EQ(asked[0].scope, RecommendationScope::kWorkload);
  EXPECT_THAT(asked[0].summary, HasSubstr("asks listen() for no more"));
}

TEST(SynCookies, AreTurnedOnWhereTheyAreOff) {
  RecommendCase c = CaseOf(IncidentCause::kSynFlood, PoolKind::kListener, 10, 4097);
  c.pool.states[TcpState::kSynRecv] = 4000;
  EXPECT_EQ(Find(c.Recommend(), RecommendationKind::kSynCookies), nullptr);

  c.netns.sysctls["net.ipv4.tcp_syncookies"] = "0";
  std::vector<Recommendation> list = c.Recommend();
  EXPECT_THAT(list[0].changes, ElementsAre(SysctlChange{"net.ipv4.tcp_syncookies", "0", "1"}));
  // Without cookies tcp_max_syn_backlog is a limit too.
  const Recommendation* lengthen = Find(list, RecommendationKind::kBacklog);
  ASSERT_NE(lengthen, nullptr);
  EXPECT_THAT(lengthen->changes,
              ElementsAre(SysctlChange{"net.core.somaxconn", "4096", "16384"},
                          SysctlChange{"net.ipv4.tcp_max_syn_backlog", "2048", "16384"}));
}

TEST(ReservedPorts, KeepServicesWhereNothingIsWidened) {
  RecommendCase c = CaseOf(IncidentCause::kRestartBlocked, PoolKind::kListener, 5, 0);
  c.pool.key.destination_port = c.incident.key.destination_port = 40100;
  c.netns.listening_ports_in_range = {40010};
  c.netns.sysctls["net.ipv4.ip_local_reserved_ports"] = "50000";

  std::vector<Recommendation> list = c.Recommend();

  ASSERT_THAT(Kinds(list),
              ElementsAre(RecommendationKind::kApplication, RecommendationKind::kReservedPorts));
  EXPECT_THAT(list[1].changes, ElementsAre(SysctlChange{"net.ipv4.ip_local_reserved_ports", "50000",
                                                        "40010,40100,50000"}));
}

TEST(ReservedPorts, KeepServicesOutOfAWiderRange) {
  RecommendCase c = Churn(60, 6);
  PoolSample listener;
  listener.kind = PoolKind::kListener;
  listener.key.destination_port = 41000;
  c.netns.pools = {listener};
  c.netns.findings.push_back({FindingKind::kSelfConnect, {}, 40399 + 3, 1});

  Recommendation widen = c.Recommend()[0];

  ASSERT_EQ(widen.changes.size(), 2u);
  EXPECT_EQ(widen.changes[0].desired_value, "40402,41000");
}

TEST(Remedies, WriteOnlyWhatTheCatalogueAllows) {
  for (int cause = 1; cause <= 14; ++cause) {
    for (int kind = 1; kind <= kPoolKindMax; ++kind) {
      RecommendCase c =
          CaseOf(static_cast<IncidentCause>(cause), static_cast<PoolKind>(kind), 390, 400);
      c.netns.sysctls["net.ipv4.tcp_syncookies"] = "0";
      c.netns.sysctls["net.core.somaxconn"] = "128";
      for (int state = 1; state < kTcpStateCount; ++state) {
        c.pool.states[static_cast<TcpState>(state)] = 30;
      }
      std::vector<Recommendation> list = c.Recommend();
      for (size_t i = 0; i < list.size(); ++i) {
        EXPECT_EQ(list[i].rank, static_cast<int>(i) + 1);
        EXPECT_FALSE(list[i].summary.empty());
        EXPECT_FALSE(list[i].reversibility.empty());
        for (const SysctlChange& change : list[i].changes) {
          EXPECT_TRUE(CheckWritable(change.sysctl, change.desired_value).ok()) << change.sysctl;
          EXPECT_EQ(change.expected_value, c.netns.sysctls[change.sysctl]);
        }
      }
    }
  }
}

}  // namespace
}  // namespace berthmaster
