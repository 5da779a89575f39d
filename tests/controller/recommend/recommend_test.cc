#include "controller/recommend/recommend.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/net/port_range.h"
#include "common/sysctl/catalogue.h"
#include "tests/common/forecast/pool_simulator.h"
#include "tests/controller/detect/host_simulator.h"
#include "tests/controller/recommend/recommend_case.h"

namespace berthmaster {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Recommend, WidensForChurnAsFarAsTheLoadNeeds) {
  RecommendCase c = Churn(25, 10);

  std::vector<Recommendation> list = c.Recommend();

  ASSERT_THAT(Kinds(list),
              ElementsAre(RecommendationKind::kWidenRange, RecommendationKind::kTimeWaitReuse,
                          RecommendationKind::kPooling));
  const Recommendation& widen = list[0];
  // 25 a second x 61.1 s = 1528; and a quarter more is 1910, in steps of 128.
  EXPECT_THAT(widen.changes, ElementsAre(SysctlChange{"net.ipv4.ip_local_port_range", "40000 40399",
                                                      "40000 41919"}));
  EXPECT_EQ(widen.rank, 1);
  EXPECT_EQ(widen.risk, RecommendationRisk::kLow);
  EXPECT_EQ(widen.what_if.before.capacity, 400);
  EXPECT_TRUE(widen.what_if.before.time_to_exhaustion.has_value());
  EXPECT_EQ(widen.what_if.after.capacity, 1920);
  EXPECT_LE(*widen.what_if.after.settled_utilization, 0.8);
  EXPECT_EQ(widen.what_if.after.time_to_exhaustion, std::nullopt);
  ASSERT_EQ(widen.durable_forms.size(), 1u);
  EXPECT_THAT(widen.durable_forms[0].text,
              HasSubstr("ip netns exec blue sysctl -w 'net.ipv4.ip_local_port_range=40000 41919'"));
  EXPECT_EQ(widen.incident_id, "i1");
  EXPECT_EQ(widen.id, "");
}

TEST(Recommend, KnowsTheDemandOfAPoolThatIsExhausted) {
  // At the limit only what ends lets new ones in; the minute before shows 25 a second.
  RecommendCase c = Churn(25, 50);
  ASSERT_EQ(c.pool.headroom(), 0);
  ASSERT_LT(*c.pool.connection_rate, 10);

  Recommendation widen = c.Recommend()[0];

  EXPECT_EQ(widen.kind, RecommendationKind::kWidenRange);
  EXPECT_GE(widen.what_if.after.capacity, 1900);
  EXPECT_EQ(widen.what_if.before.time_to_exhaustion, absl::ZeroDuration());
}

TEST(Recommend, DoublesWhenTheDemandIsNotKnown) {
  RecommendCase c = Churn(0.001, 10);
  c.pool.in_use = c.pool.states[TcpState::kEstablished] = 400;
  c.pool.connection_rate = 0;
  c.incident.cause = IncidentCause::kRangeTooSmall;

  Recommendation widen = c.Recommend()[0];

  EXPECT_EQ(widen.what_if.after.capacity, 896);
  EXPECT_THAT(widen.caveats, Contains(HasSubstr("is not known")));
}

TEST(Recommend, LetsReuseComeFirstWhereNoRangeSuffices) {
  RecommendCase c = Churn(2000, 6, 28232);
  c.netns.sysctls["net.ipv4.ip_local_port_range"] = "32768 60999";

  std::vector<Recommendation> list = c.Recommend();

  ASSERT_THAT(Kinds(list),
              ElementsAre(RecommendationKind::kTimeWaitReuse, RecommendationKind::kPooling,
                          RecommendationKind::kWidenRange));
  EXPECT_LT(*list[0].what_if.after.settled_utilization, 0.2);
  const Recommendation& widen = list[2];
  EXPECT_GT(*widen.what_if.after.settled_utilization, 1);
  EXPECT_THAT(widen.caveats[0], HasSubstr("short of"));
  ASSERT_EQ(widen.changes.size(), 2);
  EXPECT_EQ(widen.changes[0],
            (SysctlChange{"net.ipv4.ip_local_reserved_ports", "",
                          "2379-2380,4789,6081,6443,8472,10250,10256-10257,10259,30000-32767"}));
  EXPECT_EQ(widen.changes[1],
            (SysctlChange{"net.ipv4.ip_local_port_range", "32768 60999", "1024 65535"}));
  // All ports less NodePorts and ten others.
  EXPECT_EQ(widen.what_if.after.capacity, 64512 - 2768 - 10);
  EXPECT_EQ(widen.risk, RecommendationRisk::kMedium);
}

