// Advice from a push to an application: the real agent and the real example client, with a
// controller that the test steers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/file/file.h"
#include "common/wire/advice_json.h"
#include "common/wire/desired_state_wire.h"
#include "tests/fakes/agent_service.h"
#include "tests/process/child_process.h"
#include "tests/process/temp_directory.h"

namespace berthmaster {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr absl::Duration kLimit = absl::Seconds(30);

class AdviceTest : public testing::Test {
 protected:
  void SetUp() override { controller_.Start(); }

  std::unique_ptr<ChildProcess> StartAgent() const {
    return ChildProcess::Start({BinaryPath("berthmaster-agent"), "--host-id", "web-1", "--profile",
                                "observe-lite", "--state-dir", state_.path(), "--metrics-listen",
                                "off", "--controller",
                                absl::StrCat("127.0.0.1:", controller_.listen_port())});
  }
  void Push(int64_t revision, int pool_size) {
    DesiredState desired{revision, revision, {}, {}};
    if (pool_size > 0) {
      DesiredAdvice advice;
      advice.rollout = "rollouts/pooling";
      advice.netns_cookie = 4711;
      advice.netns_inode = 4026532000;
      advice.workload = "shop/checkout";
      advice.destination = IpAddress::Parse("10.0.0.2").value();
      advice.destination_port = 443;
      advice.connection_pool_size = pool_size;
      desired.advice = {advice};
    }
    v1::AttachResponse response;
    *response.mutable_desired_state() = ToProto(desired);
    ASSERT_TRUE(controller_.Push(response));
  }
  void AwaitHello(size_t count) {
    ASSERT_TRUE(controller_.Await([&](const auto& seen) { return seen.samples.size() >= count; }));
  }
  // Whether a reply comes whose first advice result is as `matches` wants it.
  template <typename Matches>
  bool AwaitResult(int64_t nonce, Matches matches) {
    return controller_.Await([&](const FakeAgentService::Seen& seen) {
      return std::any_of(seen.replies.begin(), seen.replies.end(), [&](const auto& reply) {
        return reply.nonce() == nonce && reply.advice_results_size() > 0 &&
               matches(reply.advice_results(0));
      });
    });
  }

  TempDirectory state_;
  FakeAgentService controller_;
};

TEST_F(AdviceTest, ReachesAnApplicationAndItsAnswerTheController) {
  const std::string socket = state_.path() + "/advice/advice.sock";
  const std::string file = state_.path() + "/advice/shop%2Fcheckout.json";
  std::unique_ptr<ChildProcess> agent = StartAgent();
  AwaitHello(1);
  std::unique_ptr<ChildProcess> application =
      ChildProcess::Start({BinaryPath("berthmaster-advice-example"), socket, "shop/checkout"});

  Push(1, 40);
  EXPECT_TRUE(AwaitResult(1, [&](const v1::AdviceResult& result) {
    return result.state() == v1::ADVICE_STATE_PUBLISHED && result.path() == file;
  }));
  EXPECT_TRUE(application->WaitForOutput("pool to 10.0.0.2 port 443: 0 -> 40", kLimit))
      << application->Output();
  EXPECT_TRUE(AwaitResult(0, [](const v1::AdviceResult& result) {
    return result.acknowledged() && result.follower_count() == 1 &&
           result.acknowledgement() == "pools resized by the example";
  }));
  const std::string published = ReadFile(file, 1 << 20).value();
  EXPECT_EQ(ParseWorkloadAdviceJson(published)->advice[0].connection_pool_size, 40);

  // Killed, and started again: nothing of it changes, and the application finds it by itself.
  agent->Signal(SIGKILL);
  EXPECT_EQ(agent->WaitForExit(kLimit), 137);
  agent = StartAgent();
  ASSERT_TRUE(controller_.Await([](const auto& seen) { return seen.hellos.size() >= 2; }));
  AwaitHello(2);
  EXPECT_EQ(ReadFile(file, 1 << 20).value(), published);
  Push(2, 50);
  EXPECT_TRUE(application->WaitForOutput("pool to 10.0.0.2 port 443: 40 -> 50", kLimit))
      << application->Output();

  Push(3, 0);
  EXPECT_TRUE(AwaitResult(3, [](const v1::AdviceResult& result) {
    return result.state() == v1::ADVICE_STATE_WITHDRAWN;
  }));
  EXPECT_TRUE(application->WaitForOutput("pool to 10.0.0.2 port 443: 50 -> 0", kLimit));
  EXPECT_EQ(ReadFile(file, 1 << 20).status().code(), absl::StatusCode::kNotFound);

  agent->Signal(SIGTERM);
  EXPECT_EQ(agent->WaitForExit(kLimit), 0) << agent->Output();
  EXPECT_TRUE(application->WaitForOutput("the watch ended", kLimit));
  application->Signal(SIGTERM);
  EXPECT_EQ(application->WaitForExit(kLimit), 143) << "it waits for the next agent";
}

TEST_F(AdviceTest, ThatBreaksTheContractIsRefusedWithItsReason) {
  std::unique_ptr<ChildProcess> agent = StartAgent();
  AwaitHello(1);
  v1::AttachResponse response;
  response.mutable_desired_state()->set_revision(1);
  response.mutable_desired_state()->set_nonce(7);
  v1::DesiredAdvice& advice = *response.mutable_desired_state()->add_advice();
  advice.set_rollout("rollouts/pooling");
  advice.set_workload("../../etc/passwd");
  ASSERT_TRUE(controller_.Push(response));
  EXPECT_TRUE(AwaitResult(7, [](const v1::AdviceResult& result) {
    return result.state() == v1::ADVICE_STATE_FAILED &&
           result.error().find("advice.netns_cookie") != std::string::npos;
  }));
}

}  // namespace
}  // namespace berthmaster
