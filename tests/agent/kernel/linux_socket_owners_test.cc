#include "agent/kernel/sockets/linux_socket_owners.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "common/file/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/agent/kernel/fake_tree.h"

namespace berthmaster {
namespace {

class SocketOwnersTest : public testing::Test {
 protected:
  void AddProcess(int pid, const std::string& name, const std::string& cgroup = "0::/\n") {
    proc_.AddFile(absl::StrCat(pid, "/comm"), name + "\n");
    proc_.AddFile(absl::StrCat(pid, "/cgroup"), cgroup);
    proc_.AddDirectory(absl::StrCat(pid, "/fd"));
  }
  void AddSocket(int pid, int fd, uint32_t inode) {
    proc_.AddLink(absl::StrCat(pid, "/fd/", fd), absl::StrCat("socket:[", inode, "]"));
  }
  LinuxSocketOwners Owners(int files_per_call_max) {
    return LinuxSocketOwners({files_per_call_max, proc_.path()});
  }

  FakeTree proc_;
};

TEST_F(SocketOwnersTest, FindsTheProcessOfASocket) {
  AddProcess(10, "nginx", "0::/system.slice/nginx.service\n");
  AddSocket(10, 3, 111);
  proc_.AddLink("10/fd/4", "/dev/null");
  proc_.AddLink("10/fd/5", "pipe:[222]");
  AddProcess(20, "cu\x1b[rl");
  AddSocket(20, 0, 333);
  LinuxSocketOwners owners = Owners(1000);

  auto found = owners.Find({111, 222, 333, 444, 0}).value();

  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[111].pid, 10);
  EXPECT_EQ(found[111].name, "nginx");
  EXPECT_EQ(found[111].cgroup, "/system.slice/nginx.service");
  EXPECT_EQ(found[333].name, "cu?[rl");
}

TEST_F(SocketOwnersTest, KeepsToItsBudgetAndGoesOnInTheNextCall) {
  // Opening a process counts as 4 files.
  AddProcess(10, "client");
  for (int fd = 0; fd < 100; ++fd) AddSocket(10, fd, 1000 + static_cast<uint32_t>(fd));
  absl::flat_hash_set<uint32_t> wanted;
  for (uint32_t inode = 1000; inode < 1100; ++inode) wanted.insert(inode);
  LinuxSocketOwners owners = Owners(40);

  const size_t first = owners.Find(wanted).value().size();
  EXPECT_LE(first, 40u);
  EXPECT_GE(first, 30u);
  size_t found = first;
  for (int call = 0; call < 10 && found < 100; ++call) found = owners.Find(wanted).value().size();
  EXPECT_EQ(found, 100u);
}

TEST_F(SocketOwnersTest, LooksFirstWhereSocketsWereFoundBefore) {
  for (int pid = 10; pid < 60; ++pid) {
    AddProcess(pid, absl::StrCat("other-", pid));
    for (int fd = 0; fd < 20; ++fd) proc_.AddLink(absl::StrCat(pid, "/fd/", fd), "/dev/null");
  }
  AddProcess(99, "client");
  AddSocket(99, 3, 111);
  LinuxSocketOwners owners = Owners(100);
  for (int call = 0; call < 30 && owners.Find({111}).value().empty(); ++call) {
  }
  AddSocket(99, 4, 112);

  EXPECT_EQ(owners.Find({111, 112}).value().size(), 2u);
}

TEST_F(SocketOwnersTest, ForgetsAProcessThatEndedAndOneThatIsAnother) {
  AddProcess(10, "client");
  AddSocket(10, 3, 111);
  AddProcess(20, "server");
  AddSocket(20, 3, 222);
  LinuxSocketOwners owners = Owners(1000);
  ASSERT_EQ(owners.Find({111, 222}).value().size(), 2u);

  proc_.Remove("10");
  proc_.AddFile("20/comm", "another\n");
  proc_.Remove("20/fd/3");

  for (uint32_t call = 0; call < kOwnerCalls; ++call) (void)owners.Find({111, 222});
  EXPECT_TRUE(owners.Find({111, 222}).value().empty());
}

TEST_F(SocketOwnersTest, GivesUpOnASocketThatNobodyHasUntilItIsForgotten) {
  AddProcess(10, "client");
  LinuxSocketOwners owners = Owners(1000);
  for (uint32_t call = 0; call <= kSearchRounds + 1; ++call) (void)owners.Find({111});
  AddSocket(10, 3, 111);

  EXPECT_TRUE(owners.Find({111}).value().empty());
  for (uint32_t call = 0; call < 2 * kForgetCalls; ++call) (void)owners.Find({});
  EXPECT_EQ(owners.Find({111}).value().size(), 1u);
}

TEST_F(SocketOwnersTest, SaysWhatIsMissingWhenNothingMayBeLookedAt) {
  if (geteuid() != 0) GTEST_SKIP() << "becoming another user for a moment needs root";
  AddProcess(10, "client");
  AddSocket(10, 3, 111);
  chmod(absl::StrCat(proc_.path(), "/10/fd").c_str(), 0);
  chmod(proc_.path().c_str(), 0755);
  LinuxSocketOwners owners = Owners(1000);

  ASSERT_EQ(seteuid(65534), 0);
  const absl::Status status = owners.Find({111}).status();
  ASSERT_EQ(seteuid(0), 0);

  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr("CAP_SYS_PTRACE"));
}

TEST(SocketOwnersHere, FindsASocketOfThisProcess) {
  UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  struct stat info;
  ASSERT_EQ(fstat(fd.get(), &info), 0);
  const auto inode = static_cast<uint32_t>(info.st_ino);
  LinuxSocketOwners owners;

  absl::flat_hash_map<uint32_t, ProcessId> found;
  // The host may have more open files than one call looks at.
  for (int call = 0; call < 1000 && found.empty(); ++call) found = owners.Find({inode}).value();

  ASSERT_EQ(found.count(inode), 1u);
  EXPECT_EQ(found[inode].pid, getpid());
  EXPECT_EQ(found[inode].name, "agent_kernel_te");
}

}  // namespace
}  // namespace berthmaster
