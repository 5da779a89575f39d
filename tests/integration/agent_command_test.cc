// The agent's commands for people, as the real binary.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "common/file/file.h"
#include "tests/integration/terminal_process.h"
#include "tests/process/child_process.h"
#include "tests/process/temp_directory.h"

namespace berthmaster {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

constexpr absl::Duration kLimit = absl::Seconds(30);
constexpr char kLeave[] = "\x1b[?7h\x1b[?25h\x1b[?1049l\x1b[0m";

std::vector<std::string> TopCommand() {
  return {BinaryPath("berthmaster-agent"), "top", "--host-id", "web-1"};
}

void ExpectSame(const termios& a, const termios& b) {
  EXPECT_EQ(a.c_lflag, b.c_lflag);
  EXPECT_EQ(a.c_iflag, b.c_iflag);
  EXPECT_EQ(a.c_oflag, b.c_oflag);
}

class TopTest : public testing::Test {
 protected:
  void SetUp() override {
    // Before the view takes it: the program has only just begun.
    ASSERT_TRUE(top_.WaitFor("berthmaster-agent top | web-1", kLimit)) << top_.output();
    EXPECT_EQ(top_.Settings().c_lflag & ICANON, 0u);
    EXPECT_EQ(top_.Settings().c_lflag & ECHO, 0u);
  }
  void ExpectRestored() {
    ExpectSame(top_.Settings(), fresh_.Settings());
    EXPECT_THAT(top_.output(), EndsWith(kLeave));
  }

