#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "agent/kernel/netns/linux_netns_directory.h"
#include "agent/kernel/netns/netns_scan.h"
#include "agent/kernel/netns/netns_thread.h"
#include "agent/kernel/sockets/linux_socket_dump.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/fake_clock.h"
#include "tests/kernel/mounted_netns.h"
#include "tests/kernel/netns_fixture.h"
#include "tests/kernel/netns_listing.h"
#include "tests/kernel/test_sockets.h"
#include "tests/process/temp_directory.h"

namespace berthmaster {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

// How namespaces are found, come, go and are met half gone.
class NetnsLifecycleTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!CanMakeNetns()) GTEST_SKIP() << kNeedsRoot;
  }
  // As of a look at the host now.
  std::optional<NetnsEntry> Find(uint64_t inode) {
    clock_.Advance(kScanInterval);
    return FindEntry(directory_, inode);
  }

  TempDirectory files_;
  FakeClock clock_;
  LinuxNetnsDirectory directory_{{}, clock_};
};

TEST_F(NetnsLifecycleTest, FindsABindMountAnywhere) {
  auto netns = MountedNetns::Make(files_.path() + "/a b\n\\040").value();

  std::optional<NetnsEntry> entry = Find(netns->id().inode);

  ASSERT_TRUE(entry.has_value());
  EXPECT_EQ(entry->id, netns->id());
  EXPECT_EQ(entry->labels.at("mount"), files_.path() + "/a b?\\040");
  EXPECT_EQ(entry->label, entry->labels.at("mount"));
  EXPECT_THAT(entry->labels, Not(Contains(Pair("named", testing::_))));
}

TEST_F(NetnsLifecycleTest, FindsThoseOfDocker) {
  const bool has_docker = access("/run/docker", F_OK) == 0;
  const std::string path = absl::StrCat("/run/docker/netns/bmtest-", getpid());
  auto netns = MountedNetns::Make(path).value();

  std::optional<NetnsEntry> entry = Find(netns->id().inode);

  ASSERT_TRUE(entry.has_value());
  EXPECT_EQ(entry->label, path);
  netns.reset();
  if (has_docker) return;
  rmdir("/run/docker/netns");
  rmdir("/run/docker");
}

TEST_F(NetnsLifecycleTest, FindsTheMountsOfTheMountNamespaceOfProcess1) {
  ChildInNetns first({.name = "bmfirst", .mount_path = files_.path() + "/ns"});
  NetnsScanner scanner(first.pid());

  NetnsScan scan = scanner.Scan();

  ASSERT_EQ(scan.found.count(first.inode()), 1u);
  const FoundNetns& found = scan.found[first.inode()];
  EXPECT_THAT(found.paths, testing::ElementsAre(
                               absl::StrCat("/proc/", first.pid(), "/root", files_.path(), "/ns")));
  EXPECT_TRUE(OpenNetns(found, first.inode()).ok());
  // Nobody else sees it.
  EXPECT_EQ(ScanNetns().found.count(first.inode()), 0u);
  EXPECT_TRUE(scan.found[CurrentNetnsInode().value()].is_host);
}

TEST_F(NetnsLifecycleTest, DoesWithoutAMountThatIsHiddenByAnother) {
  const std::string path = files_.path() + "/ns";
  auto hidden = MountedNetns::Make(path).value();
  auto other = MountedNetns::Make(files_.path() + "/other").value();
  ASSERT_EQ(mount(other->path().c_str(), path.c_str(), "none", MS_BIND, nullptr), 0);

  NetnsListing listing = ListOn(directory_);

  EXPECT_TRUE(FindEntry(listing, other->id().inode).has_value());
  EXPECT_FALSE(FindEntry(listing, hidden->id().inode).has_value());
  EXPECT_THAT(listing.limitations, Not(Contains(HasSubstr(absl::StrCat(hidden->id().inode)))));
  umount2(path.c_str(), MNT_DETACH);
  EXPECT_TRUE(Find(hidden->id().inode).has_value());
}

