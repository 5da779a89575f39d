#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/collect/linux_host_sampler.h"
#include "agent/kernel/netfilter/linux_conntrack_reader.h"
#include "agent/kernel/netns/netns_thread.h"
#include "common/clock/clock.h"
#include "tests/kernel/netns_fixture.h"
#include "tests/kernel/test_sockets.h"
#include "tests/kernel/veth_fixture.h"

namespace berthmaster {
namespace {

// A millisecond each.
constexpr int kTriesMax = 5000;
constexpr char kServer[] = "10.2.0.2";
constexpr char kNatAddress[] = "10.2.0.1";

std::string Postrouting(const std::string& family, const std::string& rules) {
  return absl::StrCat("table ", family,
                      " bm {\nchain post {\ntype nat hook postrouting priority 100;\n", rules,
                      "\n}\n}\n");
}

// Real source NAT: a router between a client and a server, and the reader looking at the router.
class ConntrackTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!CanMakeNetns()) GTEST_SKIP() << kNeedsRoot;
    if (!HasProgram("nft") || !HasProgram("ip")) {
      GTEST_SKIP() << "needs nft and ip: apt-get install nftables iproute2";
    }
    absl::StatusOr<RoutedNetns> routed = RoutedNetns::Make();
    ASSERT_TRUE(routed.ok()) << routed.status();
    net_ = *std::move(routed);
    router_.id = net_.router->id();
    router_.fd = std::make_shared<UniqueFd>(
        open(absl::StrCat("/run/netns/", net_.router->name()).c_str(), O_RDONLY | O_CLOEXEC));
  }

  void Rules(const std::string& text, const std::string& family = "ip") {
    absl::Status status = net_.AddRules(Postrouting(family, text));
    ASSERT_TRUE(status.ok()) << status;
  }

  std::unique_ptr<TestServer> Serve(absl::string_view address, uint16_t listen_port) {
    return TestServer::Make(*net_.server, address, listen_port, ServerMode::kClosesSecond).value();
  }

  // Begins connections from the client, and keeps them, whether they come about or not.
  void Connect(int count, uint16_t destination_port, const std::string& destination = kServer) {
    net_.client->RunInside([&] {
      for (int number = 0; number < count; ++number) {
        ConnectOptions options;
        options.destination = destination;
        options.destination_port = destination_port;
        options.is_nonblocking = true;
        ConnectResult result = berthmaster::Connect(options);
        EXPECT_EQ(result.error_number, 0);
        fds_.push_back(std::move(result.fd));
      }
    });
  }

  absl::StatusOr<std::vector<SnatRow>> Visit() {
    std::vector<SnatRow> rows;
    absl::Status status = thread_.Run([&] {
      return reader_.VisitSnat(router_, [&rows](const SnatRow& row) { rows.push_back(row); });
    });
    if (!status.ok()) return status;
    return rows;
  }

  static int CountState(const std::vector<SnatRow>& rows, std::optional<TcpState> state) {
    return static_cast<int>(std::count_if(
        rows.begin(), rows.end(), [state](const SnatRow& row) { return row.state == state; }));
  }

  // The rows, as soon as that many are in `state`.
  std::vector<SnatRow> Await(int count, std::optional<TcpState> state) {
    std::vector<SnatRow> rows;
    for (int tries = 0; tries < kTriesMax && !HasFatalFailure(); ++tries) {
      rows = Visit().value();
      if (CountState(rows, state) >= count) break;
      poll(nullptr, 0, 1);
    }
    EXPECT_EQ(CountState(rows, state), count);
    return rows;
  }

  absl::StatusOr<ConntrackTable> Table() {
    absl::StatusOr<ConntrackTable> table;
    thread_
        .Run([&] {
          table = reader_.ReadTable(router_);
          return absl::OkStatus();
        })
        .IgnoreError();
    return table;
  }

  // The table, as soon as that many packets were dropped because no port was left; each counts as
  // both insert_failed and drop, one after the other.
  ConntrackTable AwaitDrops(int64_t count) {
    ConntrackTable table;
    for (int tries = 0; tries < kTriesMax; ++tries) {
      table = Table().value();
      const int64_t drop_count = table.counters.at("drop");
      if (drop_count >= count && drop_count == table.counters.at("insert_failed")) return table;
      poll(nullptr, 0, 1);
    }
    ADD_FAILURE() << "not " << count << " packets dropped";
    return table;
  }

  absl::StatusOr<SnatRules> ReadRules() {
    absl::StatusOr<SnatRules> rules;
    thread_
        .Run([&] {
          rules = reader_.ReadSnatRules(router_);
          return absl::OkStatus();
        })
        .IgnoreError();
    return rules;
  }

  RoutedNetns net_;
  NetnsEntry router_;
  std::vector<UniqueFd> fds_;
  LinuxConntrackReader reader_;
  NetnsThread thread_;
};

