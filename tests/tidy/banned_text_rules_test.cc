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

std::vector<std::string> RulesBroken(const std::string& path, const std::string& text) {
  std::vector<std::string> rules;
  for (const Violation& violation : CheckBannedText({path, text})) rules.push_back(violation.rule);
  return rules;
}

TEST(CheckBannedText, KeepsClocksAndRandomnessInTheirRoom) {
  EXPECT_THAT(RulesBroken("common/clock/clock.cc", "return absl::Now();"), IsEmpty());
  EXPECT_THAT(RulesBroken("agent/agent.cc", "auto t = absl::Now();"), ElementsAre("clock"));
  EXPECT_THAT(RulesBroken("agent/agent.cc", "std::chrono::steady_clock::now()"),
              ElementsAre("clock"));
  EXPECT_THAT(RulesBroken("cli/main.cc", "time(nullptr)"), ElementsAre("clock"));
  EXPECT_THAT(RulesBroken("tests/agent/agent_test.cc", "absl::Now()"), ElementsAre("clock"));
  EXPECT_THAT(RulesBroken("tests/kernel/netns_test.cc", "absl::Now()"), IsEmpty());
  EXPECT_THAT(RulesBroken("agent/agent.cc", "std::random_device seed;"), ElementsAre("randomness"));
  EXPECT_THAT(RulesBroken("agent/agent.cc", "std::mt19937 g(1);"), ElementsAre("randomness"));
  EXPECT_THAT(RulesBroken("tests/agent/agent_test.cc", "std::mt19937 g(1);"), IsEmpty());
  EXPECT_THAT(RulesBroken("agent/agent.cc", "absl::NowFoo(); uptime(nullptr); operand(1);"),
              IsEmpty());
}

TEST(CheckBannedText, BansSleepAndDetach) {
  EXPECT_THAT(RulesBroken("agent/agent.cc", "std::this_thread::sleep_for(1s);"),
              ElementsAre("sleep"));
  EXPECT_THAT(RulesBroken("agent/agent.cc", "thread.detach();"), ElementsAre("detach"));
  EXPECT_THAT(RulesBroken("agent/agent.cc", "detach_session();"), IsEmpty());
}

TEST(CheckBannedText, BansStdStringViewInHeadersOnly) {
  EXPECT_THAT(RulesBroken("agent/agent.h", "void F(std::string_view s);"),
              ElementsAre("std-string-view"));
  EXPECT_THAT(RulesBroken("agent/agent.cc", "std::string_view s = x;"), IsEmpty());
  EXPECT_THAT(RulesBroken("agent/agent.h", "void F(absl::string_view s);"), IsEmpty());
}

TEST(CheckBannedText, BansUsingNamespaceAtFileScope) {
  EXPECT_THAT(RulesBroken("agent/agent.cc", "using namespace std;"),
              ElementsAre("using-namespace"));
  EXPECT_THAT(RulesBroken("agent/agent.cc", "  using namespace std::literals;"), IsEmpty());
  EXPECT_THAT(RulesBroken("agent/agent.h", "  using namespace std::literals;"),
              ElementsAre("using-namespace"));
}

TEST(CheckBannedText, KeepsPrintingToTheProgramsThatPrint) {
  EXPECT_THAT(RulesBroken("controller/engine/engine.cc", "std::cout << 1;"), ElementsAre("stdout"));
  EXPECT_THAT(RulesBroken("controller/engine/engine.cc", "std::snprintf(b, 2, x);"), IsEmpty());
  EXPECT_THAT(RulesBroken("controller/main.cc", "std::cout << 1;"), IsEmpty());
  EXPECT_THAT(RulesBroken("cli/table.cc", "std::cout << 1;"), IsEmpty());
}

TEST(CheckBannedText, KeepsProcAndSysInTheKernelRoom) {
  EXPECT_THAT(RulesBroken("agent/kernel/netns.cc", "Open(\"/proc/self/ns/net\");"), IsEmpty());
  EXPECT_THAT(RulesBroken("agent/collect/owner.cc", "Open(\"/proc/self/ns/net\");"),
              ElementsAre("proc-and-sys"));
  EXPECT_THAT(RulesBroken("agent/collect/owner.cc", "Open(\"/system\"); // /proc"), IsEmpty());
  EXPECT_THAT(RulesBroken("tests/agent/owner_test.cc", "Open(\"/proc/1\");"), IsEmpty());
}

TEST(CheckBannedText, KeepsSqlInTheStore) {
  EXPECT_THAT(RulesBroken("controller/engine/engine.cc", "Run(R\"(\n  SELECT 1)\");"),
              ElementsAre("sql"));
  EXPECT_THAT(RulesBroken("controller/store/sqlite/control.cc", "Run(\"SELECT 1\");"), IsEmpty());
  EXPECT_THAT(RulesBroken("controller/engine/engine.cc", "Log(\"cannot SELECT a pool\");"),
              IsEmpty());
}

TEST(CheckBannedText, BansUnfinishedWorkEverywhere) {
  const std::string word = std::string("TO") + "DO";

  EXPECT_THAT(RulesBroken("agent/agent.cc", "// " + word + ": later"), ElementsAre("unfinished"));
  EXPECT_THAT(RulesBroken("web/src/app/app.tsx", "// " + word), ElementsAre("unfinished"));
  EXPECT_THAT(RulesBroken("proto/berthmaster/v1/pool.proto", "// " + word),
              ElementsAre("unfinished"));
  EXPECT_THAT(RulesBroken("agent/agent.cc", "// " + word + "S"), IsEmpty());
}

TEST(CheckBannedText, NamesTheLineTheWordAndTheReplacement) {
  const auto violations = CheckBannedText({"agent/agent.cc", "\n\nabsl::Now();\n"});

  ASSERT_EQ(violations.size(), 1U);
  EXPECT_EQ(violations[0].line, 3);
  EXPECT_THAT(violations[0].remedy, HasSubstr("'absl::Now': take a Clock"));
}

}  // namespace
}  // namespace berthmaster::tidy
