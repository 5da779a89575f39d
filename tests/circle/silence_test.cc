// What looks alarming to a tool that counts TIME_WAIT and is not: no incident may come of it.

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/file/file.h"
#include "tests/circle/berthmaster_stack.h"
#include "tests/circle/named_netns.h"

namespace berthmaster {
namespace {

constexpr char kPortRange[] = "net.ipv4.ip_local_port_range";
constexpr int kServerSideTimeWait = 20000;

sockaddr_in Address(const char* text, uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  inet_pton(AF_INET, text, &address.sin_addr);
  return address;
}

UniqueFd ListenOn(const char* text, uint16_t port) {
  UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = Address(text, port);
  EXPECT_EQ(bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  EXPECT_EQ(listen(fd.get(), 1024), 0);
  return fd;
}

// An invalid descriptor when the kernel refuses. A `local_port` of 0 lets the kernel choose.
UniqueFd ConnectTo(const char* text, uint16_t port, uint16_t local_port = 0) {
  UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (local_port != 0) {
    sockaddr_in local = Address("10.9.0.1", local_port);
    if (bind(fd.get(), reinterpret_cast<sockaddr*>(&local), sizeof(local)) != 0) return {};
  }
  sockaddr_in address = Address(text, port);
  if (connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) return {};
  return fd;
}

UniqueFd AcceptFrom(const UniqueFd& listener) {
  return UniqueFd(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
}

// Below the ephemeral range, so that every connection has a four-tuple of its own whatever
// connect() would choose.
constexpr uint16_t kFirstClientPort = 10000;

// Opens `count` connections that the server closes first, so that each TIME_WAIT is the server's.
// The server goes on as `listener`: one that is gone would be a restart blocked.
void MakeServerSideTimeWait(int count, UniqueFd& listener) {
  listener = ListenOn("10.9.0.2", 8080);
  for (int i = 0; i < count; ++i) {
    UniqueFd client = ConnectTo("10.9.0.2", 8080, static_cast<uint16_t>(kFirstClientPort + i));
    ASSERT_TRUE(client.valid()) << "connection " << i << ": " << strerror(errno);
    AcceptFrom(listener) = UniqueFd();
    char byte = 0;
    ASSERT_EQ(read(client.get(), &byte, 1), 0);
  }
}

int InTable(const std::vector<v1::Pool>& pools, const std::string& netns_label) {
  for (const v1::Pool& pool : pools) {
    if (pool.kind() == v1::POOL_KIND_TIME_WAIT_TABLE && pool.netns_label() == netns_label) {
      return pool.in_use();
    }
  }
  return 0;
}

// What the newest samples say, until one says `wanted`: while other tests churn through the host's
// one socket table, the kernel now and then leaves a row out of a dump.
int EventuallyInTable(BerthmasterStack& stack, const std::string& netns_label, int wanted) {
  constexpr int kSamples = 5;
  int count = InTable(stack.Pools(), netns_label);
  for (int i = 0; i < kSamples && count != wanted; ++i) {
    absl::SleepFor(absl::Seconds(1));
    count = InTable(stack.Pools(), netns_label);
  }
  return count;
}

class Silence : public ::testing::Test {
 protected:
  void SetUp() override {
    if (std::string why = WhyNoNamespaces(); !why.empty()) GTEST_SKIP() << why;
  }
};

TEST_F(Silence, KeepsQuietAboutReusableAndServerSideTimeWait) {
  NamedNetns loopback("loopback");
  NamedNetns server("server");
  loopback.WriteSysctl(kPortRange, "40000\t40399");
  BerthmasterStack stack({"--netns", loopback.name(), "--netns", server.name()});

  // 3,000 connections through 400 ports: tcp_tw_reuse = 2 lets loopback take each port again after
  // a second.
  auto load =
      loopback.Start({BinaryPath("berthmaster-demo-workload"), "--source", "127.0.0.1",
                      "--destination", "127.0.0.1:8080", "--rate", "100", "--seconds", "30"});
  UniqueFd listener;
  server.RunInside([&] { MakeServerSideTimeWait(kServerSideTimeWait, listener); });
  ASSERT_EQ(load->WaitForExit(absl::Seconds(60)), 0) << load->Output();

  ASSERT_TRUE(absl::StrContains(load->Output(), " 0 without a port")) << load->Output();
  int loopback_reusable = 0;
  for (const v1::Pool& pool : stack.Pools()) {
    if (pool.kind() == v1::POOL_KIND_CONNECT && pool.netns_label() == loopback.name()) {
      loopback_reusable = pool.reusable();
    }
    EXPECT_FALSE(pool.kind() == v1::POOL_KIND_CONNECT && pool.netns_label() == server.name())
        << "server-side TIME_WAIT is no pool of ports: " << pool.ShortDebugString();
  }
  EXPECT_EQ(EventuallyInTable(stack, server.name(), kServerSideTimeWait), kServerSideTimeWait);
  // connect() stays on the 200 ports of one parity: about 100 are younger than a second.
  EXPECT_GT(loopback_reusable, 50);
  EXPECT_TRUE(stack.Incidents().empty()) << stack.Incidents().front().ShortDebugString();
}

TEST_F(Silence, DoesNotCondemnOneDestinationForAnother) {
  NamedNetns netns("two");
  netns.WriteSysctl(kPortRange, "40000\t40399");
  BerthmasterStack stack({"--netns", netns.name()});
  std::vector<UniqueFd> held;
  UniqueFd full;
  UniqueFd roomy;

  netns.RunInside([&] {
    full = ListenOn("10.9.0.2", 8080);
    roomy = ListenOn("10.9.0.3", 8080);
    for (UniqueFd client = ConnectTo("10.9.0.2", 8080); client.valid();
         client = ConnectTo("10.9.0.2", 8080)) {
      held.push_back(std::move(client));
      held.push_back(AcceptFrom(full));
    }
    EXPECT_EQ(errno, EADDRNOTAVAIL);
    for (int i = 0; i < 10; ++i) {
      held.push_back(ConnectTo("10.9.0.3", 8080));
      ASSERT_TRUE(held.back().valid());
    }
  });
  ASSERT_EQ(held.size(), 2 * 400 + 10);

  auto incident =
      stack.WaitForIncident([](const v1::Incident&) { return true; }, absl::Seconds(30));
  ASSERT_TRUE(incident.has_value()) << stack.Logs();
  for (const v1::Incident& found : stack.Incidents()) {
    EXPECT_EQ(found.destination_address(), "10.9.0.2") << found.summary();
  }
  for (const v1::Pool& pool : stack.Pools()) {
    if (pool.kind() != v1::POOL_KIND_CONNECT) continue;
    EXPECT_EQ(pool.capacity(), 400);
    EXPECT_EQ(pool.in_use(), pool.destination_address() == "10.9.0.2" ? 400 : 10);
    EXPECT_EQ(pool.headroom(), pool.destination_address() == "10.9.0.2" ? 0 : 390);
  }
}

}  // namespace
}  // namespace berthmaster
