#include "agent/kernel/sockets/socket_dump.h"

#include <sys/socket.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "agent/kernel/netns/netns_thread.h"
#include "agent/kernel/sockets/linux_socket_dump.h"
#include "agent/kernel/sockets/ss_socket_dump.h"
#include "common/clock/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/kernel/netns_fixture.h"
#include "tests/kernel/socket_scene.h"
#include "tests/kernel/test_sockets.h"

namespace berthmaster {
namespace {

using testing::HasSubstr;

// What the agent takes for granted about this kernel's sock_diag.
class SockDiagTruth : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    absl::StatusOr<std::unique_ptr<SocketScene>> made = SocketScene::Make();
    if (made.ok()) {
      scene = *std::move(made);
    } else {
      why_not = made.status().ToString();
    }
  }
  static void TearDownTestSuite() { scene.reset(); }
  void SetUp() override {
    if (scene == nullptr) GTEST_SKIP() << why_not;
    seen_ = SeeTcp(dump_, scene->entry());
  }
  // The sockets with that local port; at least one.
  std::vector<SeenSocket> OnPort(uint16_t local_port) const {
    std::vector<SeenSocket> found;
    for (const SeenSocket& seen : seen_) {
      if (seen.row.local_port == local_port) found.push_back(seen);
    }
    EXPECT_FALSE(found.empty()) << local_port;
    if (found.empty()) found.emplace_back();
    return found;
  }
  std::vector<SeenSocket> To(uint16_t destination_port, TcpState state) const {
    std::vector<SeenSocket> found;
    for (const SeenSocket& seen : seen_) {
      if (seen.row.destination_port == destination_port && seen.row.state == state) {
        found.push_back(seen);
      }
    }
    return found;
  }

  static std::unique_ptr<SocketScene> scene;
  static std::string why_not;
  LinuxSocketDump dump_;
  std::vector<SeenSocket> seen_;
};

std::unique_ptr<SocketScene> SockDiagTruth::scene;
std::string SockDiagTruth::why_not;

TEST_F(SockDiagTruth, BothFamiliesComeInOneWalk) {
  EXPECT_EQ(dump_.counters(), SocketDumpCounters{.dumps = 1});
  EXPECT_EQ(OnPort(8080)[0].row.source.ToIpAddress().ToString(), "10.9.0.2");
  EXPECT_EQ(OnPort(9000)[0].row.source.ToIpAddress().ToString(), "fd00::2");
}

TEST_F(SockDiagTruth, SocketsThatAreOnlyBoundAreSeen) {
  EXPECT_EQ(OnPort(40110)[0].row.state, TcpState::kBoundInactive);
  EXPECT_EQ(OnPort(40111)[0].row.state, TcpState::kBoundInactive);
  EXPECT_EQ(OnPort(40111)[0].row.source.ToIpAddress().ToString(), "::1");
}

TEST_F(SockDiagTruth, AnOrphanInFinWait2IsAMiniSocketWithoutAnOwner) {
  const std::vector<SeenSocket> minis = To(8082, TcpState::kFinWait2);
  ASSERT_EQ(minis.size(), 2u);
  for (const SeenSocket& mini : minis) {
    EXPECT_TRUE(mini.row.is_mini);
    EXPECT_EQ(mini.row.inode, 0u);
    EXPECT_FALSE(mini.has_cgroup);
    EXPECT_GT(mini.row.expires_ms, 0u);
    EXPECT_LE(mini.row.expires_ms, 60000u);
  }
}

TEST_F(SockDiagTruth, TheQueuesOfAListenerAreItsAcceptQueueAndItsBacklog) {
  const auto listener_on = [this](uint16_t listen_port) {
    for (const SeenSocket& seen : OnPort(listen_port)) {
      if (seen.row.state == TcpState::kListen) return seen.row;
    }
    ADD_FAILURE() << "no listener on " << listen_port;
    return SocketRow();
  };
  EXPECT_EQ(listener_on(8082).receive_queue, 2u);
  EXPECT_EQ(listener_on(8082).send_queue, 16u);
  EXPECT_EQ(listener_on(8080).receive_queue, 0u);
  EXPECT_EQ(listener_on(8080).send_queue, 4096u);
  EXPECT_EQ(listener_on(8083).receive_queue, 1u);
  EXPECT_EQ(listener_on(8083).send_queue, 0u);
}

// They are NEW_SYN_RECV in the table (inet_req_diag_fill names them SYN_RECV).
TEST_F(SockDiagTruth, ARequestOfAListenerIsInSynRecv) {
  const std::vector<SeenSocket> on_port = OnPort(8085);
  const auto request = std::find_if(on_port.begin(), on_port.end(), [](const SeenSocket& seen) {
    return seen.row.state != TcpState::kListen;
  });
  ASSERT_NE(request, on_port.end());
  EXPECT_EQ(request->row.state, TcpState::kSynRecv);
  EXPECT_EQ(request->row.inode, 0u);
  EXPECT_EQ(request->row.destination.ToIpAddress().ToString(), "10.9.0.1");
}