TEST_F(ConntrackTest, IsNotInUseWithoutARule) {
  EXPECT_EQ(Table().status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(Visit().value().empty());
  EXPECT_TRUE(ReadRules()->ranges.empty());
}

TEST_F(ConntrackTest, CountsAPoolThatIsFull) {
  Rules("oifname out tcp dport 8080 masquerade to :40000-40009\noifname out masquerade");
  auto server = Serve(kServer, 8080);
  Connect(14, 8080);

  const std::vector<SnatRow> rows = Await(10, TcpState::kEstablished);
  ASSERT_EQ(rows.size(), 10u);
  std::vector<int> ports;
  for (const SnatRow& row : rows) {
    EXPECT_EQ(row.protocol, IpProtocol::kTcp);
    EXPECT_EQ(row.snat_address.ToIpAddress().ToString(), kNatAddress);
    EXPECT_EQ(row.destination.ToIpAddress().ToString(), kServer);
    EXPECT_EQ(row.destination_port, 8080);
    EXPECT_GT(row.expires_seconds, 400000u);
    EXPECT_LE(row.expires_seconds, 432000u);
    ports.push_back(row.snat_port);
  }
  std::sort(ports.begin(), ports.end());
  EXPECT_EQ(ports, std::vector<int>(
                       {40000, 40001, 40002, 40003, 40004, 40005, 40006, 40007, 40008, 40009}));
  const std::vector<SnatRange> ranges = ReadRules().value().ranges;
  ASSERT_EQ(ranges.size(), 1u);
  EXPECT_EQ(ranges[0].ports.size(), 10);
  EXPECT_EQ(ranges[0].protocol, IpProtocol::kTcp);

  // The four SYNs that found no port; each is sent again after a second.
  EXPECT_EQ(AwaitDrops(4).counters.at("early_drop"), 0);
}

TEST_F(ConntrackTest, IsThePoolOfASampleOfTheRouter) {
  Rules("ip saddr 10.1.0.0/24 ip protocol tcp masquerade to :40000-40009");
  auto server = Serve(kServer, 8080);
  Connect(14, 8080);
  AwaitDrops(4);
  const LinuxClock clock;
  LinuxHostSamplerOptions options;
  options.netns_filter = {net_.router->name()};
  options.readers.conntrack = &reader_;

  const HostSample sample = MakeLinuxHostSampler(options, clock)->Sample().value();

  ASSERT_EQ(sample.namespaces.size(), 1u);
  const std::vector<PoolSample>& pools = sample.namespaces[0].pools;
  const auto pool = std::find_if(pools.begin(), pools.end(),
                                 [](const PoolSample& one) { return one.kind == PoolKind::kSnat; });
  ASSERT_NE(pool, pools.end());
  EXPECT_EQ(pool->key.source.ToString(), kNatAddress);
  EXPECT_EQ(pool->key.destination.ToString(), kServer);
  EXPECT_EQ(pool->key.destination_port, 8080);
  EXPECT_EQ(pool->capacity, 10);
  EXPECT_EQ(pool->in_use, 10);
  EXPECT_EQ(pool->headroom(), 0);
  EXPECT_GE(sample.namespaces[0].counters.at("conntrack.insert_failed"), 4);
}

TEST_F(ConntrackTest, GivesEachDestinationItsOwnPool) {
  Rules("oifname out meta l4proto tcp masquerade to :40000-40009");
  auto first = Serve(kServer, 8080);
  auto second = Serve(kServer, 8081);
  Connect(10, 8080);
  Await(10, TcpState::kEstablished);
  Connect(12, 8081);

  const std::vector<SnatRow> rows = Await(20, TcpState::kEstablished);
  EXPECT_EQ(std::count_if(rows.begin(), rows.end(),
                          [](const SnatRow& row) { return row.destination_port == 8081; }),
            10);
}

TEST_F(ConntrackTest, FollowsConnectionsIntoTimeWaitWhichHoldsTheirPorts) {
  Rules("oifname out meta l4proto tcp masquerade to :40000-40009");
  auto server = Serve(kServer, 8080);
  Connect(10, 8080);
  Await(10, TcpState::kEstablished);
  fds_.clear();

  const std::vector<SnatRow> rows = Await(10, TcpState::kTimeWait);
  EXPECT_EQ(rows.size(), 10u);
  EXPECT_GT(rows[0].expires_seconds, 60u);  // the socket's own TIME_WAIT
  EXPECT_LE(rows[0].expires_seconds, 120u);
}

TEST_F(ConntrackTest, ShowsWhatNobodyAnswers) {
  Rules("oifname out meta l4proto tcp masquerade to :40000-40009\n");
  // The server's address that no machine has.
  Connect(1, 8080, "10.2.0.77");
  Await(1, TcpState::kSynSent);
}

TEST_F(ConntrackTest, CountsTheNodesOwnConnectionsInThePool) {
  Rules("oifname out meta l4proto tcp masquerade to :40000-40009");
  auto server = Serve(kServer, 8080);
  ConnectResult own;
  net_.router->RunInside([&own] {
    own.fd = UniqueFd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in local{};
    local.sin_family = AF_INET;
    local.sin_port = htons(40003);
    sockaddr_in remote = local;
    local.sin_addr.s_addr = htonl(0x0a020001);
    remote.sin_port = htons(8080);
    remote.sin_addr.s_addr = htonl(0x0a020002);
    if (bind(own.fd.get(), reinterpret_cast<sockaddr*>(&local), sizeof(local)) != 0 ||
        connect(own.fd.get(), reinterpret_cast<sockaddr*>(&remote), sizeof(remote)) != 0) {
      own.error_number = errno;
    }
  });
  ASSERT_EQ(own.error_number, 0);
  // On its own it makes no pool: nothing is translated.
  EXPECT_TRUE(Visit().value().empty());

  Connect(12, 8080);
  const std::vector<SnatRow> rows = Await(10, TcpState::kEstablished);
  EXPECT_EQ(rows.size(), 10u);
  EXPECT_EQ(rows.back().snat_port, 40003);
  AwaitDrops(3);
}

TEST_F(ConntrackTest, CountsUdp) {
  Rules("oifname out meta l4proto udp masquerade to :41000-41004");
  net_.client->RunInside([this] {
    for (int number = 0; number < 8; ++number) {
      UniqueFd udp(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
      sockaddr_in remote{};
      remote.sin_family = AF_INET;
      remote.sin_port = htons(53);
      remote.sin_addr.s_addr = htonl(0x0a020002);
      EXPECT_EQ(sendto(udp.get(), "?", 1, 0, reinterpret_cast<sockaddr*>(&remote), sizeof(remote)),
                1);
      fds_.push_back(std::move(udp));
    }
  });

  const std::vector<SnatRow> rows = Await(5, std::nullopt);
  ASSERT_EQ(rows.size(), 5u);
  for (const SnatRow& row : rows) {
    EXPECT_EQ(row.protocol, IpProtocol::kUdp);
    EXPECT_EQ(row.destination_port, 53);
    EXPECT_GE(row.snat_port, 41000);
    EXPECT_LE(row.snat_port, 41004);
    EXPECT_LE(row.expires_seconds, 30u);
  }
  const std::vector<SnatRange> ranges = ReadRules().value().ranges;
  ASSERT_EQ(ranges.size(), 1u);
  EXPECT_EQ(ranges[0].protocol, IpProtocol::kUdp);
  EXPECT_EQ(ranges[0].ports, (PortRange{41000, 41004}));
  EXPECT_EQ(AwaitDrops(3).counters.at("drop"), 3);
}

TEST_F(ConntrackTest, KeepsPortsWhereNoRuleLimitsThem) {
  Rules("oifname out masquerade");
  auto server = Serve(kServer, 8080);
  Connect(3, 8080);

  const std::vector<SnatRow> rows = Await(3, TcpState::kEstablished);
  for (const SnatRow& row : rows) {
    EXPECT_GE(row.snat_port, 32768);  // as the client chose
    EXPECT_LE(row.snat_port, 60999);
  }
  EXPECT_TRUE(ReadRules()->ranges.empty());
}

TEST_F(ConntrackTest, SeesIpv6) {
  Rules("oifname out meta l4proto tcp masquerade to :40000-40003", "ip6");
  auto server = Serve("fd02::2", 8080);
  Connect(6, 8080, "fd02::2");

  const std::vector<SnatRow> rows = Await(4, TcpState::kEstablished);
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(rows[0].snat_address.ToIpAddress().ToString(), "fd02::1");
  EXPECT_EQ(rows[0].destination.ToIpAddress().ToString(), "fd02::2");
  EXPECT_EQ(ReadRules()->ranges.size(), 1u);
}

TEST_F(ConntrackTest, ReadsTheRangesOfEveryKindOfRule) {
  Rules(
      "ip protocol tcp masquerade to :40000-40009\n"
      "oifname out meta l4proto udp snat to 10.2.0.1:42000-42001\n"
      "meta l4proto tcp snat to 10.2.0.1-10.2.0.3:42010\n"
      "tcp dport { 1, 2 } masquerade to :42020-42030 random\n"
      "meta l4proto { tcp, udp } masquerade to :42040-42050\n"
      "ip saddr 10.1.0.0/24 masquerade\n"
      "snat to 10.2.0.9\n");
  const std::vector<SnatRange> ranges = ReadRules().value().ranges;
  std::vector<std::string> seen;
  seen.reserve(ranges.size());
  for (const SnatRange& range : ranges) {
    seen.push_back(absl::StrCat(
        range.snat_address.ToIpAddress().ToString(), " ",
        range.protocol.has_value() ? (*range.protocol == IpProtocol::kTcp ? "tcp" : "udp") : "any",
        " ", range.ports.low, "-", range.ports.high));
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"0.0.0.0 tcp 40000-40009", "10.2.0.1 udp 42000-42001",
                                            "10.2.0.1 tcp 42010-42010", "10.2.0.2 tcp 42010-42010",
                                            "10.2.0.3 tcp 42010-42010", "0.0.0.0 tcp 42020-42030",
                                            "0.0.0.0 any 42040-42050"}));

  // A change of the rules is seen.
  ASSERT_TRUE(net_.AddRules("flush ruleset").ok());
  EXPECT_TRUE(ReadRules()->ranges.empty());
}

