#include "controller/web_gateway/web_gateway.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "absl/strings/escaping.h"
#include "absl/synchronization/notification.h"
#include "berthmaster/v1/host.grpc.pb.h"
#include "controller/api/grpc_server.h"
#include "tests/controller/web_gateway/http_client.h"
#include "tests/fakes/fake_clock.h"
#include "tests/process/temp_directory.h"

namespace berthmaster {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kListHosts[] = "/berthmaster.v1.HostService/ListHosts";
constexpr char kWatchHosts[] = "/berthmaster.v1.HostService/WatchHosts";

// Sends hosts until it is cancelled.
class EndlessStream final : public grpc::ServerWriteReactor<v1::WatchHostsResponse> {
 public:
  EndlessStream(int padding_bytes, std::atomic<int>* written, absl::Notification* cancelled)
      : written_(written), cancelled_(cancelled) {
    response_.mutable_host()->set_name("hosts/" + std::string(padding_bytes, 'x'));
    StartWrite(&response_);
  }
  void OnWriteDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::CANCELLED);
    ++*written_;
    StartWrite(&response_);
  }
  void OnCancel() override { cancelled_->Notify(); }
  void OnDone() override { delete this; }

 private:
  std::atomic<int>* const written_;
  absl::Notification* const cancelled_;
  v1::WatchHostsResponse response_;
};

// A service whose answers the test chooses by the page token.
class FakeHostService final : public v1::HostService::CallbackService {
 public:
  grpc::ServerUnaryReactor* ListHosts(grpc::CallbackServerContext* context,
                                      const v1::ListHostsRequest* request,
                                      v1::ListHostsResponse* response) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    if (request->page_token() == "fail") {
      reactor->Finish({grpc::StatusCode::ABORTED, "100 % changed", "details"});
    } else if (request->page_token() != "hang") {
      response->set_next_page_token("saw " + request->page_token());
      reactor->Finish(grpc::Status::OK);
    } else {
      // Ended by the deadline of the call.
      hanging = reactor;
    }
    return reactor;
  }

  grpc::ServerWriteReactor<v1::WatchHostsResponse>* WatchHosts(
      grpc::CallbackServerContext* /*context*/, const v1::WatchHostsRequest* /*request*/) override {
    return new EndlessStream(padding_bytes, &written, &cancelled);
  }

  grpc::ServerUnaryReactor* hanging = nullptr;
  int padding_bytes = 10;
  std::atomic<int> written = 0;
  absl::Notification cancelled;
};

class WebGatewayTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(WriteFileAtomically(web_root_.path() + "/index.html", "<html>", 0644).ok());
    absl::StatusOr<std::unique_ptr<GrpcServer>> server = GrpcServer::Start(
        Endpoint{"127.0.0.1", 0},
        [this](grpc::ServerBuilder& builder) { builder.RegisterService(&service_); });
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    WebGateway::Options options;
    options.listen = {"127.0.0.1", 0};
    options.web_root = web_root_.path();
    options.limits.connections_max = 8;
    options.limits.body_bytes_max = 64 * 1024;
    Start(options);
  }

  void Start(const WebGateway::Options& options) {
    absl::StatusOr<std::unique_ptr<WebGateway>> gateway =
        WebGateway::Start(options, server_->InProcessChannel());
    ASSERT_TRUE(gateway.ok()) << gateway.status();
    gateway_ = *std::move(gateway);
  }

  void TearDown() override {
    if (service_.hanging != nullptr) service_.hanging->Finish(grpc::Status::OK);
    gateway_->Stop();
    server_->Stop(absl::Seconds(5));
  }

  uint16_t port() const { return gateway_->address().listen_port; }

  std::string Exchange(absl::string_view bytes) {
    HttpClient client(port());
    client.Send(bytes);
    return client.ReadHead().value_or("(closed)");
  }

  std::string Message(absl::string_view token) {
    v1::ListHostsRequest request;
    request.set_page_token(std::string(token));
    return request.SerializeAsString();
  }

  TempDirectory web_root_;
  FakeHostService service_;
  std::unique_ptr<GrpcServer> server_;
  std::unique_ptr<WebGateway> gateway_;
};

