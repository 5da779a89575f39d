#include "controller/controller.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <vector>

#include "absl/synchronization/notification.h"
#include "berthmaster/v1/agent.grpc.pb.h"
#include "berthmaster/v1/event.grpc.pb.h"
#include "controller/web_gateway/grpc_call.h"
#include "tests/process/temp_directory.h"

namespace berthmaster {
namespace {

class ControllerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ControllerOptions options;
    options.data_dir = directory_.path() + "/data";
    options.listen = {"127.0.0.1", 0};
    options.web_listen = {"127.0.0.1", 0};
    options.web_root = directory_.path();
    absl::StatusOr<std::unique_ptr<Controller>> controller =
        Controller::Start(options, {.clock = &clock_, .random = &random_});
    ASSERT_TRUE(controller.ok()) << controller.status();
    controller_ = *std::move(controller);
    channel_ =
        grpc::CreateChannel(controller_->listen().ToString(), grpc::InsecureChannelCredentials());
  }

  TempDirectory directory_;
  LinuxClock clock_;
  LinuxRandom random_;
  std::unique_ptr<Controller> controller_;
  std::shared_ptr<grpc::Channel> channel_;
};

TEST_F(ControllerTest, AStopIsQuickWithAgentsAndWatchesAttached) {
  const auto agents = v1::AgentService::NewStub(channel_);
  grpc::ClientContext agent_context;
  const auto agent = agents->Attach(&agent_context);
  v1::AttachRequest hello;
  hello.mutable_hello()->set_host_id("web-1");
  hello.mutable_hello()->set_epoch(1);
  hello.mutable_hello()->set_next_sequence(1);
  hello.mutable_hello()->mutable_identity()->set_profile(v1::AGENT_PROFILE_OBSERVE);
  ASSERT_TRUE(agent->Write(hello));
  v1::AttachResponse welcome;
  ASSERT_TRUE(agent->Read(&welcome));
  EXPECT_TRUE(welcome.has_welcome());
  // One that never says hello is there too.
  grpc::ClientContext silent_context;
  const auto silent = agents->Attach(&silent_context);

  const auto events = v1::EventService::NewStub(channel_);
  grpc::ClientContext event_context;
  const auto watch = events->WatchEvents(&event_context, {});
  v1::WatchEventsResponse event;
  ASSERT_TRUE(watch->Read(&event));

  const absl::Duration begin = clock_.MonotonicNow();
  controller_->Stop();

  EXPECT_LT(clock_.MonotonicNow() - begin, absl::Seconds(5));
  while (agent->Read(&welcome)) {
  }
  EXPECT_EQ(agent->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  while (watch->Read(&event)) {
  }
  EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  silent_context.TryCancel();
  silent->Finish();
}

// The first message that `method` answers to `request`, in bytes.
std::string FirstAnswer(std::shared_ptr<grpc::Channel> channel, const std::string& method,
                        const std::string& request) {
  grpc::GenericStub stub(std::move(channel));
  const auto open_calls = std::make_shared<OpenCalls>();
  std::string answer;
  absl::Notification first;
  absl::Notification ended;
  const auto call = GrpcCall::Start(stub, {method, request, absl::Seconds(30)},
                                    {[&answer, &first](const std::string& message) {
                                       answer = message;
                                       first.Notify();
                                     },
                                     [&ended](const grpc::Status&) { ended.Notify(); }},
                                    open_calls);
  EXPECT_TRUE(first.WaitForNotificationWithTimeout(absl::Seconds(30)));
  // The read that finds the end.
  call->ReadNext();
  ended.WaitForNotificationWithTimeout(absl::Seconds(30));
  EXPECT_TRUE(open_calls->WaitUntilNone(absl::Seconds(30)));
  return answer;
}

TEST_F(ControllerTest, HealthIsServingAndReflectionNamesTheServices) {
  // status = SERVING
  EXPECT_EQ(FirstAnswer(channel_, "/grpc.health.v1.Health/Check", ""), "\x08\x01");
  // list_services = "*"
  const std::string services = FirstAnswer(
      channel_, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", "\x3a\x01*");
  for (const char* service :
       {"berthmaster.v1.AgentService", "berthmaster.v1.EventService", "berthmaster.v1.HostService",
        "berthmaster.v1.IncidentService", "berthmaster.v1.PoolService",
        "berthmaster.v1.RecommendationService", "berthmaster.v1.RolloutService"}) {
    EXPECT_THAT(services, ::testing::HasSubstr(service));
  }
}

TEST_F(ControllerTest, ASecondOneOnTheSameDataDirectoryIsRefused) {
  ControllerOptions options;
  options.data_dir = directory_.path() + "/data";
  options.listen = {"127.0.0.1", 0};
  options.web_listen = {"127.0.0.1", 0};

  const auto second = Controller::Start(options, {.clock = &clock_, .random = &random_});

  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace berthmaster