TEST_F(ConntrackTest, ReadsTheRangesOfIptables) {
  if (!HasProgram("iptables-nft")) GTEST_SKIP() << "needs iptables-nft: apt-get install iptables";
  for (const char* rule : {"-p tcp -j MASQUERADE --to-ports 43000-43010",
                           "-p udp -j SNAT --to-source 10.2.0.1:43020-43030", "-j MASQUERADE"}) {
    std::vector<std::string> command = {"sh", "-c",
                                        absl::StrCat("iptables-nft -t nat -A POSTROUTING ", rule)};
    ASSERT_TRUE(RunProgramIn(*net_.router, command).ok()) << rule;
  }
  const std::vector<SnatRange> ranges = ReadRules().value().ranges;
  ASSERT_EQ(ranges.size(), 2u);
  EXPECT_TRUE(ranges[0].snat_address.ToIpAddress().is_unspecified());
  EXPECT_EQ(ranges[0].ports, (PortRange{43000, 43010}));
  EXPECT_EQ(ranges[0].protocol, IpProtocol::kTcp);
  EXPECT_EQ(ranges[1].snat_address.ToIpAddress().ToString(), kNatAddress);
  EXPECT_EQ(ranges[1].ports, (PortRange{43020, 43030}));
  EXPECT_EQ(ranges[1].protocol, IpProtocol::kUdp);
}

