#include "agent/kernel/bpf/bpf_connect_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/kernel/bpf_sockets.h"
#include "tests/kernel/netns_fixture.h"
#include "tests/kernel/test_sockets.h"

namespace berthmaster {
namespace {

constexpr int kPortCount = 4;
constexpr uint16_t kServerPort = 9000;

ConnectOptions To(const std::string& destination) {
  ConnectOptions options;
  options.destination = destination;
  options.destination_port = kServerPort;
  return options;
}

// A namespace with few ephemeral ports, and a watch that sees it.
class BpfConnectWatchTest : public ::testing::TestWithParam<TracepointKind> {
 protected:
  void SetUp() override {
    if (!CanMakeNetns()) GTEST_SKIP() << kNeedsRoot;
    absl::StatusOr<std::unique_ptr<ConnectWatch>> watch = MakeBpfConnectWatch(GetParam());
    if (!watch.ok()) GTEST_SKIP() << watch.status().message();
    watch_ = *std::move(watch);
    absl::StatusOr<std::unique_ptr<ScopedNetns>> netns = ScopedNetns::Make();
    ASSERT_TRUE(netns.ok()) << netns.status();
    netns_ = *std::move(netns);
    ASSERT_TRUE(netns_->SetSysctl("net.ipv4.ip_local_port_range", "40000 40003").ok());
  }

  std::unique_ptr<TestServer> Serve(ServerMode mode = ServerMode::kClosesSecond,
                                    const std::string& address = "::") {
    absl::StatusOr<std::unique_ptr<TestServer>> server =
        TestServer::Make(*netns_, address, kServerPort, mode);
    EXPECT_TRUE(server.ok()) << server.status();
    return server.ok() ? *std::move(server) : nullptr;
  }

  // What happened in this test's namespace.
  ConnectActivity Take() {
    absl::StatusOr<ConnectActivity> activity = watch_->Take();
    EXPECT_TRUE(activity.ok()) << activity.status();
    if (!activity.ok()) return {};
    std::erase_if(activity->failures, [this](const FailedConnects& failed) {
      return failed.netns_cookie != netns_->id().cookie;
    });
    std::erase_if(activity->pools, [this](const PoolTraffic& pool) {
      return pool.netns_cookie != netns_->id().cookie;
    });
    return *std::move(activity);
  }

