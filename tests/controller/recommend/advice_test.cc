// What no agent applies: pooling, topology, and what the application has to mend.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controller/recommend/snippets.h"
#include "tests/controller/recommend/recommend_case.h"

namespace berthmaster {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<Snippet> AllSnippets(const char* destination) {
  PoolKey key;
  key.destination = *IpAddress::Parse(destination);
  key.destination_port = 443;
  const SnippetNumbers numbers = NumbersOf(key, PoolingAdvice{16, 20, absl::Milliseconds(500), 0});
  std::vector<Snippet> all = ProxySnippets(numbers);
  for (const Snippet& snippet : ClientSnippets(numbers)) all.push_back(snippet);
  return all;
}

const Snippet& Of(const std::vector<Snippet>& all, const std::string& product) {
  for (const Snippet& snippet : all) {
    if (snippet.product == product) return snippet;
  }
  ADD_FAILURE() << product;
  return all.front();
}

TEST(Snippets, HaveTheMeasuredNumbersInThem) {
  const std::vector<Snippet> all = AllSnippets("10.0.0.2");
  ASSERT_EQ(all.size(), 8u);
  for (const Snippet& snippet : all) {
    EXPECT_THAT(snippet.text, HasSubstr("20.0 a second, each open for 0.5 s")) << snippet.product;
  }
  EXPECT_THAT(
      Of(all, "nginx").text,
      AllOf(HasSubstr("    server 10.0.0.2:443;\n"), HasSubstr("    keepalive 16;\n"),
            HasSubstr("proxy_http_version 1.1;\n"), HasSubstr("proxy_ssl_server_name on;\n")));
  EXPECT_THAT(Of(all, "HAProxy").text,
              AllOf(HasSubstr("server s1 10.0.0.2:443 ssl verify required"),
                    HasSubstr("maxconn 16 pool-max-conn 16 pool-purge-delay 50s\n"),
                    HasSubstr("    http-reuse always\n")));
  EXPECT_THAT(
      Of(all, "Envoy").text,
      AllOf(HasSubstr("      max_connections: 16\n"), HasSubstr("port_value: 443\n"),
            HasSubstr("        idle_timeout: 50s\n"), HasSubstr("      sni: SERVER_NAME\n")));
  EXPECT_THAT(Of(all, "Go").text, AllOf(HasSubstr("transport.MaxConnsPerHost = 16\n"),
                                        HasSubstr("transport.MaxIdleConns = 100\n")));
  EXPECT_THAT(Of(all, "Java").text, HasSubstr(".setMaxConnPerRoute(16) "));
  EXPECT_THAT(Of(all, "Python").text,
              AllOf(HasSubstr("\"https://10.0.0.2:443/\""), HasSubstr("pool_maxsize=16")));
  EXPECT_THAT(Of(all, "Node.js").text,
              AllOf(HasSubstr("new https.Agent({\n"), HasSubstr("timeout: 50000,\n")));
  // 10 calls at once share one connection.
  EXPECT_THAT(Of(all, "gRPC").text, HasSubstr("make([]*grpc.ClientConn, 1)\n"));
}

TEST(Snippets, BracketIpv6) {
  EXPECT_THAT(Of(AllSnippets("fd00::2"), "nginx").text, HasSubstr("server [fd00::2]:443;"));
  EXPECT_THAT(Of(AllSnippets("fd00::2"), "Envoy").text, HasSubstr("address: \"fd00::2\"\n"));
}

TEST(Pooling, SaysWhoClosesAndWhoHoldsThem) {
  RecommendCase c = Churn(20, 30, 1000);
  c.pool.hold_time = absl::Milliseconds(500);
  c.pool.local_close_share = 1.0;
  c.pool.owners = {{"checkout", 4711, "/shop", 500}};

  std::vector<Recommendation> list = c.Recommend();
  const Recommendation* pooling = Find(list, RecommendationKind::kPooling);

  ASSERT_NE(pooling, nullptr);
  EXPECT_THAT(pooling->summary, HasSubstr("to 10.0.0.2:443 in checkout: a pool of 16"));
  EXPECT_THAT(pooling->rationale, HasSubstr("This side closes 100 % of them first"));
  EXPECT_EQ(pooling->snippets.size(), 8u);
  EXPECT_EQ(pooling->scope, RecommendationScope::kWorkload);
  EXPECT_NEAR(*pooling->what_if.after.settled_utilization, 0.016, 1e-9);
}

TEST(Pooling, KeepsTwoForConnectionsOfNoLength) {
  RecommendCase c = Churn(20, 30, 1000);
  c.pool.hold_time = absl::ZeroDuration();

  std::vector<Recommendation> list = c.Recommend();
  const Recommendation* pooling = Find(list, RecommendationKind::kPooling);

  ASSERT_NE(pooling, nullptr);
  EXPECT_EQ(pooling->pooling->connection_pool_size, 2);
  EXPECT_THAT(pooling->snippets[0].text, HasSubstr("each open for less than 1 ms"));
}

TEST(Topology, SaysHowManyMoreAddressesWouldDo) {
  RecommendCase c = Churn(25, 10);
  c.netns.sysctls.erase("net.ipv4.ip_local_port_range");
  c.netns.sysctls["net.ipv4.tcp_timestamps"] = "0";

  std::vector<Recommendation> list = c.Recommend();
  const Recommendation* add = Find(list, RecommendationKind::kTopology);

  // 25 x 61.1 = 1527.5 in pools of 320, which is 80 % of 400: 5 of them.
  ASSERT_NE(add, nullptr);
  EXPECT_EQ(add->topology->more_source_addresses, 4);
  EXPECT_EQ(add->topology->more_destination_addresses, 4);
  EXPECT_EQ(add->topology->more_destination_ports, 4);
  EXPECT_NEAR(*add->what_if.after.settled_utilization, 1527.5 / 5 / 400, 0.01);
  EXPECT_LE(*add->what_if.after.settled_utilization, 0.8);
}

TEST(Topology, OfABindPoolHasSourceAddressesOnly) {
  RecommendCase c = CaseOf(IncidentCause::kEarlyBind, PoolKind::kBind, 380, 400);
  c.netns.sysctls.erase("net.ipv4.ip_local_port_range");
  c.incident.settled_utilization = 1.5;

  std::vector<Recommendation> list = c.Recommend();
  const Recommendation* add = Find(list, RecommendationKind::kTopology);

  ASSERT_NE(add, nullptr);
  EXPECT_EQ(add->topology->more_source_addresses, 1);
  EXPECT_EQ(add->topology->more_destination_ports, std::nullopt);
  EXPECT_NEAR(*add->what_if.after.settled_utilization, 0.75, 0.001);
}

TEST(Application, NamesTheLeakingProcess) {
  RecommendCase c = CaseOf(IncidentCause::kCloseWaitLeak, PoolKind::kConnect, 200, 400);
  c.pool.states[TcpState::kCloseWait] = 200;
  c.pool.owners = {{"checkout", 4711, "/shop", 180}, {"cron", 0, "", 20}};

  Recommendation mend = c.Recommend()[0];

  EXPECT_THAT(mend.summary, HasSubstr("checkout (pid 4711): close the connections"));
  EXPECT_THAT(mend.evidence, Contains(Evidence{"held by", "checkout (pid 4711): 180 of 200"}));
  EXPECT_EQ(mend.scope, RecommendationScope::kWorkload);
}

TEST(Application, SetsSoReuseaddrForABlockedRestart) {
  RecommendCase c = CaseOf(IncidentCause::kRestartBlocked, PoolKind::kListener, 5, 0);
  c.pool.key.destination_port = c.incident.key.destination_port = 8080;

  std::vector<Recommendation> list = c.Recommend();

  ASSERT_THAT(Kinds(list), ElementsAre(RecommendationKind::kApplication));
  EXPECT_THAT(list[0].rationale, HasSubstr("ss -tanp 'sport = :8080'"));
  ASSERT_EQ(list[0].snippets.size(), 1u);
  EXPECT_THAT(list[0].snippets[0].text, AllOf(HasSubstr("SO_REUSEADDR"), HasSubstr("port 8080")));
}

TEST(Application, BindsWithoutAPort) {
  RecommendCase c = CaseOf(IncidentCause::kEarlyBind, PoolKind::kBind, 380, 400);

  Recommendation mend = c.Recommend()[0];

  ASSERT_EQ(mend.snippets.size(), 2u);
  EXPECT_THAT(mend.snippets[0].text,
              AllOf(HasSubstr("IP_BIND_ADDRESS_NO_PORT"), HasSubstr("bind() to 10.0.0.1")));
  EXPECT_THAT(mend.snippets[1].text, HasSubstr("range = 40399u << 16 | 40200u;"));
}

}  // namespace
}  // namespace berthmaster
