#include "agent/kernel/bpf/bpf_bind_ownership.h"

#include <errno.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/kernel/bpf_sockets.h"
#include "tests/kernel/missing_page.h"
#include "tests/kernel/netns_fixture.h"
#include "tests/kernel/test_sockets.h"

namespace berthmaster {
namespace {

constexpr uint16_t kServerPort = 9000;
constexpr PortRange kPorts = {40000, 40009};

// A namespace, and what the kernel says of each port in a range: connect() is given one port only.
class BpfBindOwnershipTest : public ::testing::TestWithParam<BindOwnershipWay> {
 protected:
  void SetUp() override {
    if (!CanMakeNetns()) GTEST_SKIP() << kNeedsRoot;
    absl::StatusOr<std::unique_ptr<BindOwnershipReader>> reader =
        MakeBpfBindOwnershipReader(GetParam());
    if (!reader.ok()) GTEST_SKIP() << reader.status().message();
    reader_ = *std::move(reader);
    absl::StatusOr<std::unique_ptr<ScopedNetns>> netns = ScopedNetns::Make();
    ASSERT_TRUE(netns.ok()) << netns.status();
    netns_ = *std::move(netns);
    absl::StatusOr<std::unique_ptr<TestServer>> server =
        TestServer::Make(*netns_, "::", kServerPort, ServerMode::kClosesSecond);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  static NetnsEntry Entry(const ScopedNetns& netns) {
    NetnsEntry entry;
    entry.id = netns.id();
    entry.fd = std::make_shared<const UniqueFd>(
        open(absl::StrCat("/run/netns/", netns.name()).c_str(), O_RDONLY | O_CLOEXEC));
    return entry;
  }

  PortSet Read(const ScopedNetns& netns) {
    absl::StatusOr<PortSet> ports = absl::UnknownError("not run");
    // Enters the namespace, so not on the test's own thread.
    std::jthread([&] { ports = reader_->ReadClosedPorts(Entry(netns)); }).join();
    EXPECT_TRUE(ports.ok()) << ports.status();
    return ports.ok() ? *ports : PortSet();
  }
  // "40001,40005-40006"
  std::string ReadClosed() { return Read(*netns_).ToSysctl(); }

  void UsePort(int port) {
    ASSERT_TRUE(
        netns_->SetSysctl("net.ipv4.ip_local_port_range", absl::StrCat(port, " ", port)).ok());
  }

  // The ports that connect() cannot take, although no connection to that destination exists.
  std::string FindClosed() {
    PortSet closed;
    for (int port = kPorts.low; port <= kPorts.high; ++port) {
      UsePort(port);
      netns_->RunInside([&closed, port] {
        const ConnectResult result = Connect(To("127.0.0.99"));
        if (result.error_number == EADDRNOTAVAIL) {
          closed.Add(port);
        } else {
          EXPECT_EQ(result.error_number, 0) << port;
          ResetOnClose(result.fd);
        }
      });
    }
    // The server is there.
    closed.Add(kServerPort);
    return closed.ToSysctl();
  }

  static ConnectOptions To(const std::string& destination) {
    ConnectOptions options;
    options.destination = destination;
    options.destination_port = kServerPort;
    return options;
  }

  // A connection from `port`, which connect() chose.
  UniqueFd ConnectFrom(int port, const std::string& source = "") {
    UsePort(port);
    UniqueFd fd;
    netns_->RunInside([&fd, &source] {
      ConnectOptions options = To("127.0.0.1");
      options.source = source;
      ConnectResult result = Connect(options);
      EXPECT_EQ(result.error_number, 0);
      fd = std::move(result.fd);
    });
    return fd;
  }

  // A connection from `port`, which bind() chose.
  UniqueFd ConnectBound(const std::string& source, uint16_t port, const std::string& destination) {
    UniqueFd fd;
    netns_->RunInside([&] {
      fd = BindReusable(source, port);
      const sockaddr_in to = AddressV4(destination, kServerPort);
      EXPECT_EQ(connect(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof(to)), 0);
    });
    return fd;
  }

  std::unique_ptr<BindOwnershipReader> reader_;
  std::unique_ptr<ScopedNetns> netns_;
  std::unique_ptr<TestServer> server_;
};

TEST_P(BpfBindOwnershipTest, ListenersCloseTheirPortsToBothFamilies) {
  auto v4 = TestServer::Make(*netns_, "127.0.0.77", 40001, ServerMode::kClosesSecond);
  ASSERT_TRUE(v4.ok()) << v4.status();
  auto v6 = TestServer::Make(*netns_, "::1", 40003, ServerMode::kClosesSecond);
  ASSERT_TRUE(v6.ok()) << v6.status();
  UniqueFd v6_only;
  std::vector<UniqueFd> group;
  netns_->RunInside([&] {
    const int one = 1;
    v6_only = UniqueFd(socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ASSERT_EQ(setsockopt(v6_only.get(), IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one)), 0);
    sockaddr_in6 any{};
    any.sin6_family = AF_INET6;
    any.sin6_port = htons(40005);
    ASSERT_EQ(bind(v6_only.get(), reinterpret_cast<const sockaddr*>(&any), sizeof(any)), 0);
    ASSERT_EQ(listen(v6_only.get(), 1), 0);
    for (int index = 0; index < 2; ++index) {
      UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
      ASSERT_EQ(setsockopt(fd.get(), SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one)), 0);
      ASSERT_EQ(BindV4(fd.get(), "127.0.0.1", 40007), 0);
      ASSERT_EQ(listen(fd.get(), 1), 0);
      group.push_back(std::move(fd));
    }
  });
  EXPECT_EQ(ReadClosed(), "9000,40001,40003,40005,40007");
  EXPECT_EQ(FindClosed(), "9000,40001,40003,40005,40007");
}

TEST_P(BpfBindOwnershipTest, PortsOfConnectStayOpenInTimeWaitToo) {
  UniqueFd established = ConnectFrom(40000);
  UniqueFd without_port = ConnectFrom(40001, "127.0.0.5");
  ConnectFrom(40002);
  EXPECT_EQ(ReadClosed(), "9000");
  EXPECT_EQ(FindClosed(), "9000");
}

TEST_P(BpfBindOwnershipTest, BoundClientsCloseTheirPortsInTimeWaitToo) {
  UniqueFd established = ConnectBound("127.0.0.1", 40000, "127.0.0.1");
  // TIME_WAIT.
  ConnectBound("127.0.0.1", 40001, "127.0.0.1");
  // FIN_WAIT_2, in a small socket: the server does not close.
  EXPECT_EQ(ReadClosed(), "9000,40000-40001");
  EXPECT_EQ(FindClosed(), "9000,40000-40001");
}

TEST_P(BpfBindOwnershipTest, OrphansInFinWait2AreSeen) {
  // Accepted by nobody, so closed by nobody.
  auto server =
      TestServer::Make(*netns_, "127.0.0.50", kServerPort + 1, ServerMode::kAcceptsNothing);
  ASSERT_TRUE(server.ok()) << server.status();
  netns_->RunInside([] {
    UniqueFd bound = BindReusable("127.0.0.1", 40002);
    const sockaddr_in to = AddressV4("127.0.0.50", kServerPort + 1);
    ASSERT_EQ(connect(bound.get(), reinterpret_cast<const sockaddr*>(&to), sizeof(to)), 0);
  });
  EXPECT_EQ(ReadClosed(), "9000-9001,40002");
}

// Linux 6.18 opens the bucket again when the last user that came by bind() leaves; earlier ones
// wait until all have left. The reader says what this kernel does.
TEST_P(BpfBindOwnershipTest, ABoundClientThatLeavesIsForgottenAsTheKernelForgetsIt) {
  UniqueFd by_connect = ConnectFrom(40000);
  UniqueFd by_bind = ConnectBound("127.0.0.9", 40000, "127.0.0.1");
  EXPECT_EQ(ReadClosed(), "9000,40000");
  EXPECT_EQ(FindClosed(), "9000,40000");
  ResetOnClose(by_bind);
  by_bind = UniqueFd();
  EXPECT_EQ(ReadClosed(), FindClosed());
}

TEST_P(BpfBindOwnershipTest, AcceptedConnectionsKeepThePortOfTheirListenerClosed) {
  auto server = TestServer::Make(*netns_, "127.0.0.1", 40004, ServerMode::kClosesSecond);
  ASSERT_TRUE(server.ok()) << server.status();
  UniqueFd client;
  netns_->RunInside([&client] {
    ConnectOptions options = To("127.0.0.1");
    options.destination_port = 40004;
    ConnectResult result = Connect(options);
    ASSERT_EQ(result.error_number, 0);
    client = std::move(result.fd);
  });
  while ((*server)->accepted_count() == 0) std::this_thread::yield();
  (*server)->StopListening();
  EXPECT_EQ(ReadClosed(), FindClosed());
  EXPECT_EQ(ReadClosed(), "9000,40004");
  // The server's end is closed first: TIME_WAIT stays there.
  server->reset();
  client = UniqueFd();
  EXPECT_EQ(ReadClosed(), FindClosed());
  EXPECT_EQ(ReadClosed(), "9000,40004");
}

// What is only bound closes its port. A walk over sockets does not show it, so that is for
// SocketDump to tell.
TEST_P(BpfBindOwnershipTest, SocketsThatAreOnlyBoundAreInTheirBucket) {
  UniqueFd bound;
  netns_->RunInside([&bound] { bound = BindReusable("127.0.0.1", 40006); });
  EXPECT_EQ(FindClosed(), "9000,40006");
  EXPECT_EQ(ReadClosed(), GetParam() == BindOwnershipWay::kBuckets ? "9000,40006" : "9000");
}

TEST_P(BpfBindOwnershipTest, ShowsOneNamespaceOnly) {
  absl::StatusOr<std::unique_ptr<ScopedNetns>> other = ScopedNetns::Make();
  ASSERT_TRUE(other.ok()) << other.status();
  auto server = TestServer::Make(**other, "127.0.0.1", 40008, ServerMode::kClosesSecond);
  ASSERT_TRUE(server.ok()) << server.status();
  EXPECT_EQ(ReadClosed(), "9000");
  EXPECT_EQ(Read(**other).ToSysctl(), "40008");
  EXPECT_EQ(ReadClosed(), "9000");
}

TEST_P(BpfBindOwnershipTest, ANamespaceOfAnotherInodeIsNotRead) {
  NetnsEntry entry = Entry(*netns_);
  ++entry.id.inode;
  std::jthread([&] {
    EXPECT_EQ(reader_->ReadClosedPorts(entry).status().code(),
              absl::StatusCode::kFailedPrecondition);
  }).join();
}

// A process that sends from memory which does not come keeps the lock of its socket.
TEST_P(BpfBindOwnershipTest, WaitsForNoSocketWhenItReadsBuckets) {
  UniqueFd client = ConnectFrom(40000);
  absl::StatusOr<std::unique_ptr<MissingPage>> page = MissingPage::Make();
  if (!page.ok()) GTEST_SKIP() << page.status().message();
  std::jthread sender([&] { send(client.get(), (*page)->data(), 1, MSG_NOSIGNAL); });
  (*page)->WaitUntilMissed();
  // A walk over sockets would wait here.
  if (GetParam() == BindOwnershipWay::kSockets) (*page)->Provide();
  EXPECT_EQ(ReadClosed(), "9000");
  (*page)->Provide();
}

TEST_P(BpfBindOwnershipTest, ReadsANamespaceThatHasLostItsName) {
  const NetnsEntry entry = Entry(*netns_);
  netns_->RemoveName();
  std::jthread([&] {
    absl::StatusOr<PortSet> ports = reader_->ReadClosedPorts(entry);
    ASSERT_TRUE(ports.ok()) << ports.status();
    EXPECT_EQ(ports->ToSysctl(), "9000");
  }).join();
}

INSTANTIATE_TEST_SUITE_P(Way, BpfBindOwnershipTest,
                         ::testing::Values(BindOwnershipWay::kBuckets, BindOwnershipWay::kSockets),
                         [](const auto& way) {
                           return way.param == BindOwnershipWay::kBuckets ? "Buckets" : "Sockets";
                         });

}  // namespace
}  // namespace berthmaster
