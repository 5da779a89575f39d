#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "agent/kernel/cgroup_ids.h"
#include "agent/kernel/sockets/linux_socket_dump.h"
#include "agent/kernel/sockets/linux_socket_owners.h"
#include "gtest/gtest.h"
#include "tests/kernel/netns_fixture.h"
#include "tests/kernel/netns_listing.h"
#include "tests/kernel/test_sockets.h"

namespace berthmaster {
namespace {

// A cgroup of v2 of the test's own.
class ScopedCgroup {
 public:
  ScopedCgroup() {
    for (const char* mount : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}) {
      if (std::filesystem::exists(absl::StrCat(mount, "/cgroup.controllers"))) mount_ = mount;
    }
    name_ = absl::StrCat("/bmtest-", getpid(), ".service");
    if (!mount_.empty() && mkdir((mount_ + name_).c_str(), 0755) != 0) mount_.clear();
  }
  ~ScopedCgroup() { Remove(); }
  void Remove() { rmdir((mount_ + name_).c_str()); }
  bool is_there() const { return !mount_.empty(); }
  const std::string& name() const { return name_; }
  uint64_t id() const {
    struct stat info;
    return stat((mount_ + name_).c_str(), &info) == 0 ? info.st_ino : 0;
  }

 private:
  std::string mount_;
  std::string name_;
};

TEST(CgroupIdsHere, FindsThePathOfAnIdAndKeepsItWhenTheCgroupIsGone) {
  ScopedCgroup cgroup;
  if (!cgroup.is_there()) GTEST_SKIP() << "a cgroup of v2 takes root and a writable mount of it";
  const uint64_t id = cgroup.id();
  CgroupIds ids;

  EXPECT_EQ(ids.PathOf(id), cgroup.name());
  EXPECT_EQ(ids.PathOf(1), "/");
  EXPECT_EQ(ids.PathOf(0), "");
  cgroup.Remove();
  EXPECT_EQ(ids.PathOf(id), cgroup.name());
  EXPECT_EQ(CgroupIds().PathOf(id), "");
  EXPECT_EQ(CgroupIds("").PathOf(1), "");
}

TEST(SocketOwnersOfADump, AreFoundByTheInodesThatTheKernelSays) {
  if (!CanMakeNetns()) GTEST_SKIP() << kNeedsRoot;
  auto netns = ScopedNetns::Make().value();
  auto server = TestServer::Make(*netns, "127.0.0.1", 20000, ServerMode::kClosesSecond).value();
  FillResult fill;
  netns->RunInside([&] {
    fill = Fill({.source = "", .destination = "127.0.0.1", .destination_port = 20000}, 50);
  });
  absl::flat_hash_set<uint32_t> inodes;
  LinuxSocketDump dump;
  netns->RunInside([&] {
    ASSERT_EQ(dump.VisitCurrent([&inodes](const SocketRow& row) { inodes.insert(row.inode); }),
              absl::OkStatus());
  });
  // Connections that wait to be accepted have none yet.
  inodes.erase(0);
  ASSERT_GE(inodes.size(), 51u);
  LinuxSocketOwners owners;

  absl::flat_hash_map<uint32_t, ProcessId> found;
  // The host may have more open files than one call looks at.
  for (int call = 0; call < 1000 && found.size() < inodes.size(); ++call) {
    found = owners.Find(inodes).value();
  }

  EXPECT_EQ(found.size(), inodes.size());
  for (const auto& [inode, process] : found) EXPECT_EQ(process.pid, getpid());
}

}  // namespace
}  // namespace berthmaster