TEST(Recommend, OffersReuseOnlyWhereItWorks) {
  RecommendCase c = Churn(25, 10);
  c.netns.sysctls["net.ipv4.tcp_timestamps"] = "0";
  EXPECT_EQ(Find(c.Recommend(), RecommendationKind::kTimeWaitReuse), nullptr);

  c = Churn(25, 10);
  c.netns.sysctls["net.ipv4.tcp_tw_reuse"] = "1";
  EXPECT_EQ(Find(c.Recommend(), RecommendationKind::kTimeWaitReuse), nullptr);

  c = Churn(25, 10);
  c.netns.sysctls.erase("net.ipv4.tcp_timestamps");
  EXPECT_EQ(Find(c.Recommend(), RecommendationKind::kTimeWaitReuse), nullptr);
}

TEST(Recommend, SizesAConnectionPoolByLittlesLaw) {
  RecommendCase c = Churn(20, 30, 1000);
  c.pool.hold_time = absl::Milliseconds(500);

  std::vector<Recommendation> list = c.Recommend();
  const Recommendation* pooling = Find(list, RecommendationKind::kPooling);

  ASSERT_NE(pooling, nullptr);
  // 20 a second x 0.5 s x 1.5, and one to spare.
  EXPECT_EQ(pooling->pooling->connection_pool_size, 16);
  EXPECT_NEAR(pooling->pooling->ports_saved, 20 * 61.5 - 16, 10);
  EXPECT_THAT(pooling->changes, IsEmpty());
  EXPECT_THAT(pooling->rationale, HasSubstr("pool of 16"));
}

TEST(Recommend, MendsALeakFirstAndBuysTimeSecond) {
  RecommendCase c = Churn(0.001, 10);
  c.pool.in_use = c.pool.states[TcpState::kCloseWait] = 200;
  c.pool.connection_rate = 5;
  c.pool.time_wait_rate = 0;
  c.incident.cause = IncidentCause::kCloseWaitLeak;

  std::vector<Recommendation> list = c.Recommend();

  ASSERT_THAT(Kinds(list),
              ElementsAre(RecommendationKind::kApplication, RecommendationKind::kWidenRange));
  EXPECT_THAT(list[0].rationale,
              HasSubstr("ip netns exec blue ss -tnp state close-wait dst 10.0.0.2:443"));
  EXPECT_THAT(list[0].changes, IsEmpty());
  EXPECT_EQ(list[1].what_if.before.time_to_exhaustion, absl::Seconds(40));
  EXPECT_EQ(list[1].what_if.after.capacity, 896);
  EXPECT_NEAR(absl::ToDoubleSeconds(*list[1].what_if.after.time_to_exhaustion), 139.2, 0.5);
  EXPECT_THAT(list[1].caveats, Contains(HasSubstr("only buys time")));
}

TEST(Recommend, RaisesTheTimeWaitTable) {
  RecommendCase c = Churn(4000, 20, 131072);
  c.pool.kind = PoolKind::kTimeWaitTable;
  c.incident.cause = IncidentCause::kTimeWaitTable;

  std::vector<Recommendation> list = c.Recommend();

  ASSERT_THAT(Kinds(list), ElementsAre(RecommendationKind::kTimeWaitTable));
  ASSERT_EQ(list[0].changes.size(), 1);
  EXPECT_EQ(list[0].changes[0].expected_value, "131072");
  // 4000 x 61 x 1.5 in steps of 4096.
  EXPECT_EQ(list[0].changes[0].desired_value, "368640");
  EXPECT_THAT(list[0].evidence.back().value, HasSubstr("58.0 MiB more"));
}

TEST(Recommend, NeverLowersTheTimeWaitTable) {
  RecommendCase c = Churn(10, 20, 131072);
  c.pool.kind = PoolKind::kTimeWaitTable;
  c.incident.cause = IncidentCause::kTimeWaitTable;
  c.netns.sysctls["net.ipv4.tcp_max_tw_buckets"] = "4194304";
  EXPECT_THAT(c.Recommend(), IsEmpty());

  c.netns.sysctls["net.ipv4.tcp_max_tw_buckets"] = "-1";
  EXPECT_THAT(c.Recommend(), IsEmpty());
}

TEST(Recommend, ReservesTheListenersOfTheRange) {
  RecommendCase c = Churn(25, 10);
  c.netns.listening_ports_in_range = {40010, 40011, 40200};
  c.netns.sysctls["net.ipv4.ip_local_reserved_ports"] = "40200,50000";
  c.pool.blocked = 3;

  Recommendation widen = c.Recommend()[0];

  ASSERT_EQ(widen.changes.size(), 2);
  EXPECT_EQ(widen.changes[0], (SysctlChange{"net.ipv4.ip_local_reserved_ports", "40200,50000",
                                            "40010-40011,40200,50000"}));
}