TEST_F(WebGatewayTest, AUnaryCallHasOneMessageAndTrailers) {
  HttpClient client(port());
  // Twice over the same connection.
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(client.Send(CallBytes(kListHosts, Message("me"))));
    const std::string head = client.ReadHead().value();
    EXPECT_THAT(head, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(head, HasSubstr("Content-Type: application/grpc-web+proto\r\n"));
    const GrpcWebBody body = ParseBody(client.ReadChunks());
    ASSERT_EQ(body.messages.size(), 1u);
    v1::ListHostsResponse response;
    ASSERT_TRUE(response.ParseFromString(body.messages[0]));
    EXPECT_EQ(response.next_page_token(), "saw me");
    EXPECT_EQ(body.trailers, "grpc-status: 0\r\n");
  }
}

TEST_F(WebGatewayTest, AnErrorIsInTheTrailers) {
  HttpClient client(port());
  client.Send(CallBytes(kListHosts, Message("fail")));
  EXPECT_THAT(client.ReadHead().value(), StartsWith("HTTP/1.1 200 OK\r\n"));
  const GrpcWebBody body = ParseBody(client.ReadChunks());

  EXPECT_TRUE(body.messages.empty());
  EXPECT_EQ(body.trailers,
            "grpc-status: 10\r\ngrpc-message: 100 %25 changed\r\n"
            "grpc-status-details-bin: ZGV0YWlscw==\r\n");
}

TEST_F(WebGatewayTest, TextModeIsBase64BothWays) {
  HttpClient client(port());
  const std::string binary = CallBytes(kListHosts, Message("me"));
  const std::string frame = binary.substr(binary.find("\r\n\r\n") + 4);
  client.Send(PostBytes(kListHosts,
                        "Host: localhost\r\nContent-Type: application/grpc-web-text\r\n",
                        absl::Base64Escape(frame)));
  EXPECT_THAT(client.ReadHead().value(),
              HasSubstr("Content-Type: application/grpc-web-text+proto\r\n"));
  std::string message;
  std::string trailers;
  ASSERT_TRUE(absl::Base64Unescape(client.ReadChunk().value(), &message));
  ASSERT_TRUE(absl::Base64Unescape(client.ReadChunk().value(), &trailers));

  EXPECT_EQ(ParseBody(message).messages.size(), 1u);
  EXPECT_EQ(ParseBody(trailers).trailers, "grpc-status: 0\r\n");
}

