#include "agent/kernel/netns/netns_facts.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/kernel/netns/netns_thread.h"
#include "tests/fakes/fake_clock.h"
#include "tests/kernel/netns_fixture.h"
#include "tests/kernel/test_sockets.h"

namespace berthmaster {
namespace {

const ConnectOptions kToServer = {
    .source = "", .destination = "10.0.0.1", .destination_port = 8080};

class NetnsFactsTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!CanMakeNetns()) GTEST_SKIP() << kNeedsRoot;
    netns_ = ScopedNetns::Make().value();
    entry_.id = netns_->id();
    entry_.fd = std::make_shared<UniqueFd>(
        open(absl::StrCat("/run/netns/", netns_->name()).c_str(), O_RDONLY | O_CLOEXEC));
  }

  NetnsFacts Facts() {
    absl::StatusOr<NetnsFacts> facts;
    EXPECT_TRUE(thread_
                    .Run([&] {
                      facts = reader_.ReadFacts(entry_);
                      return facts.status();
                    })
                    .ok());
    return *std::move(facts);
  }
  SockstatCounts Counts() {
    absl::StatusOr<SockstatCounts> counts;
    EXPECT_TRUE(thread_
                    .Run([&] {
                      counts = reader_.ReadCounts(entry_);
                      return counts.status();
                    })
                    .ok());
    return *counts;
  }

  FakeClock clock_;
  std::unique_ptr<ScopedNetns> netns_;
  NetnsEntry entry_;
  LinuxNetnsFactsReader reader_{clock_};
  NetnsThread thread_;
};

// They take ports and are in none of the counts by kind.
TEST_F(NetnsFactsTest, CountsSocketsThatAreOnlyBoundAmongAllSockets) {
  const SockstatCounts before = Counts();
  std::vector<UniqueFd> bound;
  netns_->RunInside([&bound] {
    for (int number = 0; number < 20; ++number) {
      sockaddr_in any{};
      any.sin_family = AF_INET;
      UniqueFd& fd = bound.emplace_back(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
      ASSERT_EQ(bind(fd.get(), reinterpret_cast<sockaddr*>(&any), sizeof(any)), 0);
    }
  });

  const SockstatCounts after = Counts();
  EXPECT_EQ(after.tcp_in_use, before.tcp_in_use);
  EXPECT_EQ(after.uncounted(), before.uncounted() + 20);
}

TEST_F(NetnsFactsTest, HasEveryTunableThatIsThere) {
  const NetnsFacts facts = Facts();

  EXPECT_EQ(facts.sysctls.at("net.ipv4.ip_local_port_range"), "32768 60999");
  EXPECT_EQ(facts.sysctls.at("net.ipv4.tcp_syn_retries"), "6");
  EXPECT_EQ(facts.sysctls.at("net.core.somaxconn"), "4096");
  // Of the host, and not there: absent, and nothing to complain of.
  EXPECT_FALSE(facts.sysctls.contains("net.ipv4.tcp_max_orphans"));
  EXPECT_EQ(facts.limitations, std::vector<std::string>());
}

TEST_F(NetnsFactsTest, SeesAChangeOfWhatFiguresHangOnAtOnceAndOfTheRestSoon) {
  Facts();
  ASSERT_TRUE(netns_->SetSysctl("net.ipv4.ip_local_port_range", "40000 40099").ok());
  ASSERT_TRUE(netns_->SetSysctl("net.ipv4.tcp_timestamps", "0").ok());
  ASSERT_TRUE(netns_->SetSysctl("net.ipv4.tcp_syn_retries", "3").ok());
  clock_.Advance(kSlowTunablesInterval - absl::Milliseconds(1));

  const NetnsFacts soon = Facts();
  EXPECT_EQ(soon.sysctls.at("net.ipv4.ip_local_port_range"), "40000 40099");
  EXPECT_EQ(soon.sysctls.at("net.ipv4.tcp_timestamps"), "0");
  EXPECT_EQ(soon.sysctls.at("net.ipv4.tcp_syn_retries"), "6");

  clock_.Advance(absl::Milliseconds(1));
  EXPECT_EQ(Facts().sysctls.at("net.ipv4.tcp_syn_retries"), "3");
}

TEST_F(NetnsFactsTest, CountsWhatTheKernelCounts) {
  ASSERT_TRUE(netns_->AddAddress("10.0.0.1").ok());
  const NetnsFacts before = Facts();
  EXPECT_EQ(before.counters.at("Tcp.ActiveOpens"), 0);
  EXPECT_EQ(before.counters.at("TcpExt.TW"), 0);
  EXPECT_TRUE(before.counters.contains("TcpExt.ListenOverflows"));
  EXPECT_TRUE(before.counters.contains("Udp.NoPorts"));

  auto server = TestServer::Make(*netns_, "10.0.0.1", 8080, ServerMode::kClosesSecond).value();
  int opened = 0;
  netns_->RunInside([&] { opened = OpenAndClose(kToServer, 3); });
  ASSERT_EQ(opened, 3);

  const NetnsFacts after = Facts();
  EXPECT_EQ(after.counters.at("Tcp.ActiveOpens"), 3);
  EXPECT_EQ(after.counters.at("Tcp.PassiveOpens"), 3);
  EXPECT_EQ(after.time_wait_overflow_count, 0);
}

TEST_F(NetnsFactsTest, CountsTimeWaitThatFoundNoRoom) {
  ASSERT_TRUE(netns_->AddAddress("10.0.0.1").ok());
  ASSERT_TRUE(netns_->SetSysctl("net.ipv4.tcp_max_tw_buckets", "0").ok());
  auto server = TestServer::Make(*netns_, "10.0.0.1", 8080, ServerMode::kClosesSecond).value();
  netns_->RunInside([&] { OpenAndClose(kToServer, 2); });

  // The last connection's second FIN may still be on its way.
  for (int tries = 0; tries < 1000 && Facts().time_wait_overflow_count < 2; ++tries) {
    poll(nullptr, 0, 1);
  }
  const NetnsFacts facts = Facts();
  EXPECT_EQ(facts.time_wait_overflow_count, 2);
  EXPECT_EQ(facts.counters.at("TcpExt.TCPTimeWaitOverflow"), 2);
}

TEST_F(NetnsFactsTest, CountsSocketsOfBothFamiliesAndProtocols) {
  std::vector<UniqueFd> fds;
  netns_->RunInside([&fds] {
    for (int family : {AF_INET, AF_INET6}) {
      UniqueFd udp(socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
      sockaddr_storage any{};
      any.ss_family = static_cast<sa_family_t>(family);
      EXPECT_EQ(bind(udp.get(), reinterpret_cast<sockaddr*>(&any), sizeof(any)), 0);
      fds.push_back(std::move(udp));
    }
  });
  auto server = TestServer::Make(*netns_, "::", 0, ServerMode::kClosesSecond).value();

  EXPECT_EQ(Counts(), (SockstatCounts{.tcp_in_use = 1, .time_wait = 0, .udp_in_use = 2}));
}

}  // namespace
}  // namespace berthmaster