TEST(Recommend, GivesAPodItsOwnForm) {
  RecommendCase c = Churn(25, 10);
  c.netns.labels["pod"] = "shop-1";

  std::vector<Recommendation> list = c.Recommend();

  EXPECT_THAT(list[0].durable_forms[0].text,
              HasSubstr("securityContext:\n  sysctls:\n  - name: "
                        "net.ipv4.ip_local_port_range\n    value: \"40000 "));
  EXPECT_EQ(list[0].durable_forms.size(), 1u);
  ASSERT_EQ(list[1].durable_forms.size(), 2u);
  EXPECT_EQ(list[1].durable_forms[1].kind, DurableFormKind::kKubeletAllowList);
  EXPECT_THAT(list[1].durable_forms[1].text,
              HasSubstr("--allowed-unsafe-sysctls=net.ipv4.tcp_tw_reuse"));
}

TEST(Recommend, PutsNoHostileNameIntoACommand) {
  RecommendCase c = Churn(25, 10);
  c.incident.cause = IncidentCause::kCloseWaitLeak;
  c.netns.labels = {{"named", "x; rm -rf /"}};
  c.netns.label = "x; rm -rf /";

  EXPECT_THAT(c.Recommend()[0].rationale, Not(HasSubstr("netns exec")));
}

TEST(Recommend, NeverOffersWhatDoesNotHelp) {
  for (int cause = 1; cause <= 7; ++cause) {
    RecommendCase c = Churn(25, 10);
    c.incident.cause = static_cast<IncidentCause>(cause);
    for (const Recommendation& r : c.Recommend()) {
      for (const SysctlChange& change : r.changes) {
        EXPECT_THAT(change.sysctl,
                    testing::AnyOf("net.ipv4.ip_local_port_range",
                                   "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_tw_reuse",
                                   "net.ipv4.tcp_max_tw_buckets", "net.ipv4.tcp_syn_retries"));
      }
      EXPECT_FALSE(absl::StrContains(r.summary + r.rationale, "SO_LINGER"));
    }
  }
}

// Whatever the range, the reserved ports and the load: what is proposed is sound.
TEST(Recommend, ProposesOnlySoundRanges) {
  std::mt19937 random(20261122);
  auto in = [&random](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  };
  int proposed = 0;
  for (int round = 0; round < 400; ++round) {
    RecommendCase c = Churn(25, 3);
    int low = in(1024, 60000);
    int high = in(low + 2, std::min(low + in(10, 40000), 65535));
    std::string range = absl::StrCat(low, " ", high);
    PortSet reserved;
    for (int i = in(0, 5); i > 0; --i) reserved.Add(in(1, 65535));
    std::string reserved_text = reserved.ToSysctl();
    c.netns.sysctls["net.ipv4.ip_local_port_range"] = range;
    c.netns.sysctls["net.ipv4.ip_local_reserved_ports"] = reserved_text;
    int start = in(0, 1) == 0 ? 1024 : in(0, 20000);
    c.netns.sysctls["net.ipv4.ip_unprivileged_port_start"] = absl::StrCat(start);
    if (in(0, 1) == 0) c.netns.listening_ports_in_range = {in(low, high)};
    PortRange present{static_cast<uint16_t>(low), static_cast<uint16_t>(high)};
    c.pool.capacity = std::max(0, present.size() / 2 * 2 - reserved.CountIn(present));
    c.pool.connection_rate = c.pool.time_wait_rate = in(1, 2000);
    SCOPED_TRACE(absl::StrCat(range, " reserved ", reserved_text, " start ", start));

    std::vector<Recommendation> list = c.Recommend();
    const Recommendation* widen = Find(list, RecommendationKind::kWidenRange);
    if (widen == nullptr) continue;
    ++proposed;

    PortSet kept = reserved;
    if (widen->changes.size() == 2) {
      EXPECT_EQ(widen->changes[0].sysctl, kReservedPortsSysctl);
      EXPECT_EQ(widen->changes[0].expected_value, reserved_text);
      kept = *ParsePortSet(widen->changes[0].desired_value);
    }
    EXPECT_EQ(widen->changes.back().expected_value, range);
    for (const SysctlChange& change : widen->changes) {
      EXPECT_TRUE(CheckWritable(change.sysctl, change.desired_value).ok()) << change.desired_value;
    }
    PortRange wide = *ParsePortRange(widen->changes.back().desired_value);
    EXPECT_EQ(wide.low % 2, 0);
    EXPECT_EQ(wide.high % 2, 1);
    EXPECT_LE(wide.low, present.low + 1);
    EXPECT_GE(wide.high, present.high);
    if (wide.low < present.low) {
      EXPECT_GE(wide.low, std::max(start, 1024));
    }
    for (int port = 0; port <= 65535; ++port) {
      if (reserved.Contains(port)) {
        ASSERT_TRUE(kept.Contains(port)) << port;
      }
      bool node_port = port >= 30000 && port <= 32767;
      if (node_port && wide.Contains(port) && !present.Contains(port)) {
        ASSERT_TRUE(kept.Contains(port)) << port;
      }
    }
    for (int port : c.netns.listening_ports_in_range) EXPECT_TRUE(kept.Contains(port));
    EXPECT_EQ(widen->what_if.after.capacity, wide.size() - kept.CountIn(wide));
    EXPECT_GT(widen->what_if.after.capacity, c.pool.capacity);
  }
  EXPECT_GT(proposed, 300);
}