TEST_F(WebGatewayTest, ABadFrameIsAnErrorOfTheCall) {
  HttpClient client(port());
  client.Send(PostBytes(kListHosts, "Host: localhost\r\nContent-Type: application/grpc-web\r\n",
                        "garbage"));
  EXPECT_THAT(client.ReadHead().value(), StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(ParseBody(client.ReadChunks()).trailers, StartsWith("grpc-status: 3\r\n"));
}

TEST_F(WebGatewayTest, ADeadlineEndsTheCall) {
  HttpClient client(port());
  client.Send(CallBytes(kListHosts, Message("hang"), "Grpc-Timeout: 50m\r\n"));
  client.ReadHead();
  EXPECT_THAT(ParseBody(client.ReadChunks()).trailers, StartsWith("grpc-status: 4\r\n"));
}

TEST_F(WebGatewayTest, AStreamIsFlushedMessageByMessageAndADisconnectCancelsIt) {
  {
    HttpClient client(port());
    client.Send(CallBytes(kWatchHosts, ""));
    client.ReadHead();
    for (int i = 0; i < 5; ++i) {
      EXPECT_EQ(ParseBody(client.ReadChunk().value()).messages.size(), 1u);
    }
    EXPECT_FALSE(service_.cancelled.HasBeenNotified());
  }
  EXPECT_TRUE(service_.cancelled.WaitForNotificationWithTimeout(absl::Seconds(30)));
}

TEST_F(WebGatewayTest, AClientThatDoesNotReadStopsTheStreamInsteadOfFillingMemory) {
  service_.padding_bytes = 100'000;
  HttpClient client(port(), /*receive_buffer_bytes=*/4096);
  client.Send(CallBytes(kWatchHosts, ""));
  client.ReadHead();
  client.ReadChunk();

  // The kernel's buffers take a few megabytes; then writing stands still for good. A stop is not
  // held up by it.
  HttpClient other(port());
  other.Send(CallBytes(kListHosts, Message("me")));
  EXPECT_THAT(other.ReadHead().value(), StartsWith("HTTP/1.1 200"));
  gateway_->Stop();
  EXPECT_TRUE(service_.cancelled.WaitForNotificationWithTimeout(absl::Seconds(30)));
  EXPECT_LT(service_.written, 1000);
}

TEST_F(WebGatewayTest, FilesRoutesAndHealthAreServed) {
  EXPECT_THAT(Exchange(GetBytes("/")), StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(Exchange(GetBytes("/incidents/01")), StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(Exchange(GetBytes("/healthz")), StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(Exchange(GetBytes("/assets/none.js")), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(Exchange(GetBytes("/../../etc/passwd")), StartsWith("HTTP/1.1 404 "));
  HttpClient client(port());
  client.Send("HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  const std::string answer = client.ReadAll();
  EXPECT_THAT(answer, HasSubstr("Content-Length: 6\r\n"));
  EXPECT_THAT(answer, ::testing::EndsWith("\r\n\r\n"));
}

TEST_F(WebGatewayTest, OtherSitesAreRefused) {
  EXPECT_THAT(Exchange(GetBytes("/", "Host: evil.example\r\n")), StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(Exchange(GetBytes("/", "")), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Exchange(CallBytes(kListHosts, "", "Origin: http://evil.example\r\n")),
              StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(Exchange(CallBytes(kListHosts, "", "Origin: http://localhost\r\n")),
              StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(
      Exchange(PostBytes(kListHosts, "Host: localhost\r\nContent-Type: text/plain\r\n", "")),
      StartsWith("HTTP/1.1 415 "));
  EXPECT_THAT(Exchange("OPTIONS / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
              StartsWith("HTTP/1.1 405 "));
  EXPECT_THAT(Exchange(CallBytes("/berthmaster.v1.AgentService/Attach", "")),
              StartsWith("HTTP/1.1 404 "));
}

TEST_F(WebGatewayTest, WhatIsTooLargeOrNoHttpIsRefused) {
  EXPECT_THAT(Exchange(CallBytes(kListHosts, std::string(100'000, 'x'))),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(Exchange(GetBytes("/", "Host: localhost\r\nX: " + std::string(20'000, 'x') + "\r\n")),
              StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(Exchange("garbage\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Exchange(std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11)),
              StartsWith("HTTP/1.1 400 "));
}

TEST_F(WebGatewayTest, RandomBytesHurtNobody) {
  FakeRandom random(42);
  for (int round = 0; round < 200; ++round) {
    std::string bytes;
    // Half of them begin as a request would.
    if (round % 2 == 0) bytes = CallBytes(kListHosts, "").substr(0, random.Next() % 150);
    const size_t size = random.Next() % 500;
    for (size_t i = 0; i < size; ++i) bytes.push_back(static_cast<char>(random.Next()));
    HttpClient client(port());
    client.Send(bytes);
  }
  HttpClient client(port());
  while (!client.Send(GetBytes("/healthz")) || !client.ReadHead().has_value()) {
    client = HttpClient(port());
  }
}

TEST_F(WebGatewayTest, MoreConnectionsThanTheLimitAreClosed) {
  std::vector<std::unique_ptr<HttpClient>> clients;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(std::make_unique<HttpClient>(port()));
    clients.back()->Send(GetBytes("/healthz"));
    EXPECT_THAT(clients.back()->ReadHead().value(), StartsWith("HTTP/1.1 200"));
  }
  HttpClient refused(port());
  EXPECT_EQ(refused.ReadAll(), "");
}

TEST_F(WebGatewayTest, ASlowRequestTimesOut) {
  gateway_->Stop();
  WebGateway::Options options;
  options.listen = {"127.0.0.1", 0};
  options.web_root = web_root_.path();
  options.limits.head_timeout = absl::Milliseconds(50);
  options.limits.body_timeout = absl::Milliseconds(50);
  Start(options);
  HttpClient head(port());
  head.Send("GET / HT");
  EXPECT_EQ(head.ReadAll(), "");
  HttpClient body(port());
  body.Send(
      "POST /berthmaster.v1.HostService/ListHosts HTTP/1.1\r\nHost: localhost\r\n"
      "Content-Type: application/grpc-web\r\nContent-Length: 5\r\n\r\nab");
  EXPECT_EQ(body.ReadAll(), "");
}

TEST_F(WebGatewayTest, APortInUseIsSaid) {
  WebGateway::Options options;
  options.listen = gateway_->address();
  const auto second = WebGateway::Start(options, server_->InProcessChannel());
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(second.status().message()),
              HasSubstr("is already in use; another controller?"));
}

}  // namespace
}  // namespace berthmaster
