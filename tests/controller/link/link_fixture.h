#ifndef BERTHMASTER_TESTS_CONTROLLER_LINK_LINK_FIXTURE_H_
#define BERTHMASTER_TESTS_CONTROLLER_LINK_LINK_FIXTURE_H_

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "berthmaster/v1/agent.grpc.pb.h"
#include "controller/engine/engine.h"
#include "controller/link/agent_service.h"
#include "tests/fakes/fake_stores.h"
#include "tests/fixtures/sample_builder.h"

namespace berthmaster {

// One agent's end of a stream, with blocking calls that give up after a while.
class TestAgent {
 public:
  explicit TestAgent(const std::shared_ptr<grpc::Channel>& channel);
  ~TestAgent();

  void Hello(const AgentHello& hello);
  void Send(const v1::AttachRequest& request) { stream_->Write(request); }
  void SendSample(const HostSample& sample);
  // Against `base`, whether the controller has it or not.
  void SendDelta(const HostSample& base, const HostSample& sample);
  // Nothing when the stream has ended.
  std::optional<v1::AttachResponse> Read();
  // Reads on to the next message of the kind.
  std::optional<v1::AttachResponse> ReadUntil(v1::AttachResponse::MessageCase kind);
  // Reads the rest; what the server ended the stream with. Once.
  grpc::Status End();

 private:
  std::string host_id_;
  bool finished_ = false;
  grpc::ClientContext context_;
  std::unique_ptr<v1::AgentService::Stub> stub_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::AttachRequest, v1::AttachResponse>> stream_;
};

// A server with AgentService on a free port, an engine with its thread, and stores in memory.
class LinkTest : public testing::Test {
 protected:
  void SetUp() override { Serve({}); }
  void TearDown() override { StopAll(); }

  void Serve(AgentServiceOptions options);
  void StopAll();
  std::unique_ptr<TestAgent> NewAgent() { return std::make_unique<TestAgent>(channel_); }

  LinuxClock clock_;
  LinuxRandom random_;
  FakeControlStore control_;
  FakeHistory history_;
  Fleet fleet_;
  EventBus events_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<AgentServiceImpl> service_;
  std::unique_ptr<grpc::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_CONTROLLER_LINK_LINK_FIXTURE_H_