TEST_F(ConntrackTest, CountsRulesWhosePortsAreNotRead) {
  Rules(
      "ip protocol tcp masquerade to :40000-40009\n"
      "snat ip to ip saddr . tcp dport map { 10.1.0.2 . 8080 : 10.2.0.1 . 45000 }\n"
      "ip saddr 10.1.0.9 snat to numgen inc mod 2 map { 0 : 10.2.0.10, 1 : 10.2.0.11 }\n");
  const SnatRules rules = ReadRules().value();
  ASSERT_EQ(rules.ranges.size(), 1u);
  EXPECT_EQ(rules.ranges[0].ports, (PortRange{40000, 40009}));
  EXPECT_EQ(rules.unread_count, 1) << "the addresses of the last come from a map, its ports do not";
}

TEST_F(ConntrackTest, SaysWhetherIptablesLegacyHasNatRules) {
  if (!HasProgram("iptables-legacy")) {
    GTEST_SKIP() << "needs iptables-legacy: apt-get install iptables";
  }
  EXPECT_EQ(ReadRules()->has_legacy_nat, std::optional(false));
  // Reading has made no table.
  EXPECT_EQ(ReadRules()->has_legacy_nat, std::optional(false));
  absl::Status made = RunProgramIn(
      *net_.router, {"iptables-legacy", "-t", "filter", "-A", "FORWARD", "-j", "ACCEPT"});
  if (!made.ok()) GTEST_SKIP() << "this kernel has no legacy tables: " << made;
  EXPECT_EQ(ReadRules()->has_legacy_nat, std::optional(false));

  ASSERT_TRUE(RunProgramIn(*net_.router, {"iptables-legacy", "-t", "nat", "-A", "POSTROUTING", "-j",
                                          "MASQUERADE"})
                  .ok());
  EXPECT_EQ(ReadRules()->has_legacy_nat, std::optional(true));
}

