// kill -9 of an agent around each of its effects, on the real kernel, in a namespace of its own.
#include <errno.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "agent/kernel/netns/linux_netns_sysctl.h"
#include "common/sysctl/catalogue.h"
#include "tests/agent/tune/killing_netns_sysctl.h"
#include "tests/fakes/fake_clock.h"

namespace berthmaster {
namespace {

// What the process that holds the namespace says when it is there; cookie 0 when it could not be
// made.
struct Announcement {
  uint64_t cookie = 0;
  int error_number = 0;
};

Announcement MakeNetns() {
  if (unshare(CLONE_NEWNET) != 0) return {0, errno};
  int socket_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  uint64_t cookie = 0;
  socklen_t size = sizeof(cookie);
  if (getsockopt(socket_fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &size) != 0) return {0, errno};
  close(socket_fd);
  return {cookie, 0};
}

uint64_t InodeOf(const std::string& path) {
  struct stat info {};
  return stat(path.c_str(), &info) == 0 ? info.st_ino : 0;
}

class TunerKernelTest : public ::testing::Test {
 protected:
  void SetUp() override {
    int ready[2];
    ASSERT_EQ(pipe(ready), 0);
    holder_ = fork();
    ASSERT_GE(holder_, 0);
    if (holder_ == 0) {
      Announcement announcement = MakeNetns();
      if (write(ready[1], &announcement, sizeof(announcement)) < 0) _exit(1);
      while (true) pause();
    }
    Announcement announcement;
    ASSERT_EQ(read(ready[0], &announcement, sizeof(announcement)),
              static_cast<ssize_t>(sizeof(announcement)));
    close(ready[0]);
    close(ready[1]);
    if (announcement.cookie == 0) {
      GTEST_SKIP() << "cannot make a network namespace: " << strerror(announcement.error_number)
                   << "; run as root";
    }
    netns_ = {announcement.cookie, InodeOf(absl::StrCat("/proc/", holder_, "/ns/net"))};
    // Nothing may ever be written to the namespace of the host.
    ASSERT_NE(netns_.inode, 0u);
    ASSERT_NE(netns_.inode, InodeOf("/proc/self/ns/net"));
  }

  void TearDown() override {
    if (holder_ <= 0) return;
    kill(holder_, SIGKILL);
    waitpid(holder_, nullptr, 0);
  }

  pid_t holder_ = -1;
  NetnsId netns_;
};

TEST_F(TunerKernelTest, LeavesValueAndJournalInAgreementAtEveryStep) {
  bool is_finished = false;
  for (int kill_at = 0; !is_finished; ++kill_at) {
    ASSERT_LT(kill_at, 100) << "the agent never came to its end";
    std::string pattern = ::testing::TempDir() + "/crash.XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    const std::string journal_path = pattern + "/journal";
    DesiredChange change{"rollouts/a", netns_.cookie,
                         netns_.inode, {std::string(kTimeWaitReuseSysctl), "2", "1"},
                         false,        absl::Seconds(60)};

    pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      FakeClock clock;
      LinuxNetnsSysctl kernel({});
      _exit(static_cast<int>(ApplyAndRevert(kernel, change, journal_path, clock, kill_at)));
    }
    int wait_status = 0;
    ASSERT_EQ(waitpid(child, &wait_status, 0), child);

    is_finished = !WIFSIGNALED(wait_status);
    if (is_finished) {
      ASSERT_EQ(WEXITSTATUS(wait_status), static_cast<int>(CrashRun::kFinished));
    }
    LinuxNetnsSysctl kernel({});
    ExpectWholeAfterCrash(kernel, change, journal_path, kill_at);
  }
}

}  // namespace
}  // namespace berthmaster
