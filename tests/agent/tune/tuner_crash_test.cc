// kill -9 of an agent around each of its effects, with a kernel in files.
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "common/file/file.h"
#include "common/sysctl/catalogue.h"
#include "tests/agent/tune/killing_netns_sysctl.h"
#include "tests/fakes/fake_clock.h"

namespace berthmaster {
namespace {

constexpr size_t kValueBytesMax = 4096;

// Sysctls of one namespace as files of a directory, so that they outlive the process that writes
// them.
class FileNetnsSysctl final : public NetnsSysctl {
 public:
  explicit FileNetnsSysctl(std::string directory) : directory_(std::move(directory)) {}

  absl::StatusOr<std::string> Read(const NetnsId&, absl::string_view sysctl) override {
    return ReadFile(absl::StrCat(directory_, "/", sysctl), kValueBytesMax);
  }
  absl::Status Write(const NetnsId&, absl::string_view sysctl, absl::string_view value) override {
    return WriteFileAtomically(absl::StrCat(directory_, "/", sysctl), value, 0600);
  }

 private:
  const std::string directory_;
};

TEST(TunerCrash, LeavesValueAndJournalInAgreementAtEveryStep) {
  bool is_finished = false;
  for (int kill_at = 0; !is_finished; ++kill_at) {
    ASSERT_LT(kill_at, 100) << "the agent never came to its end";
    std::string pattern = ::testing::TempDir() + "/crash.XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    const std::string journal_path = pattern + "/journal";
    FileNetnsSysctl kernel(pattern);
    DesiredChange change{"rollouts/a", 7,
                         4026532001,   {std::string(kTimeWaitReuseSysctl), "2", "1"},
                         false,        absl::Seconds(60)};
    ASSERT_TRUE(kernel.Write({}, kTimeWaitReuseSysctl, "2").ok());
    ASSERT_TRUE(kernel.Write({}, kTimestampsSysctl, "1").ok());

    pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      FakeClock clock;
      _exit(static_cast<int>(ApplyAndRevert(kernel, change, journal_path, clock, kill_at)));
    }
    int wait_status = 0;
    ASSERT_EQ(waitpid(child, &wait_status, 0), child);

    is_finished = !WIFSIGNALED(wait_status);
    if (is_finished) {
      ASSERT_EQ(WEXITSTATUS(wait_status), static_cast<int>(CrashRun::kFinished));
      EXPECT_EQ(kill_at, 20) << "four reads, a write, a read; a read; a read, a write, a read";
    }
    ExpectWholeAfterCrash(kernel, change, journal_path, kill_at);
  }
}

TEST(TunerCrash, LeavesALineAndItsPriorValueInAgreementOverAReboot) {
  bool is_finished = false;
  bool had_line = false;
  for (int kill_at = 0; !is_finished; ++kill_at) {
    ASSERT_LT(kill_at, 100) << "the agent never came to its end";
    std::string pattern = ::testing::TempDir() + "/reboot.XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    const std::string journal_path = pattern + "/journal";
    FileNetnsSysctl kernel(pattern);
    DesiredChange change{
        "rollouts/a",         7,   4026532001, {std::string(kTimeWaitReuseSysctl), "2", "1"}, true,
        absl::ZeroDuration(), true};
    ASSERT_TRUE(kernel.Write({}, kTimeWaitReuseSysctl, "2").ok());
    ASSERT_TRUE(kernel.Write({}, kTimestampsSysctl, "1").ok());

    pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      FakeClock clock;
      _exit(static_cast<int>(ApplyAndRevert(kernel, change, journal_path, clock, kill_at)));
    }
    int wait_status = 0;
    ASSERT_EQ(waitpid(child, &wait_status, 0), child);

    is_finished = !WIFSIGNALED(wait_status);
    if (is_finished) {
      ASSERT_EQ(WEXITSTATUS(wait_status), static_cast<int>(CrashRun::kFinished));
    }
    had_line = had_line || ReadFile(absl::StrCat(pattern, "/60-berthmaster.conf"), 4096).ok();
    ExpectWholeAfterReboot(kernel, change, journal_path, kill_at);
  }
  EXPECT_TRUE(had_line) << "no crash came while the value was persisted";
}

}  // namespace
}  // namespace berthmaster