  std::unique_ptr<ConnectWatch> watch_;
  std::unique_ptr<ScopedNetns> netns_;
};

std::string ToString(const PoolKey& key) {
  return absl::StrCat(key.source.ToString(), " -> ", key.destination.ToString(), " ",
                      key.destination_port);
}

// "127.0.0.1 -> 127.0.0.1 9000: 3"
std::vector<std::string> FailureLines(const ConnectActivity& activity) {
  std::vector<std::string> lines;
  for (const FailedConnects& failed : activity.failures) {
    lines.push_back(absl::StrCat(ToString(failed.key), ": ", failed.count));
  }
  return lines;
}

// "127.0.0.1 -> 127.0.0.1 9000: opened 3, closed here 2, by peer 1"
std::vector<std::string> TrafficLines(const ConnectActivity& activity) {
  std::vector<std::string> lines;
  for (const PoolTraffic& pool : activity.pools) {
    lines.push_back(absl::StrCat(ToString(pool.key), ": opened ", pool.opened, ", closed here ",
                                 pool.closed_here, ", by peer ", pool.closed_by_peer));
  }
  return lines;
}

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

TEST_P(BpfConnectWatchTest, CountsEachBlockingConnectThatFindsNoPort) {
  const auto server = Serve();
  netns_->RunInside([] {
    const FillResult full = Fill(To("127.0.0.1"), kPortCount);
    ASSERT_EQ(full.error_number, 0);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(Connect(To("127.0.0.1")).error_number, EADDRNOTAVAIL);
  });
  const ConnectActivity activity = Take();
  EXPECT_THAT(FailureLines(activity), ElementsAre("127.0.0.1 -> 127.0.0.1 9000: 3"));
  ASSERT_EQ(activity.failures.size(), 1);
  EXPECT_EQ(activity.failures[0].pid, getpid());
  EXPECT_EQ(activity.failures[0].process, std::string(program_invocation_short_name).substr(0, 15));
  EXPECT_NE(activity.failures[0].cgroup_id, 0);
  EXPECT_EQ(activity.failures_not_told_apart, 0);
  // Counted once.
  EXPECT_THAT(FailureLines(Take()), IsEmpty());
}

TEST_P(BpfConnectWatchTest, CountsNonBlockingConnectsThatFindNoPort) {
  const auto server = Serve();
  netns_->RunInside([] {
    const FillResult full = Fill(To("127.0.0.1"), kPortCount);
    ConnectOptions options = To("127.0.0.1");
    options.is_nonblocking = true;
    EXPECT_EQ(Connect(options).error_number, EADDRNOTAVAIL);
  });
  EXPECT_THAT(FailureLines(Take()), ElementsAre("127.0.0.1 -> 127.0.0.1 9000: 1"));
}

TEST_P(BpfConnectWatchTest, CountsFastOpenThatFindsNoPort) {
  const auto server = Serve();
  netns_->RunInside([] {
    const FillResult full = Fill(To("127.0.0.1"), kPortCount);
    UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_in to = LoopbackV4(kServerPort);
    EXPECT_EQ(sendto(fd.get(), "x", 1, MSG_FASTOPEN | MSG_NOSIGNAL,
                     reinterpret_cast<const sockaddr*>(&to), sizeof(to)),
              -1);
    EXPECT_EQ(errno, EADDRNOTAVAIL);
  });
  EXPECT_THAT(FailureLines(Take()), ElementsAre("127.0.0.1 -> 127.0.0.1 9000: 1"));
}

TEST_P(BpfConnectWatchTest, TellsIpv6FromMappedWhichIsIpv4) {
  const auto server = Serve();
  netns_->RunInside([] {
    const FillResult v4 = Fill(To("127.0.0.1"), kPortCount);
    const FillResult v6 = Fill(To("::1"), kPortCount);
    ConnectOptions mapped = To("127.0.0.1");
    mapped.is_mapped = true;
    EXPECT_EQ(Connect(mapped).error_number, EADDRNOTAVAIL);
    EXPECT_EQ(Connect(To("127.0.0.1")).error_number, EADDRNOTAVAIL);
    EXPECT_EQ(Connect(To("::1")).error_number, EADDRNOTAVAIL);
  });
  EXPECT_THAT(FailureLines(Take()),
              UnorderedElementsAre("127.0.0.1 -> 127.0.0.1 9000: 2", "::1 -> ::1 9000: 1"));
}

TEST_P(BpfConnectWatchTest, NamesTheSourceThatWasAskedFor) {
  const auto server = Serve();
  netns_->RunInside([] {
    ConnectOptions options = To("127.0.0.1");
    options.source = "127.0.0.7";
    const FillResult full = Fill(options, kPortCount + 1);
    EXPECT_EQ(full.error_number, EADDRNOTAVAIL);
  });
  EXPECT_THAT(FailureLines(Take()), ElementsAre("127.0.0.7 -> 127.0.0.1 9000: 1"));
}

// After a connection that was refused, the socket keeps its old inet_sport in the kernel.
TEST_P(BpfConnectWatchTest, CountsASocketThatIsUsedAgain) {
  netns_->RunInside([this] {
    UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_in to = LoopbackV4(kServerPort);
    ASSERT_EQ(connect(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof(to)), -1);
    ASSERT_EQ(errno, ECONNREFUSED);
    const auto server = Serve();
    const FillResult full = Fill(To("127.0.0.1"), kPortCount);
    ASSERT_EQ(full.error_number, 0);
    for (int i = 0; i < 2; ++i) {
      ASSERT_EQ(connect(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof(to)), -1);
      ASSERT_EQ(errno, EADDRNOTAVAIL);
    }
  });
  EXPECT_THAT(FailureLines(Take()), ElementsAre("127.0.0.1 -> 127.0.0.1 9000: 2"));
}

TEST_P(BpfConnectWatchTest, CountsNeitherRefusedNorGivenUpConnects) {
  netns_->RunInside([this] {
    const sockaddr_in to = LoopbackV4(kServerPort);
    // Refused, twice on one socket.
    UniqueFd refused(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    for (int i = 0; i < 2; ++i) {
      ASSERT_EQ(connect(refused.get(), reinterpret_cast<const sockaddr*>(&to), sizeof(to)), -1);
      ASSERT_EQ(errno, ECONNREFUSED);
    }
    // A server that accepts nothing: its queue of one is full after a while.
    const auto server = Serve(ServerMode::kAcceptsNothing, "127.0.0.1");
    ConnectOptions options = To("127.0.0.1");
    options.is_nonblocking = true;
    FillResult waiting = Fill(options, kPortCount - 1);
    ASSERT_EQ(waiting.error_number, 0);
    // Timed out.
    UniqueFd timed_out(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int limit_ms = 20;
    ASSERT_EQ(setsockopt(timed_out.get(), IPPROTO_TCP, TCP_USER_TIMEOUT, &limit_ms, sizeof(int)),
              0);
    ASSERT_EQ(connect(timed_out.get(), reinterpret_cast<const sockaddr*>(&to), sizeof(to)), -1);
    ASSERT_EQ(errno, ETIMEDOUT);
    // Closed and disconnected while the handshake is under way.
    waiting.fds.pop_back();
    sockaddr none{};
    none.sa_family = AF_UNSPEC;
    ASSERT_EQ(connect(waiting.fds.back().get(), &none, sizeof(none)), 0);
  });
  EXPECT_THAT(FailureLines(Take()), IsEmpty());
}

TEST_P(BpfConnectWatchTest, CountsNoFailedBindNorAClashOfAPortThatBindChose) {
  const auto server = Serve();
  netns_->RunInside([] {
    // bind(0) finds no port.
    const std::vector<UniqueFd> bound = BindAll("127.0.0.1", kPortCount);
    UniqueFd another(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(BindV4(another.get(), "127.0.0.1", 0), EADDRINUSE);
    // The same four-tuple twice.
    UniqueFd first = BindReusable("127.0.0.1", 41000);
    UniqueFd second = BindReusable("127.0.0.1", 41000);
    const sockaddr_in to = LoopbackV4(kServerPort);
    ASSERT_EQ(connect(first.get(), reinterpret_cast<const sockaddr*>(&to), sizeof(to)), 0);
    ASSERT_EQ(connect(second.get(), reinterpret_cast<const sockaddr*>(&to), sizeof(to)), -1);
    ASSERT_EQ(errno, EADDRNOTAVAIL);
  });
  EXPECT_THAT(FailureLines(Take()), IsEmpty());
}

TEST_P(BpfConnectWatchTest, CountsConnectionsByWhoClosesFirst) {
  const auto server = Serve();
  netns_->RunInside([] { ASSERT_EQ(OpenAndClose(To("127.0.0.1"), 3), 3); });
  EXPECT_THAT(TrafficLines(Take()),
              ElementsAre("127.0.0.1 -> 127.0.0.1 9000: opened 3, closed here 3, by peer 0"));
}

TEST_P(BpfConnectWatchTest, CountsThePeerThatClosesFirst) {
  const auto server = Serve(ServerMode::kClosesFirst);
  netns_->RunInside([] {
    const ConnectResult result = Connect(To("::1"));
    ASSERT_EQ(result.error_number, 0);
    ASSERT_TRUE(WaitReadable(result.fd.get()));
  });
  EXPECT_THAT(TrafficLines(Take()),
              ElementsAre("::1 -> ::1 9000: opened 1, closed here 0, by peer 1"));
}

// One pair of connected sockets, the client's first.
std::pair<UniqueFd, UniqueFd> MakePair() {
  UniqueFd listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_EQ(BindV4(listener.get(), "127.0.0.1", kServerPort), 0);
  EXPECT_EQ(listen(listener.get(), 1), 0);
  ConnectResult client = Connect(To("127.0.0.1"));
  EXPECT_EQ(client.error_number, 0);
  UniqueFd accepted(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  EXPECT_TRUE(accepted.valid());
  return {std::move(client.fd), std::move(accepted)};
}

TEST_P(BpfConnectWatchTest, TellsWhoResets) {
  netns_->RunInside([this] {
    {
      auto [client, accepted] = MakePair();
      ResetOnClose(client);
      client = UniqueFd();
    }
    EXPECT_THAT(TrafficLines(Take()),
                ElementsAre("127.0.0.1 -> 127.0.0.1 9000: opened 1, closed here 1, by peer 0"));
    {
      auto [client, accepted] = MakePair();
      ResetOnClose(accepted);
      accepted = UniqueFd();
      ASSERT_TRUE(WaitReadable(client.get()));
    }
    EXPECT_THAT(TrafficLines(Take()),
                ElementsAre("127.0.0.1 -> 127.0.0.1 9000: opened 1, closed here 0, by peer 1"));
  });
}

TEST_P(BpfConnectWatchTest, TellsWhoClosesWithUnreadData) {
  netns_->RunInside([this] {
    {
      auto [client, accepted] = MakePair();
      ASSERT_EQ(send(accepted.get(), "x", 1, MSG_NOSIGNAL), 1);
      ASSERT_TRUE(WaitReadable(client.get()));
      client = UniqueFd();
    }
    EXPECT_THAT(TrafficLines(Take()),
                ElementsAre("127.0.0.1 -> 127.0.0.1 9000: opened 1, closed here 1, by peer 0"));
    {
      auto [client, accepted] = MakePair();
      ASSERT_EQ(send(client.get(), "x", 1, MSG_NOSIGNAL), 1);
      ASSERT_TRUE(WaitReadable(accepted.get()));
      accepted = UniqueFd();
      ASSERT_TRUE(WaitReadable(client.get()));
    }
    EXPECT_THAT(TrafficLines(Take()),
                ElementsAre("127.0.0.1 -> 127.0.0.1 9000: opened 1, closed here 0, by peer 1"));
  });
}

TEST_P(BpfConnectWatchTest, CountsAConnectionWithItself) {
  netns_->RunInside([] {
    UniqueFd fd = BindReusable("127.0.0.1", 40001);
    const sockaddr_in to = LoopbackV4(40001);
    ASSERT_EQ(connect(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof(to)), 0);
  });
  EXPECT_THAT(TrafficLines(Take()),
              ElementsAre("127.0.0.1 -> 127.0.0.1 40001: opened 1, closed here 1, by peer 0"));
}

// The end of a connection counts although another call of Take() saw its beginning.
TEST_P(BpfConnectWatchTest, KnowsAPoolFromOneCallToTheNext) {
  const auto server = Serve();
  netns_->RunInside([this] {
    ConnectResult result = Connect(To("127.0.0.1"));
    EXPECT_THAT(TrafficLines(Take()),
                ElementsAre("127.0.0.1 -> 127.0.0.1 9000: opened 1, closed here 0, by peer 0"));
    EXPECT_THAT(TrafficLines(Take()), IsEmpty());
    result.fd = UniqueFd();
    EXPECT_THAT(TrafficLines(Take()),
                ElementsAre("127.0.0.1 -> 127.0.0.1 9000: opened 0, closed here 1, by peer 0"));
  });
}

TEST_P(BpfConnectWatchTest, AConnectionThatTimesOutIsEndedHere) {
  netns_->RunInside([] {
    auto [client, accepted] = MakePair();
    const int limit_ms = 100;
    ASSERT_EQ(setsockopt(client.get(), IPPROTO_TCP, TCP_USER_TIMEOUT, &limit_ms, sizeof(limit_ms)),
              0);
    SetLoopback(false);
    ASSERT_EQ(send(client.get(), "x", 1, MSG_NOSIGNAL), 1);
    ASSERT_TRUE(WaitReadable(client.get()));
    EXPECT_EQ(TakeError(client.get()), ETIMEDOUT);
    SetLoopback(true);
    ResetOnClose(accepted);
  });
  EXPECT_THAT(TrafficLines(Take()),
              ElementsAre("127.0.0.1 -> 127.0.0.1 9000: opened 1, closed here 1, by peer 0"));
}

// More kinds of failure than there is room for: those without an entry are counted too.
TEST_P(BpfConnectWatchTest, CountsFailuresForWhichThereIsNoRoom) {
  constexpr int kFailures = 5000;
  constexpr size_t kFailuresMax = 4096;
  // The only port is closed to connect(), so that each of these fails.
  auto listener = TestServer::Make(*netns_, "127.0.0.1", 40000, ServerMode::kClosesSecond);
  ASSERT_TRUE(listener.ok()) << listener.status();
  ASSERT_TRUE(netns_->SetSysctl("net.ipv4.ip_local_port_range", "40000 40000").ok());
  netns_->RunInside([] {
    for (int index = 0; index < kFailures; ++index) {
      ConnectOptions options = To("127.0.0.1");
      options.destination_port = static_cast<uint16_t>(1000 + index);
      ASSERT_EQ(Connect(options).error_number, EADDRNOTAVAIL);
    }
  });
  const ConnectActivity activity = Take();
  int64_t sum = 0;
  for (const FailedConnects& failed : activity.failures) sum += failed.count;
  EXPECT_LE(activity.failures.size(), kFailuresMax);
  EXPECT_GE(activity.failures_not_told_apart, kFailures - static_cast<int64_t>(kFailuresMax));
  // Others on the host may fail too.
  EXPECT_GE(sum + activity.failures_not_told_apart, kFailures);
  EXPECT_EQ(sum, static_cast<int64_t>(activity.failures.size()));
  // The room is there again.
  netns_->RunInside([] { EXPECT_EQ(Connect(To("127.0.0.1")).error_number, EADDRNOTAVAIL); });
  EXPECT_THAT(FailureLines(Take()), ElementsAre("127.0.0.1 -> 127.0.0.1 9000: 1"));
}

TEST_P(BpfConnectWatchTest, CountsPoolsForWhichThereIsNoRoom) {
  constexpr int kPools = 20'000;
  constexpr size_t kPoolsMax = 16'384;
  const auto server = Serve();
  netns_->RunInside([] {
    for (int index = 0; index < kPools; ++index) {
      const ConnectResult result =
          Connect(To(absl::StrCat("127.1.", index / 250, ".", 1 + index % 250)));
      ASSERT_EQ(result.error_number, 0);
      ResetOnClose(result.fd);
    }
  });
  const ConnectActivity activity = Take();
  int64_t opened = 0;
  for (const PoolTraffic& pool : activity.pools) opened += pool.opened;
  EXPECT_LE(activity.pools.size(), kPoolsMax);
  EXPECT_GE(activity.traffic_not_told_apart, kPools - static_cast<int64_t>(kPoolsMax));
  EXPECT_GE(opened + activity.traffic_not_told_apart, kPools);
}

// Threads connect, fail and close while Take() is called as fast as it can be: the sums are exact.
TEST_P(BpfConnectWatchTest, LosesNothingAndCountsNothingTwiceWhileThreadsConnect) {
  constexpr int kThreads = 4;
  constexpr int kRoundsPerThread = 2000;
  const auto server = Serve();
  FillResult full;
  netns_->RunInside([&full] { full = Fill(To("127.0.0.1"), kPortCount); });
  ASSERT_EQ(full.error_number, 0);

  std::atomic<int> running = kThreads;
  std::atomic<int> failed = 0;
  std::atomic<int> opened = 0;
  std::vector<std::jthread> threads;
  threads.reserve(kThreads);
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      netns_->RunInside([&, thread] {
        // A pool of its own, for there are four ports in each.
        ConnectOptions options = To(absl::StrCat("127.0.1.", thread));
        for (int round = 0; round < kRoundsPerThread; ++round) {
          if (Connect(To("127.0.0.1")).error_number == EADDRNOTAVAIL) ++failed;
          ConnectResult result = Connect(options);
          if (result.error_number != 0) continue;
          // No TIME_WAIT, which would hold the port.
          ResetOnClose(result.fd);
          ++opened;
        }
      });
      --running;
    });
  }

  int64_t failures = 0;
  PoolTraffic sum;
  // Of the whole host.
  int64_t missed = 0;
  int takes = 0;
  auto take = [&] {
    const ConnectActivity activity = Take();
    ++takes;
    EXPECT_EQ(activity.failures_not_told_apart, 0);
    missed += activity.traffic_not_told_apart;
    for (const FailedConnects& one : activity.failures) failures += one.count;
    for (const PoolTraffic& pool : activity.pools) {
      sum.opened += pool.opened;
      sum.closed_here += pool.closed_here;
      sum.closed_by_peer += pool.closed_by_peer;
    }
  };
  while (running > 0) take();
  threads.clear();
  take();
  EXPECT_GT(takes, 2);
  EXPECT_EQ(failed, kThreads * kRoundsPerThread);
  EXPECT_EQ(failures, kThreads * kRoundsPerThread);
  EXPECT_EQ(opened, kThreads * kRoundsPerThread);
  constexpr int64_t kRounds = kThreads * kRoundsPerThread;
  EXPECT_LE(sum.opened, kRounds + kPortCount);
  EXPECT_GE(sum.opened + missed, kRounds + kPortCount);
  EXPECT_LE(sum.closed_here, kRounds);
  EXPECT_GE(sum.closed_here + missed, kRounds);
  EXPECT_EQ(sum.closed_by_peer, 0);
  RecordProperty("takes", takes);
}

INSTANTIATE_TEST_SUITE_P(Tracepoint, BpfConnectWatchTest,
                         ::testing::Values(TracepointKind::kBtf, TracepointKind::kRaw),
                         [](const auto& kind) {
                           return kind.param == TracepointKind::kBtf ? "Btf" : "Raw";
                         });

}  // namespace
}  // namespace berthmaster
