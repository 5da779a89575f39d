#include "cli/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/columns.h"
#include "cli/pool_kind.h"

namespace berthmaster {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(PoolText, NamesEachKindOfPool) {
  const std::string netns = "hosts/a/netns/7/pools/";
  EXPECT_EQ(PoolText(netns + "10.0.0.1-fd00::2-443"), "10.0.0.1 → [fd00::2]:443");
  EXPECT_EQ(PoolText(netns + "time-wait-table"), "TIME_WAIT table");
  EXPECT_EQ(PoolText(netns + "bind-0.0.0.0"), "bind() on 0.0.0.0");
  EXPECT_EQ(PoolText(netns + "udp-10.0.0.1"), "UDP on 10.0.0.1");
  EXPECT_EQ(PoolText(netns + "snat-udp-10.0.0.1-10.0.0.2-53"), "SNAT udp 10.0.0.1 → 10.0.0.2:53");
  EXPECT_EQ(PoolText(netns + "conntrack-table"), "conntrack table");
  EXPECT_EQ(PoolText(netns + "listen-::-80"), "listener [::]:80");
  EXPECT_EQ(PoolText(netns + "arp-eth0"), "arp-eth0") << "of a later version";
}

TEST(PoolKindWords, AreReadAsTheyAreWritten) {
  EXPECT_EQ(PoolKindList(), "connect, time-wait-table, bind, udp, snat, conntrack-table, listener");
  for (int kind = 1; kind <= v1::PoolKind_MAX; ++kind) {
    const auto pool_kind = static_cast<v1::PoolKind>(kind);
    EXPECT_EQ(*ParsePoolKind(KindText(pool_kind)), pool_kind);
    EXPECT_THAT(KindMeaning(pool_kind), HasSubstr("; runs out as "));
  }
  EXPECT_EQ(*ParsePoolKind("Conntrack_Table"), v1::POOL_KIND_CONNTRACK_TABLE);
  for (const char* text : {"", "x", "unspecified"}) {
    EXPECT_THAT(std::string(ParsePoolKind(text).status().message()), HasSubstr("snat")) << text;
  }
}

TEST(DescribeRecommendation, ShowsWhatAPersonInstalls) {
  v1::Recommendation recommendation;
  recommendation.set_name("recommendations/r1");
  recommendation.set_scope(v1::RECOMMENDATION_SCOPE_WORKLOAD);
  recommendation.add_preconditions("timestamps are on");
  v1::DurableForm& form = *recommendation.add_durable_forms();
  form.set_place("the pod's spec");
  form.set_text("securityContext:\n  sysctls:\n");
  v1::Snippet& snippet = *recommendation.add_snippets();
  snippet.set_product("nginx");
  snippet.set_place("http {}");
  snippet.set_text("keepalive 16;\n");
  recommendation.mutable_topology()->set_more_source_addresses(4);
  Page page;
  AppendRecommendation(recommendation, page);

  EXPECT_THAT(page.text(), HasSubstr("Scope:                    WORKLOAD\n"));
  EXPECT_THAT(page.text(), HasSubstr("Holds:\n  timestamps are on\n"));
  EXPECT_THAT(page.text(), HasSubstr("To keep it over a reboot: the pod's spec:\n"
                                     "  securityContext:\n    sysctls:\n"));
  EXPECT_THAT(page.text(), HasSubstr("nginx: http {}:\n  keepalive 16;\n"));
  EXPECT_THAT(page.text(), HasSubstr("More source addresses:    4\n"));
  EXPECT_THAT(page.text(), Not(HasSubstr("More destinations")));
}

TEST(DescribePool, SaysWhatIsKnownAndWhatIsNot) {
  v1::Pool pool;
  pool.set_name("hosts/a/netns/7/pools/10.0.0.1-10.0.0.2-443");
  pool.set_kind(v1::POOL_KIND_CONNECT);
  pool.set_close_rate(12.5);
  pool.set_local_close_share(0.75);
  pool.set_wrong_parity_share(0.25);
  pool.set_early_bind_share(0);
  pool.set_connect_failure_count(17);
  v1::PoolOwner* owner = pool.add_owners();
  owner->set_process("nginx");
  owner->set_pid(4711);
  owner->set_cgroup("/system.slice/nginx.service");
  owner->set_socket_count(200);
  pool.add_owners()->set_socket_count(3);
  Page page;
  AppendPool(pool, page);

  EXPECT_THAT(page.text(), HasSubstr("Kind:                     connect\n"));
  EXPECT_THAT(page.text(), HasSubstr("runs out as EADDRNOTAVAIL"));
  EXPECT_THAT(page.text(), HasSubstr("New connections:          unknown\n"));
  EXPECT_THAT(page.text(), HasSubstr("Closed:                   12.5 a second\n"));
  EXPECT_THAT(page.text(), HasSubstr("Share of closes here:     75%\n"));
  EXPECT_THAT(page.text(), HasSubstr("Wrong parity:             25% of"));
  EXPECT_THAT(page.text(), HasSubstr("bind() before connect():  0% of"));
  EXPECT_THAT(page.text(), HasSubstr("connect() found no port:  17 times"));
  EXPECT_THAT(page.text(),
              HasSubstr("200 sockets: nginx (pid 4711) in /system.slice/nginx.service"));
  EXPECT_THAT(page.text(), HasSubstr("3 sockets: unknown\n"));
}

TEST(DescribePool, SaysHowUncertainTheMomentIsAndWhatConnectCosts) {
  v1::Pool pool;
  pool.set_kind(v1::POOL_KIND_CONNECT);
  pool.mutable_time_to_exhaustion()->set_seconds(20);
  pool.mutable_time_to_exhaustion_min()->set_seconds(16);
  pool.mutable_time_to_exhaustion_max()->set_seconds(24);
  pool.mutable_connect_cost()->mutable_cpu_each()->set_nanos(17'000);
  pool.mutable_connect_cost()->set_core_share(0.034);
  pool.mutable_settled_connect_cost()->mutable_cpu_each()->set_nanos(5'974'000);
  Page page;
  AppendPool(pool, page);

  EXPECT_THAT(page.text(), HasSubstr("Time to exhaustion:       20s\n"));
  EXPECT_THAT(page.text(), HasSubstr("Uncertainty:              16s to 24s\n"));
  EXPECT_THAT(page.text(), HasSubstr("connect() costs now:      17us a call, 3.4% of a core\n"));
  EXPECT_THAT(page.text(), HasSubstr("connect() at exhaustion:  5974us a call\n"));
}

TEST(DescribePool, SaysThatAPoolMayRunOutAndThatItMayNot) {
  v1::Pool pool;
  pool.set_kind(v1::POOL_KIND_CONNECT);
  pool.mutable_time_to_exhaustion_min()->set_seconds(50);
  Page may;
  AppendPool(pool, may);
  EXPECT_THAT(may.text(), HasSubstr("not forecast to be exhausted"));
  EXPECT_THAT(may.text(), HasSubstr("in 50s if the load is at the upper end"));

  pool.mutable_time_to_exhaustion()->set_seconds(70);
  Page may_not;
  AppendPool(pool, may_not);
  EXPECT_THAT(may_not.text(),
              HasSubstr("50s or later, and not at all if the load is at the lower"));
}

TEST(DescribePool, LeavesOutWhatItsKindHasNot) {
  v1::Pool pool;
  pool.set_name("hosts/a/netns/7/pools/listen-::-80");
  pool.set_kind(v1::POOL_KIND_LISTENER);
  Page page;
  AppendPool(pool, page);

  EXPECT_THAT(page.text(), HasSubstr("listener [::]:80"));
  EXPECT_THAT(page.text(), Not(HasSubstr("unknown")));
  EXPECT_THAT(page.text(), Not(HasSubstr("connect()")));
}

TEST(DescribeNamespace, SaysWhatIsWorthSaying) {
  v1::Netns netns;
  netns.set_source(v1::SOCKET_SOURCE_PROCFS);
  netns.set_udp_in_use(12);
  (*netns.mutable_counters())["TcpExt.ListenOverflows"] = 9;
  v1::NetnsFinding* finding = netns.add_findings();
  finding->set_kind(v1::NETNS_FINDING_KIND_RESTART_BLOCKED);
  finding->set_address("::");
  finding->set_port(8080);
  finding->set_socket_count(31);
  v1::ConnectFailure* failure = netns.add_connect_failures();
  failure->set_source_address("10.0.0.1");
  failure->set_destination_address("10.0.0.2");
  failure->set_destination_port(443);
  failure->set_process("curl");
  failure->set_failure_count(5);
  netns.mutable_remainder()->set_pool_count(2000);
  netns.mutable_remainder()->set_lower_bound(true);
  netns.mutable_remainder()->set_in_use(2100);
  Page page;
  AppendNetns(netns, page);

  EXPECT_THAT(page.text(), HasSubstr("Socket states from:       procfs\n"));
  EXPECT_THAT(page.text(), HasSubstr("UDP sockets:              12\n"));
  EXPECT_THAT(page.text(), HasSubstr("restart blocked on [::]:8080: the listener is gone and 31"));
  EXPECT_THAT(page.text(), HasSubstr("5 times: curl, 10.0.0.1 → 10.0.0.2:443\n"));
  EXPECT_THAT(page.text(), HasSubstr("at least 2000\n"));
  EXPECT_THAT(page.text(), HasSubstr("TcpExt.ListenOverflows +9\n"));
}

TEST(DescribeHost, NamesProfileAndCapabilities) {
  v1::Host host;
  host.mutable_identity()->set_agent_version("0.2.0");
  host.mutable_identity()->set_profile(v1::AGENT_PROFILE_OBSERVE_LITE);
  host.mutable_identity()->add_capabilities(v1::AGENT_CAPABILITY_SOCK_DIAG);
  host.mutable_identity()->add_capabilities(v1::AGENT_CAPABILITY_BIND_OWNERSHIP);
  host.mutable_identity()->add_capabilities(static_cast<v1::AgentCapability>(77));
  Page page;
  AppendHost(host, page);

  EXPECT_THAT(page.text(), HasSubstr("0.2.0, profile observe-lite\n"));
  EXPECT_THAT(page.text(), HasSubstr("Capabilities:             sock diag, bind ownership\n"));
}

TEST(DescribeIncident, ListsItsPoolsWhenThereAreSeveral) {
  v1::Incident incident;
  incident.set_pool("hosts/a/netns/7/pools/10.0.0.1-10.0.0.9-443");
  v1::IncidentMember* member = incident.add_members();
  member->set_netns("hosts/a/netns/7");
  member->set_netns_label("blue");
  member->set_pool(incident.pool());
  member->set_utilization(0.97);
  member->mutable_time_to_exhaustion()->set_seconds(12);
  member->set_severity(v1::INCIDENT_SEVERITY_CRITICAL);
  incident.set_member_count(1);
  Page one;
  AppendIncident(incident, one);
  EXPECT_THAT(one.text(), Not(HasSubstr("Pools")));

  incident.set_member_count(70);
  Page several;
  AppendIncident(incident, several);
  EXPECT_THAT(several.text(), HasSubstr("Pools, the worst first (70)"));
  EXPECT_THAT(several.text(), HasSubstr("a/blue  10.0.0.1 → 10.0.0.9:443  97%  12s  CRITICAL\n"));
  EXPECT_THAT(several.text(), HasSubstr("and 69 more"));
  EXPECT_EQ(Cells(incident, absl::UnixEpoch())[5], "10.0.0.1 → 10.0.0.9:443 +69");
}

}  // namespace
}  // namespace berthmaster
