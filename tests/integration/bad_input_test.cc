#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <chrono>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "berthmaster/v1/incident.grpc.pb.h"
#include "berthmaster/v1/pool.grpc.pb.h"
#include "berthmaster/v1/recommendation.grpc.pb.h"
#include "common/status/grpc_status.h"
#include "common/status/reason.h"
#include "tests/controller/web_gateway/http_client.h"
#include "tests/integration/running_controller.h"
#include "tests/integration/test_agent.h"

namespace berthmaster {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kHostId[] = "crash-host";

std::unique_ptr<grpc::ClientContext> Context() {
  auto context = std::make_unique<grpc::ClientContext>();
  context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  return context;
}

// A controller with an attached agent; nothing that a test does may disturb either.
class BadInputTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(agent_.WaitForWelcome().has_value()) << controller_.Log();
    SendAndExpectAck();
  }

  void TearDown() override {
    SendAndExpectAck();
    EXPECT_EQ(controller_.Stop(), 0) << controller_.Log();
    EXPECT_EQ(agent_.WaitForEnd().error_code(), grpc::StatusCode::UNAVAILABLE);
  }

  void SendAndExpectAck() {
    ASSERT_TRUE(agent_.Send(++sequence_)) << "the agent lost its session";
    ASSERT_TRUE(agent_.WaitForAck(sequence_)) << controller_.Log();
  }

  RunningController controller_;
  TestAgent agent_{controller_.Connect(), kHostId, 1, 1};
  int64_t sequence_ = 0;
};

TEST_F(BadInputTest, GarbageOnBothPorts) {
  std::string garbage = "\x16\x03\x01garbage\r\n\r\n";
  for (int i = 0; i < 5000; ++i) garbage.push_back(static_cast<char>(i * 7919 >> 3));
  for (const uint16_t listen_port : {controller_.listen_port(), controller_.web_listen_port()}) {
    for (int i = 0; i < 20; ++i) HttpClient(listen_port).Send(garbage.substr(i * 100));
  }
  HttpClient web(controller_.web_listen_port());
  web.Send(garbage);
  EXPECT_THAT(web.ReadHead().value_or(""), StartsWith("HTTP/1.1 400 "));
  // A caller of HTTP/2 that is none: closed or answered with an HTTP/2 error, and soon.
  HttpClient grpc(controller_.listen_port());
  grpc.Send(garbage);
  grpc.ReadAll();
}

TEST_F(BadInputTest, OversizedMessages) {
  v1::ListPoolsRequest request;
  request.set_page_token(std::string(20 * 1024 * 1024, 'x'));
  v1::ListPoolsResponse response;
  const grpc::Status status = v1::PoolService::NewStub(controller_.Connect())
                                  ->ListPools(Context().get(), request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED) << status.error_message();

  TestAgent other(controller_.Connect(), "other-host", 1, 1);
  v1::AttachRequest sample;
  sample.mutable_sample()->add_limitations(std::string(20 * 1024 * 1024, 'x'));
  other.Send(sample);
  EXPECT_EQ(other.WaitForEnd().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);

  HttpClient web(controller_.web_listen_port());
  web.Send(CallBytes("/berthmaster.v1.PoolService/ListPools", std::string(2 * 1024 * 1024, 'x')));
  EXPECT_THAT(web.ReadHead().value_or(""), StartsWith("HTTP/1.1 413 "));
}