// nf_conntrack_max is of the host, the count is of the namespace.
TEST_F(ConntrackTest, CountsTheTableOfOneNamespace) {
  Rules("oifname out masquerade");
  auto server = Serve(kServer, 8080);
  Connect(3, 8080);
  Await(3, TcpState::kEstablished);

  // IPv6's neighbour discovery may be among them.
  const ConntrackTable table = Table().value();
  EXPECT_GE(table.entry_count, 3);
  EXPECT_LE(table.entry_count, 16);
  EXPECT_EQ(absl::StrCat(table.entry_count_max),
            net_.router->GetSysctl("net.netfilter.nf_conntrack_max").value());
  EXPECT_EQ(net_.client->GetSysctl("net.netfilter.nf_conntrack_count").value(), "0");
}

TEST_F(ConntrackTest, SaysWhichCapabilityIsMissing) {
  Rules("oifname out masquerade");
  auto server = Serve(kServer, 8080);
  Connect(1, 8080);
  Await(1, TcpState::kEstablished);

  absl::Status visited;
  absl::Status ranges;
  absl::Status table;
  // Capabilities are of a thread, so that the test keeps its own.
  std::thread unprivileged([&] {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[2] = {};
    syscall(SYS_capget, &header, data);
    data[0].effective &= ~(1u << CAP_NET_ADMIN);
    syscall(SYS_capset, &header, data);
    LinuxConntrackReader reader;
    visited = reader.VisitSnat(router_, [](const SnatRow&) {});
    ranges = reader.ReadSnatRules(router_).status();
    table = reader.ReadTable(router_).status();
  });
  unprivileged.join();

  for (const absl::Status& status : {visited, ranges}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied) << status;
    EXPECT_TRUE(absl::StrContains(status.message(), "CAP_NET_ADMIN")) << status;
  }
  EXPECT_TRUE(table.ok()) << table;
}

}  // namespace
}  // namespace berthmaster