  // A terminal that nobody has changed.
  TerminalProcess fresh_{{"/bin/true"}, 100, 30};
  TerminalProcess top_{TopCommand(), 100, 30};
};

TEST_F(TopTest, QuitsOnQAndLeavesTheTerminalAsItWas) {
  top_.Type("q");
  EXPECT_EQ(top_.WaitForExit(kLimit), 0) << top_.output();
  ExpectRestored();
}

TEST_F(TopTest, LeavesTheTerminalAsItWasOnSignals) {
  top_.Type("\x03");
  EXPECT_EQ(top_.WaitForExit(kLimit), 0) << top_.output();
  ExpectRestored();
}

TEST_F(TopTest, LeavesTheTerminalAsItWasWhenItCrashes) {
  top_.Signal(SIGSEGV);
  const int code = top_.WaitForExit(kLimit);
  // A sanitizer's handler ends it with a code of its own.
  EXPECT_NE(code, 0);
  ExpectSame(top_.Settings(), fresh_.Settings());
}

TEST_F(TopTest, TakesKeysAndNewSizes) {
  top_.Type("?");
  EXPECT_TRUE(top_.WaitFor("pause and go on", kLimit)) << top_.output();
  top_.Type("\x1b");
  EXPECT_TRUE(top_.WaitFor("HEADROOM", absl::ZeroDuration()) || top_.WaitFor("IN USE/CAP", kLimit));
  top_.Type("/nowhere-at-all\r");
  EXPECT_TRUE(top_.WaitFor("(0 shown)", kLimit)) << top_.output();
  top_.Resize(60, 10);
  EXPECT_TRUE(top_.WaitFor("\x1b[H", kLimit));
  top_.Type("q");
  EXPECT_EQ(top_.WaitForExit(kLimit), 0);
}

TEST(TopCommand, NeedsATerminalOrOnce) {
  auto top = ChildProcess::Start(TopCommand());
  EXPECT_EQ(top->WaitForExit(kLimit), 1);
  EXPECT_THAT(top->Output(), HasSubstr("--once prints the view once"));

  auto once = ChildProcess::Start(
      {BinaryPath("berthmaster-agent"), "top", "--once", "--log-level", "error"});
  EXPECT_EQ(once->WaitForExit(kLimit), 0);
  EXPECT_THAT(once->Output(), HasSubstr("| source "));
  EXPECT_EQ(once->Output().find('\x1b'), std::string::npos);
}

TEST(DoctorCommand, SaysWhatThisHostHas) {
  TempDirectory state;
  auto doctor = ChildProcess::Start({BinaryPath("berthmaster-agent"), "doctor", "--state-dir",
                                     state.path(), "--controller", "127.0.0.1:1"});
  // Nothing listens on port 1.
  EXPECT_EQ(doctor->WaitForExit(kLimit), 1) << doctor->Output();
  EXPECT_THAT(doctor->Output(), HasSubstr("state directory      ok       works"));
  EXPECT_THAT(doctor->Output(), HasSubstr("controller           missing  127.0.0.1:1: connect: "));
  EXPECT_THAT(doctor->Output(), HasSubstr("  controller: start it, open the way to it"));

  auto json = ChildProcess::Start({BinaryPath("berthmaster-agent"), "doctor", "-o", "json",
                                   "--profile", "observe-lite", "--state-dir", state.path(),
                                   "--controller", "127.0.0.1:1"});
  EXPECT_EQ(json->WaitForExit(kLimit), 1);
  EXPECT_THAT(json->Output(), HasSubstr("{\n  \"profile\": \"observe-lite\",\n"));
  EXPECT_EQ(json->Output().find("\"what\": \"CAP_"), std::string::npos)
      << "observe-lite needs no capability";
}

TEST(AgentCommand, ReadsItsAllowListAgainOnSighup) {
  TempDirectory directory;
  const std::string path = directory.path() + "/agent.yaml";
  const auto write = [&](const char* list) {
    ASSERT_TRUE(WriteFileAtomically(path, absl::StrCat("allow-sysctls: ", list, "\n"), 0600).ok());
  };
  write("[net.ipv4.tcp_tw_reuse]");
  auto agent = ChildProcess::Start({BinaryPath("berthmaster-agent"), "--config", path,
                                    "--controller", "127.0.0.1:1", "--metrics-listen", "off",
                                    "--state-dir", directory.path() + "/state"});
  ASSERT_TRUE(agent->WaitForOutput(" samples as host ", kLimit)) << agent->Output();

  write("[net.ipv4.tcp_tw_reuse=0..3]");
  agent->Signal(SIGHUP);
  EXPECT_TRUE(agent->WaitForOutput(
      absl::StrCat("mend it and send SIGHUP: ", path,
                   ":1: allow-sysctls: 'net.ipv4.tcp_tw_reuse=0..3': the bounds 0..3 leave 0..2"),
      kLimit))
      << agent->Output();

  write("[net.core.somaxconn=4096..65535]");
  agent->Signal(SIGHUP);
  EXPECT_TRUE(
      agent->WaitForOutput("allow-sysctls was read again: net.core.somaxconn; other keys", kLimit))
      << agent->Output();

  agent->Signal(SIGTERM);
  EXPECT_EQ(agent->WaitForExit(kLimit), 0);
}

TEST(AgentCommand, RaisesItsFileLimit) {
  TempDirectory state;
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  rlimit low = before;
  low.rlim_cur = 256;
  setrlimit(RLIMIT_NOFILE, &low);
  auto agent = ChildProcess::Start({BinaryPath("berthmaster-agent"), "--controller", "127.0.0.1:1",
                                    "--metrics-listen", "off", "--state-dir", state.path()});
  setrlimit(RLIMIT_NOFILE, &before);
  ASSERT_TRUE(agent->WaitForOutput("samples as host", kLimit)) << agent->Output();
  rlimit raised{};
  prlimit(agent->pid(), RLIMIT_NOFILE, nullptr, &raised);
  EXPECT_EQ(raised.rlim_cur, std::min<rlim_t>(before.rlim_max, 4352));
  agent->Signal(SIGTERM);
  EXPECT_EQ(agent->WaitForExit(kLimit), 0);
}

}  // namespace
}  // namespace berthmaster