TEST_F(SockDiagTruth, MappedAddressesAreThoseOfIpv4) {
  const std::vector<SeenSocket> established = To(8080, TcpState::kEstablished);
  EXPECT_EQ(established.size(), 5u);
  for (const SeenSocket& seen : established) {
    EXPECT_EQ(seen.row.source.ToIpAddress().ToString(), "10.9.0.1");
  }
}

TEST_F(SockDiagTruth, EverySocketHasACookieOfItsOwn) {
  std::set<uint64_t> cookies;
  for (const SeenSocket& seen : seen_) {
    EXPECT_NE(seen.row.cookie, 0u);
    EXPECT_TRUE(cookies.insert(seen.row.cookie).second);
  }
}

TEST(SockDiagTruthOfOneSocket, TheCookieIsKeptIntoTimeWait) {
  if (!CanMakeNetns()) GTEST_SKIP() << kNeedsRoot;
  auto netns = ScopedNetns::Make().value();
  ASSERT_TRUE(netns->AddAddress("10.9.0.2").ok());
  auto server = TestServer::Make(*netns, "10.9.0.2", 8080, ServerMode::kClosesSecond).value();
  ConnectResult connection;
  netns->RunInside([&] {
    connection =
        Connect({.source = "10.9.0.2", .destination = "10.9.0.2", .destination_port = 8080});
  });
  // The client's row of that state; cookie 0 when 10 s have passed without one.
  const auto await_row = [&](TcpState state) {
    const LinuxClock clock;
    const absl::Duration end = clock.MonotonicNow() + absl::Seconds(10);
    LinuxSocketDump dump;
    SocketRow found;
    while (found.cookie == 0 && clock.MonotonicNow() < end) {
      netns->RunInside([&] {
        ASSERT_EQ(dump.VisitCurrent([&](const SocketRow& row) {
          if (row.destination_port == 8080 && row.state == state) found = row;
        }),
                  absl::OkStatus());
      });
    }
    return found;
  };
  const SocketRow established = await_row(TcpState::kEstablished);
  // Not close(): the kernel ends an orphan without TIME_WAIT when the host has too many.
  ASSERT_EQ(shutdown(connection.fd.get(), SHUT_WR), 0);
  const SocketRow time_wait = await_row(TcpState::kTimeWait);

  EXPECT_NE(established.cookie, 0u);
  EXPECT_NE(established.inode, 0u);
  EXPECT_EQ(time_wait.cookie, established.cookie);
  EXPECT_EQ(time_wait.local_port, established.local_port);
  EXPECT_EQ(time_wait.inode, 0u);
  EXPECT_TRUE(time_wait.is_mini);
}

TEST_F(SockDiagTruth, AMessageLongerThanTheBufferIsCountedAndFitsTheNextTime) {
  LinuxSocketDump small(1024);
  NetnsThread thread;
  const auto visit = [&] {
    size_t row_count = 0;
    absl::Status status = thread.Run(
        [&] { return small.Visit(scene->entry(), [&](const SocketRow&) { ++row_count; }); });
    return std::make_pair(status, row_count);
  };
  EXPECT_EQ(visit().first.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(small.counters().truncated, 1);
  std::pair<absl::Status, size_t> last = visit();
  // Twice as long each time.
  for (int tries = 0; tries < 5 && absl::IsUnavailable(last.first); ++tries) last = visit();
  EXPECT_EQ(last.first, absl::OkStatus());
  EXPECT_EQ(last.second, seen_.size());
}

TEST_F(SockDiagTruth, ADumpOfTheListenersIsEnoughToTry) {
  absl::Status status = absl::UnknownError("not run");
  scene->netns().RunInside([&] { status = dump_.TryCurrent(); });
  EXPECT_EQ(status, absl::OkStatus());
}

// Programs in the place of ss. The test's own namespace will do, since nothing is entered for it.
absl::Status VisitWith(const std::string& program, absl::Duration time_limit = absl::Seconds(60)) {
  const LinuxClock clock;
  SsSocketDump dump(clock, {program}, time_limit);
  NetnsEntry entry;
  entry.id.inode = CurrentNetnsInode().value();
  entry.fd = std::make_shared<const UniqueFd>();
  return dump.Visit(entry, [](const SocketRow&) {});
}

TEST(SsProgram, ThatIsMissingNamesTheRemedy) {
  const absl::Status status = VisitWith("/nonexistent/ss");
  EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented);
  EXPECT_THAT(status.message(), HasSubstr("install the package iproute2"));
}

// Any program that does not know ss's flags.
TEST(SsProgram, ThatFailsIsQuoted) {
  const absl::Status status = VisitWith("/bin/ls");
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(status.message(), HasSubstr("/bin/ls exited with status"));
}

TEST(SsProgram, ThatWritesSomethingElseIsNotBelieved) {
  const absl::Status status = VisitWith("/bin/echo");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("not a line of ss"));
  EXPECT_THAT(status.message(), HasSubstr("-H -O -n -o -e -t state listening"));
}

}  // namespace
}  // namespace berthmaster