TEST_F(NetnsLifecycleTest, OpensNothingElseInThePlaceOfOneThatVanished) {
  const std::string path = files_.path() + "/ns";
  auto netns = MountedNetns::Make(path).value();
  const uint64_t inode = netns->id().inode;
  const FoundNetns found = ScanNetns().found[inode];
  ASSERT_FALSE(found.paths.empty());
  netns.reset();

  EXPECT_EQ(OpenNetns(found, inode).status().code(), absl::StatusCode::kNotFound);
  auto other = MountedNetns::Make(path).value();
  if (other->id().inode != inode) {
    EXPECT_EQ(OpenNetns(found, inode).status().code(), absl::StatusCode::kNotFound);
  }
  other.reset();
  // Opening a pipe for reading would wait for a writer.
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  EXPECT_EQ(OpenNetns(found, inode).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(NetnsLifecycleTest, TakesANewNamespaceOfTheSameNameForAnother) {
  const std::string path = absl::StrCat("/run/netns/bmsame-", getpid());
  auto netns = MountedNetns::Make(path).value();
  const NetnsId first_id = netns->id();
  std::optional<NetnsEntry> first = Find(first_id.inode);
  netns.reset();
  netns = MountedNetns::Make(path).value();

  std::optional<NetnsEntry> second = Find(netns->id().inode);

  ASSERT_TRUE(first.has_value() && second.has_value());
  EXPECT_EQ(first->id, first_id);
  EXPECT_EQ(second->id, netns->id());
  EXPECT_NE(second->id.cookie, first->id.cookie);
  EXPECT_EQ(second->label, first->label);
  EXPECT_FALSE(Find(first_id.inode).has_value());
}

TEST_F(NetnsLifecycleTest, DumpsOneThatVanishedAfterItWasEntered) {
  auto netns = ScopedNetns::Make().value();
  auto server = TestServer::Make(*netns, "127.0.0.1", 40000, ServerMode::kClosesSecond).value();
  std::optional<NetnsEntry> entry = Find(netns->id().inode);
  ASSERT_TRUE(entry.has_value());
  LinuxSocketDump dump;
  int row_count = 0;
  NetnsThread thread;

  const absl::Status status = thread.Run([&] {
    return RunInNetns({entry->fd->get(), entry->id.inode}, [&] {
      server.reset();
      netns.reset();
      return dump.VisitCurrent([&row_count](const SocketRow&) { ++row_count; });
    });
  });

  EXPECT_EQ(status, absl::OkStatus());
  EXPECT_EQ(row_count, 0);
}

TEST_F(NetnsLifecycleTest, EndsADumpOfOneThatVanishesMeanwhile) {
  constexpr int kConnections = 2000;
  auto netns = ScopedNetns::Make().value();
  auto server = TestServer::Make(*netns, "127.0.0.1", 20000, ServerMode::kClosesSecond).value();
  FillResult fill;
  netns->RunInside([&] {
    fill =
        Fill({.source = "", .destination = "127.0.0.1", .destination_port = 20000}, kConnections);
  });
  ASSERT_EQ(fill.fds.size(), size_t{kConnections});
  const uint64_t inode = netns->id().inode;
  std::optional<NetnsEntry> entry = Find(inode);
  ASSERT_TRUE(entry.has_value());
  LinuxSocketDump dump;
  int row_count = 0;
  NetnsThread thread;

  const absl::Status status = thread.Run([&] {
    return dump.Visit(*entry, [&](const SocketRow&) {
      if (++row_count != kConnections / 4) return;
      fill.fds.clear();
      server.reset();
      netns.reset();
    });
  });

  EXPECT_EQ(status, absl::OkStatus());
  EXPECT_GE(row_count, kConnections / 4);
  entry.reset();
  EXPECT_FALSE(Find(inode).has_value());
}

TEST_F(NetnsLifecycleTest, SeesThatOfAPausedProcessAndNoneOfAZombie) {
  ChildInNetns paused({"bmpaused", ""});
  paused.Pause();
  ChildInNetns zombie;
  ASSERT_TRUE(Find(zombie.inode()).has_value());
  const std::string zombie_pid = absl::StrCat(zombie.pid());
  zombie.MakeZombie();

  std::optional<NetnsEntry> entry = Find(paused.inode());

  ASSERT_TRUE(entry.has_value());
  EXPECT_EQ(entry->labels.at("process"), "bmpaused");
  LinuxSocketDump dump;
  NetnsThread thread;
  EXPECT_EQ(thread.Run([&] { return dump.Visit(*entry, [](const SocketRow&) {}); }),
            absl::OkStatus());
  for (const NetnsEntry& other : ListOn(directory_).entries) {
    EXPECT_THAT(other.labels, Not(Contains(Pair("pid", zombie_pid))));
  }
}

TEST_F(NetnsLifecycleTest, CleansTheNameOfAProcess) {
  ChildInNetns child({"\x1b[31m\nhost\xff\t", ""});

  std::optional<NetnsEntry> entry = Find(child.inode());

  ASSERT_TRUE(entry.has_value());
  EXPECT_EQ(entry->labels.at("process"), "?[31m?host?");
}

}  // namespace
}  // namespace berthmaster
