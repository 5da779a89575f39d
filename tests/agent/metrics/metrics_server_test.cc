#include "agent/metrics/metrics_server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/file/file.h"
#include "tests/fakes/fake_clock.h"

namespace berthmaster {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

UniqueFd Connect(uint16_t listen_port) {
  UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(listen_port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  // A server that does not answer fails the test and does not hang it.
  const timeval limit = {20, 0};
  setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  EXPECT_EQ(connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  return fd;
}

void Send(const UniqueFd& fd, absl::string_view bytes) {
  // The server may have closed already.
  [[maybe_unused]] ssize_t sent = send(fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

std::string ReadAll(const UniqueFd& fd) {
  std::string all;
  char buffer[4096];
  ssize_t got = 0;
  while ((got = read(fd.get(), buffer, sizeof(buffer))) > 0) {
    all.append(buffer, static_cast<size_t>(got));
  }
  return got == 0 ? all : absl::StrCat(all, "<not closed>");
}

class MetricsServerTest : public testing::Test {
 protected:
  void SetUp() override {
    Start({});
    MetricsSnapshot agent;
    agent.loop_time = clock_.MonotonicNow();
    agent.sampled_time = clock_.MonotonicNow();
    agent.sample_interval = absl::Seconds(10);
    board_.Post(std::make_shared<const MetricsSnapshot>(agent));
  }
  void Start(const MetricsLimits& limits) {
    server_.reset();
    server_ = MetricsServer::Start({{"127.0.0.1", 0}, limits}, board_, clock_).value();
  }
  uint16_t port() const { return server_->address().listen_port; }
  std::string Ask(absl::string_view request) {
    UniqueFd fd = Connect(port());
    Send(fd, request);
    return ReadAll(fd);
  }

  FakeClock clock_;
  SnapshotBoard board_;
  std::unique_ptr<MetricsServer> server_;
};

TEST_F(MetricsServerTest, ServesMetricsAndHealth) {
  const std::string metrics = Ask("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_THAT(metrics, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(metrics, HasSubstr("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
  EXPECT_THAT(metrics, HasSubstr("\nberthmaster_agent_samples_total 0\n"));
  EXPECT_THAT(Ask("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"), HasSubstr("\r\n\r\nok\n"));
  EXPECT_THAT(Ask("HEAD /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"),
              testing::AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), testing::EndsWith("\r\n\r\n")));
}

TEST_F(MetricsServerTest, SaysThatTheLoopStandsStill) {
  clock_.Advance(absl::Minutes(1));
  EXPECT_THAT(Ask("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"),
              testing::AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("busy for 1m")));
}

TEST_F(MetricsServerTest, RefusesWhatItDoesNotServe) {
  EXPECT_THAT(Ask("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(Ask("GET /metrics HTTP/1.1\r\nHost: evil.example\r\n\r\n"),
              StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(Ask("POST /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc"),
              StartsWith("HTTP/1.1 4"));
  EXPECT_THAT(Ask("\x16\x03\x01\x02 no http at all\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Ask(absl::StrCat("GET /", std::string(10000, 'a'), " HTTP/1.1\r\n\r\n")),
              StartsWith("HTTP/1.1 431 "));
}

TEST_F(MetricsServerTest, LivesThroughClientsThatStopHalfWay) {
  { UniqueFd gone = Connect(port()); }
  UniqueFd half = Connect(port());
  Send(half, "GET /metr");
  EXPECT_THAT(Ask("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"), HasSubstr("ok"));
}

TEST_F(MetricsServerTest, ClosesAClientThatTakesTooLong) {
  Start({.request_timeout = absl::Milliseconds(50)});
  UniqueFd slow = Connect(port());
  Send(slow, "GET /metrics HTTP/1.1\r\n");
  EXPECT_EQ(ReadAll(slow), "");
}

TEST_F(MetricsServerTest, TakesABoundedNumberOfClients) {
  Start({.connections_max = 2});
  UniqueFd first = Connect(port());
  UniqueFd second = Connect(port());
  // Both are in: a half request is read before the next connection is looked at.
  Send(first, "GET");
  Send(second, "GET");
  UniqueFd third = Connect(port());
  char letter = 0;
  EXPECT_LE(read(third.get(), &letter, 1), 0);
  first = UniqueFd();
  second = UniqueFd();
  std::string answer;
  // The places are free as soon as the server has seen the ends.
  for (int tries = 0; tries < 1000 && answer.empty(); ++tries) {
    answer = Ask("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    if (answer == "<not closed>") answer.clear();
  }
  EXPECT_THAT(answer, HasSubstr("ok"));
}

TEST_F(MetricsServerTest, SaysThatThePortIsTaken) {
  absl::Status taken = MetricsServer::Start({server_->address(), {}}, board_, clock_).status();
  EXPECT_EQ(taken.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(taken.message()), HasSubstr("--metrics-listen"));
}

TEST_F(MetricsServerTest, StopsWithAConnectionOpen) {
  UniqueFd open = Connect(port());
  Send(open, "GET /metrics HTTP/1.1\r\n");
  server_.reset();
  EXPECT_THAT(ReadAll(open), testing::AnyOf("", "<not closed>"));
}

}  // namespace
}  // namespace berthmaster
