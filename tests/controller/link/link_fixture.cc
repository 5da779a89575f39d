#include "tests/controller/link/link_fixture.h"

#include <chrono>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "common/wire/identity_wire.h"
#include "common/wire/sample_delta.h"
#include "common/wire/sample_wire.h"
#include "controller/api/grpc_server.h"

namespace berthmaster {
namespace {

std::chrono::system_clock::time_point Soon(int seconds) {
  return absl::ToChronoTime(LinuxClock().SystemNow() + absl::Seconds(seconds));
}

}  // namespace

TestAgent::TestAgent(const std::shared_ptr<grpc::Channel>& channel)
    : stub_(v1::AgentService::NewStub(channel)) {
  // A test that hangs fails by this and says where.
  context_.set_deadline(Soon(60));
  stream_ = stub_->Attach(&context_);
}

TestAgent::~TestAgent() {
  context_.TryCancel();
  if (!finished_) End();
}

void TestAgent::Hello(const AgentHello& hello) {
  host_id_ = hello.host_id;
  v1::AttachRequest request;
  *request.mutable_hello() = ToProto(hello);
  Send(request);
}

void TestAgent::SendSample(const HostSample& sample) {
  v1::AttachRequest request;
  *request.mutable_sample() = ToProto(host_id_, sample);
  Send(request);
}

void TestAgent::SendDelta(const HostSample& base, const HostSample& sample) {
  v1::AttachRequest request;
  *request.mutable_sample() = ToDelta(host_id_, base, sample);
  ASSERT_EQ(request.sample().base_sequence(), base.sequence) << "a delta is not smaller";
  Send(request);
}

std::optional<v1::AttachResponse> TestAgent::Read() {
  v1::AttachResponse response;
  if (!stream_->Read(&response)) return std::nullopt;
  return response;
}

std::optional<v1::AttachResponse> TestAgent::ReadUntil(v1::AttachResponse::MessageCase kind) {
  while (std::optional<v1::AttachResponse> response = Read()) {
    if (response->message_case() == kind) return response;
  }
  return std::nullopt;
}

grpc::Status TestAgent::End() {
  v1::AttachResponse rest;
  while (stream_->Read(&rest)) {
  }
  finished_ = true;
  return stream_->Finish();
}

void LinkTest::Serve(AgentServiceOptions options) {
  StopAll();
  engine_ = std::make_unique<Engine>(
      Engine::Dependencies{&clock_, &random_, &control_, &history_, &fleet_, &events_},
      EngineOptions{});
  ASSERT_TRUE(engine_->Start().ok());
  service_ = std::make_unique<AgentServiceImpl>(engine_.get(), options);
  grpc::ServerBuilder builder;
  int listen_port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &listen_port);
  builder.SetMaxReceiveMessageSize(kReceivedBytesMax);
  builder.RegisterService(service_.get());
  server_ = builder.BuildAndStart();
  ASSERT_NE(server_, nullptr);
  channel_ = grpc::CreateChannel(absl::StrCat("127.0.0.1:", listen_port),
                                 grpc::InsecureChannelCredentials());
}

void LinkTest::StopAll() {
  if (engine_ != nullptr) engine_->Stop();
  if (server_ != nullptr) server_->Shutdown(Soon(1));
  server_.reset();
  service_.reset();
  engine_.reset();
}

}  // namespace berthmaster