TEST(MateriallyDiffers, IgnoresTheNoiseOfTheRate) {
  Recommendation standing = Churn(25, 10).Recommend()[0];
  for (double rate : {22.0, 24.0, 25.0, 26.0, 27.5}) {
    EXPECT_FALSE(MateriallyDiffers(standing, Churn(rate, 10).Recommend()[0])) << rate;
  }
}

TEST(MateriallyDiffers, SaysWhenTheLoadOutgrowsTheProposal) {
  Recommendation standing = Churn(25, 10).Recommend()[0];

  EXPECT_TRUE(MateriallyDiffers(standing, Churn(35, 10).Recommend()[0]));
}

TEST(MateriallyDiffers, SeesAnotherExpectedValueKindOrSysctl) {
  Recommendation standing = Churn(25, 10).Recommend()[0];
  Recommendation fresh = standing;
  EXPECT_FALSE(MateriallyDiffers(standing, fresh));

  fresh.changes[0].expected_value = "32768 60999";
  EXPECT_TRUE(MateriallyDiffers(standing, fresh));

  fresh = standing;
  fresh.kind = RecommendationKind::kTimeWaitReuse;
  EXPECT_TRUE(MateriallyDiffers(standing, fresh));

  fresh = standing;
  fresh.changes.insert(fresh.changes.begin(), {"net.ipv4.ip_local_reserved_ports", "", "40010"});
  EXPECT_TRUE(MateriallyDiffers(standing, fresh));
}

// In the first second of a load's closes nobody knows how long its connections are open.
TEST(MateriallyDiffers, SeesAWhatIfThatEndsElsewhere) {
  Recommendation standing = Churn(25, 10).Recommend()[0];
  standing.what_if.after.settled_utilization = 0.4;
  Recommendation fresh = standing;
  fresh.what_if.after.settled_utilization = 0.49;
  EXPECT_FALSE(MateriallyDiffers(standing, fresh));
  fresh.what_if.after.settled_utilization = 0.29;
  EXPECT_TRUE(MateriallyDiffers(standing, fresh));
  standing.what_if.after.settled_utilization.reset();
  EXPECT_TRUE(MateriallyDiffers(standing, fresh));
  EXPECT_FALSE(MateriallyDiffers(fresh, standing));
}

TEST(MateriallyDiffers, SeesAPoolingNumberThatMovedByMoreThanAQuarter) {
  Recommendation standing;
  standing.kind = RecommendationKind::kPooling;
  standing.pooling = PoolingAdvice{20, 10, absl::Seconds(1), 400};
  Recommendation fresh = standing;
  fresh.pooling->connection_pool_size = 24;
  fresh.pooling->ports_saved = 320;
  EXPECT_FALSE(MateriallyDiffers(standing, fresh));

  fresh.pooling->connection_pool_size = 26;
  EXPECT_TRUE(MateriallyDiffers(standing, fresh));
}

// The whole way: a load runs towards exhaustion, what is recommended is done, it is over.
TEST(Scenario, TheFirstRecommendationEndsTheIncident) {
  for (double rate : {10.0, 25.0, 60.0}) {
    SCOPED_TRACE(testing::Message() << rate << " a second");
    PoolSimulator::Options options;
    options.rate = [rate](double) { return rate; };
    options.hold = 0.05;
    options.rate_style = RateStyle::kAgent;
    PoolSimulator pool(options);
    HostSimulator host;
    host.Run(pool, 400 / rate + 5);
    ASSERT_TRUE(host.Only().active());
    PoolSample sample = pool.Sample();
    sample.key = host.Only().key;

    std::vector<Recommendation> list = Recommend(host.Only(), host.netns(), sample, host.now());
    ASSERT_EQ(list[0].kind, RecommendationKind::kWidenRange);
    host.netns().sysctls["net.ipv4.ip_local_port_range"] = list[0].changes.back().desired_value;
    pool.set_capacity(list[0].what_if.after.capacity);
    host.Run(pool, 400 / rate + 200);

    EXPECT_EQ(host.Only().state, IncidentState::kResolved);
    EXPECT_LT(pool.Sample().utilization(), 0.85);
  }
}

}  // namespace
}  // namespace berthmaster
