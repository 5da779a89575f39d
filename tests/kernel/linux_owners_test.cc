#include <sys/socket.h>
#include <unistd.h>

#include "agent/kernel/cgroup_ids.h"
#include "agent/kernel/sockets/linux_socket_dump.h"
#include "agent/kernel/sockets/linux_socket_owners.h"
#include "gtest/gtest.h"
#include "tests/kernel/netns_fixture.h"
#include "tests/kernel/netns_listing.h"
#include "tests/kernel/scoped_cgroup.h"
#include "tests/kernel/test_sockets.h"

namespace berthmaster {
namespace {

TEST(CgroupIdsHere, FindsThePathOfAnIdAndKeepsItWhenTheCgroupIsGone) {
  ScopedCgroup cgroup;
  if (!cgroup.is_there()) GTEST_SKIP() << kNeedsCgroup;
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
