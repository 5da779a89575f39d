#include "agent/kernel/child_process.h"

#include <dirent.h>

#include <string>
#include <vector>

#include "common/clock/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace berthmaster {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr absl::Duration kLong = absl::Seconds(60);

struct Result {
  absl::Status status;
  std::vector<std::string> lines;
};

// Runs a script of sh.
Result RunScript(const std::string& script, absl::Duration time_limit = kLong,
                 absl::Status visit_status = absl::OkStatus()) {
  const LinuxClock clock;
  LineBuffer lines(4096);
  Result result;
  result.status = RunChild({"/bin/sh", {"sh", "-c", script}, time_limit}, clock, lines,
                           [&](absl::string_view line) {
                             result.lines.emplace_back(line);
                             return visit_status;
                           });
  return result;
}

int OpenFileCount() {
  int count = 0;
  DIR* directory = opendir("/proc/self/fd");
  while (readdir(directory) != nullptr) ++count;
  closedir(directory);
  return count;
}

TEST(ChildProcess, VisitsEachLine) {
  Result result = RunScript("echo one; echo; echo three");
  EXPECT_EQ(result.status, absl::OkStatus());
  EXPECT_THAT(result.lines, ElementsAre("one", "", "three"));
}

TEST(ChildProcess, VisitsMoreThanTheBufferHolds) {
  Result result = RunScript("i=0; while [ $i -lt 5000 ]; do echo line$i; i=$((i+1)); done");
  EXPECT_EQ(result.status, absl::OkStatus());
  ASSERT_EQ(result.lines.size(), 5000u);
  EXPECT_EQ(result.lines[4999], "line4999");
}

TEST(ChildProcess, GivesNothingOfTheAgentsEnvironment) {
  setenv("PROC_NET_TCP", "/tmp/forged", 1);
  Result result = RunScript("echo $LC_ALL; echo $PROC_NET_TCP");
  unsetenv("PROC_NET_TCP");
  EXPECT_THAT(result.lines, ElementsAre("C", ""));
}

TEST(ChildProcess, SaysHowItFailedAndWhatItSaid) {
  Result result = RunScript("echo one; echo 'no such luck' >&2; exit 3");
  EXPECT_EQ(result.status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(result.status.message(), HasSubstr("/bin/sh exited with status 3"));
  EXPECT_THAT(result.status.message(), HasSubstr("no such luck"));
  EXPECT_THAT(RunScript("kill -9 $$").status.message(), HasSubstr("ended by signal 9"));
}

TEST(ChildProcess, BoundsWhatItSays) {
  Result result =
      RunScript("i=0; while [ $i -lt 9999 ]; do echo noise$i >&2; i=$((i+1)); done; exit 1");
  EXPECT_EQ(result.status.code(), absl::StatusCode::kInternal);
  EXPECT_LT(result.status.message().size(), 400u);
}

TEST(ChildProcess, IsKilledWhenItsTimeIsOver) {
  const LinuxClock clock;
  const absl::Duration begin = clock.MonotonicNow();
  // The second one closes its output and stays.
  for (const char* script : {"echo one; exec sleep 1000", "exec >&- 2>&-; exec sleep 1000"}) {
    Result result = RunScript(script, absl::Milliseconds(200));
    EXPECT_EQ(result.status.code(), absl::StatusCode::kDeadlineExceeded);
  }
  EXPECT_LT(clock.MonotonicNow() - begin, kLong);
}

TEST(ChildProcess, IsKilledWhenItsLinesAreNotWanted) {
  Result result =
      RunScript("while true; do echo y; done", kLong, absl::InvalidArgumentError("no thanks"));
  EXPECT_EQ(result.status, absl::InvalidArgumentError("no thanks"));
  EXPECT_EQ(result.lines.size(), 1u);
}

TEST(ChildProcess, IsKilledForALineThatDoesNotFit) {
  Result result = RunScript("while true; do printf xxxxxxxxxxxxxxxx; done");
  EXPECT_EQ(result.status.code(), absl::StatusCode::kDataLoss);
}

TEST(ChildProcess, RefusesAnEndInsideALine) {
  EXPECT_EQ(RunScript("printf half").status.code(), absl::StatusCode::kDataLoss);
}

TEST(ChildProcess, IsNotFoundWhereThereIsNone) {
  const LinuxClock clock;
  LineBuffer lines(4096);
  absl::Status status = RunChild({"/nonexistent/ss", {"ss"}, kLong}, clock, lines,
                                 [](absl::string_view) { return absl::OkStatus(); });
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(status.message(), HasSubstr("/nonexistent/ss"));
}

TEST(ChildProcess, LeavesNoDescriptorBehind) {
  RunScript("echo one");
  const int before = OpenFileCount();
  for (int run = 0; run < 20; ++run) {
    RunScript("exit 1");
    RunScript("exec sleep 1000", absl::Milliseconds(1));
  }
  EXPECT_EQ(OpenFileCount(), before);
}

}  // namespace
}  // namespace berthmaster
