#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/tidy/rules.h"

namespace berthmaster::tidy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> RulesBroken(const std::string& path, const std::string& include) {
  std::vector<std::string> rules;
  for (const Violation& violation : CheckIncludes({path, "#include " + include + "\n"})) {
    rules.push_back(violation.rule);
  }
  return rules;
}

TEST(CheckIncludes, PointDown) {
  EXPECT_THAT(RulesBroken("agent/agent.cc", "\"common/clock/clock.h\""), IsEmpty());
  EXPECT_THAT(RulesBroken("agent/agent.cc", "\"agent/tune/journal.h\""), IsEmpty());
  EXPECT_THAT(RulesBroken("common/net/endpoint.h", "\"agent/agent.h\""), ElementsAre("direction"));
  EXPECT_THAT(RulesBroken("agent/agent.cc", "\"controller/model/host.h\""),
              ElementsAre("direction"));
  EXPECT_THAT(RulesBroken("controller/controller.cc", "\"agent/agent.h\""),
              ElementsAre("direction"));
  EXPECT_THAT(RulesBroken("cli/main.cc", "\"controller/model/host.h\""), ElementsAre("direction"));
  EXPECT_THAT(RulesBroken("agent/agent.cc", "\"tests/fakes/fake_clock.h\""),
              ElementsAre("direction"));
}

TEST(CheckIncludes, TestsMayIncludeEverything) {
  EXPECT_THAT(RulesBroken("tests/integration/circle_test.cc", "\"controller/controller.h\""),
              IsEmpty());
  EXPECT_THAT(RulesBroken("tests/integration/circle_test.cc", "<grpcpp/grpcpp.h>"), IsEmpty());
  EXPECT_THAT(RulesBroken("tests/controller/store/store_test.cc", "<sqlite3.h>"), IsEmpty());
}

TEST(CheckIncludes, KeepGrpcAtTheEdges) {
  EXPECT_THAT(RulesBroken("agent/link/attach.cc", "<grpcpp/grpcpp.h>"), IsEmpty());
  EXPECT_THAT(RulesBroken("common/status/grpc_status.h", "\"grpcpp/support/status.h\""), IsEmpty());
  EXPECT_THAT(RulesBroken("agent/agent.cc", "<grpcpp/grpcpp.h>"), ElementsAre("grpc"));
  EXPECT_THAT(RulesBroken("controller/engine/engine.h", "<grpc/grpc.h>"), ElementsAre("grpc"));
  EXPECT_THAT(RulesBroken("common/wire/pool.h", "\"berthmaster/v1/pool.grpc.pb.h\""),
              ElementsAre("grpc"));
}

TEST(CheckIncludes, KeepGeneratedMessagesAtTheEdges) {
  EXPECT_THAT(RulesBroken("common/wire/pool.h", "\"berthmaster/v1/pool.pb.h\""), IsEmpty());
  EXPECT_THAT(RulesBroken("common/recording/x.cc", "\"berthmaster/v1/agent.pb.h\""), IsEmpty());
  EXPECT_THAT(RulesBroken("controller/replay/x.cc", "\"berthmaster/v1/agent.pb.h\""),
              ElementsAre("generated-messages"));
  EXPECT_THAT(RulesBroken("controller/detect/signal.h", "\"berthmaster/v1/pool.pb.h\""),
              ElementsAre("generated-messages"));
}

TEST(CheckIncludes, KeepSqliteLinuxAndFlagsInTheirRooms) {
  EXPECT_THAT(RulesBroken("controller/store/sqlite/database.h", "<sqlite3.h>"), IsEmpty());
  EXPECT_THAT(RulesBroken("controller/store/history_store.h", "<sqlite3.h>"),
              ElementsAre("sqlite"));
  EXPECT_THAT(RulesBroken("agent/kernel/sock_diag.cc", "<linux/inet_diag.h>"), IsEmpty());
  EXPECT_THAT(RulesBroken("agent/collect/pools.cc", "<linux/inet_diag.h>"), ElementsAre("linux"));
  EXPECT_THAT(RulesBroken("agent/collect/pools.cc", "<libmnl/libmnl.h>"), ElementsAre("linux"));
  EXPECT_THAT(RulesBroken("cli/main.cc", "<CLI/CLI.hpp>"), IsEmpty());
  EXPECT_THAT(RulesBroken("cli/commands/read_commands.cc", "<CLI/CLI.hpp>"), IsEmpty());
  EXPECT_THAT(RulesBroken("cli/get.cc", "<CLI/CLI.hpp>"), ElementsAre("flags"));
}

TEST(CheckIncludes, SeeOnlyRealIncludes) {
  EXPECT_THAT(CheckIncludes({"agent/agent.cc", "// #include <grpcpp/grpcpp.h>\n"}), IsEmpty());
  EXPECT_THAT(CheckIncludes({"agent/agent.cc", "f(\"#include <grpcpp/grpcpp.h>\");\n"}), IsEmpty());
  EXPECT_THAT(CheckIncludes({"agent/README.md", "#include <grpcpp/grpcpp.h>\n"}), IsEmpty());
}

TEST(CheckIncludes, NameTheLineTheHeaderAndTheRemedy) {
  const auto violations = CheckIncludes({"agent/agent.cc", "\n#  include <grpcpp/grpcpp.h>\n"});

  ASSERT_EQ(violations.size(), 1U);
  EXPECT_EQ(violations[0].line, 2);
  EXPECT_THAT(violations[0].remedy, HasSubstr("includes grpcpp/grpcpp.h: gRPC lives in link"));
}

}  // namespace
}  // namespace berthmaster::tidy