TEST_F(BadInputTest, ASampleOutOfBoundsEndsItsSessionOnly) {
  TestAgent other(controller_.Connect(), "other-host", 1, 1);
  ASSERT_TRUE(other.WaitForWelcome().has_value());
  v1::AttachRequest sample;
  sample.mutable_sample()->set_sequence(-5);
  other.Send(sample);
  EXPECT_EQ(other.WaitForEnd().error_code(), grpc::StatusCode::INVALID_ARGUMENT);

  TestAgent nameless(controller_.Connect(), "../etc", 1, 1);
  EXPECT_EQ(nameless.WaitForEnd().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(BadInputTest, AnUnknownSysctlInAnApproval) {
  const auto recommendations = v1::RecommendationService::NewStub(controller_.Connect());
  const auto incidents = v1::IncidentService::NewStub(controller_.Connect());
  const auto context = Context();
  const auto watch = incidents->WatchIncidents(context.get(), {});
  for (int in_use = 100; in_use <= 395; in_use += 10) {
    ASSERT_TRUE(agent_.Send(++sequence_, in_use));
  }
  v1::WatchIncidentsResponse incident;
  ASSERT_TRUE(watch->Read(&incident)) << controller_.Log();
  v1::ListRecommendationsResponse listed;
  ASSERT_TRUE(recommendations->ListRecommendations(Context().get(), {}, &listed).ok());
  v1::ApproveRecommendationRequest request;
  for (const v1::Recommendation& recommendation : listed.recommendations()) {
    if (recommendation.changes_size() > 0) request.set_name(recommendation.name());
  }
  ASSERT_NE(request.name(), "") << listed.DebugString();
  request.set_reason("try");
  (*request.mutable_desired_values())["net.ipv4.no_such_thing"] = "1";
  v1::ApproveRecommendationResponse response;

  const grpc::Status status =
      recommendations->ApproveRecommendation(Context().get(), request, &response);

  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonOf(FromGrpcStatus(status)), "SYSCTL_UNKNOWN");
  v1::GetRecommendationRequest get;
  get.set_name(request.name());
  v1::GetRecommendationResponse got;
  ASSERT_TRUE(recommendations->GetRecommendation(Context().get(), get, &got).ok());
  EXPECT_EQ(got.recommendation().state(), v1::RECOMMENDATION_STATE_PROPOSED);
}

TEST_F(BadInputTest, ASecondControllerOnTheSamePort) {
  TempDirectory other;
  const RunResult grpc = RunController({"--data-dir", other.path(), "--listen",
                                        controller_.address(), "--web-listen", "127.0.0.1:0"});
  EXPECT_EQ(grpc.exit_code, 1);
  EXPECT_THAT(grpc.output, HasSubstr(absl::StrCat(controller_.address(),
                                                  " is already in use; another controller?")));
  const RunResult web = RunController({"--data-dir", other.path(), "--listen", "127.0.0.1:0",
                                       "--web-listen", controller_.web_address()});
  EXPECT_EQ(web.exit_code, 1);
  EXPECT_THAT(web.output, HasSubstr("is already in use; another controller?"));
  const RunResult data = RunController({"--data-dir", controller_.data_dir(), "--listen",
                                        "127.0.0.1:0", "--web-listen", "127.0.0.1:0"});
  EXPECT_EQ(data.exit_code, 1);
  EXPECT_THAT(data.output, HasSubstr(controller_.data_dir()));
}

TEST(BadFlags, AreExitCodeTwoWithOneLine) {
  for (const std::vector<std::string>& flags :
       std::vector<std::vector<std::string>>{{"--no-such-flag"},
                                             {"--listen", "7600"},
                                             {"--lease", "10"},
                                             {"--log-level", "loud"},
                                             {"--listen", "0.0.0.0:7600"},
                                             {"--config", "/nonexistent/file.yaml"}}) {
    const RunResult result = RunController(flags);
    EXPECT_EQ(result.exit_code, 2) << flags[0];
    EXPECT_THAT(result.output, StartsWith("berthmaster-controller: ")) << flags[0];
    EXPECT_EQ(std::count(result.output.begin(), result.output.end(), '\n'), 1) << result.output;
  }
}

TEST(BadFlags, AnUnknownYamlKeyIsNamedWithItsLine) {
  TempDirectory directory;
  const std::string path = directory.path() + "/controller.yaml";
  std::ofstream(path) << "listen: 127.0.0.1:0\nlisten-adress: 1\n";

  const RunResult result = RunController({"--config", path});

  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.output, HasSubstr(path + ":2"));
  EXPECT_THAT(result.output, HasSubstr("listen-adress"));
}

TEST(BadDataDirectory, ThatCannotBeWrittenIsSaid) {
  TempDirectory directory;
  std::ofstream(directory.path() + "/file") << "x";
  const std::string data_dir = directory.path() + "/file/data";

  const RunResult result = RunController(
      {"--data-dir", data_dir, "--listen", "127.0.0.1:0", "--web-listen", "127.0.0.1:0"});

  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output, HasSubstr(directory.path() + "/file"));
}

TEST(BadDataDirectory, OfANewerSchemaIsLeftAlone) {
  RunningController controller;
  ASSERT_EQ(controller.Stop(), 0);
  for (const char* name : {"/control.db", "/history.db"}) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open((controller.data_dir() + name).c_str(), &database), SQLITE_OK);
    int version = 0;
    auto read = [](void* result, int, char** values, char**) {
      *static_cast<int*>(result) = std::stoi(values[0]);
      return 0;
    };
    sqlite3_exec(database, "PRAGMA user_version", read, &version, nullptr);
    ASSERT_GT(version, 0);
    sqlite3_exec(database, "PRAGMA user_version = 9999", nullptr, nullptr, nullptr);

    const RunResult result = RunController({"--data-dir", controller.data_dir(), "--listen",
                                            "127.0.0.1:0", "--web-listen", "127.0.0.1:0"});

    EXPECT_EQ(result.exit_code, 1);
    EXPECT_THAT(result.output, HasSubstr(controller.data_dir() + name));
    int version_after = 0;
    sqlite3_exec(database, "PRAGMA user_version", read, &version_after, nullptr);
    EXPECT_EQ(version_after, 9999);
    sqlite3_exec(database, absl::StrCat("PRAGMA user_version = ", version).c_str(), nullptr,
                 nullptr, nullptr);
    sqlite3_close(database);
  }
  controller.Restart();
  EXPECT_EQ(controller.Stop(), 0);
}

}  // namespace
}  // namespace berthmaster
