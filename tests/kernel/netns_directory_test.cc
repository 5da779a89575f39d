#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"
#include "agent/collect/linux_host_sampler.h"
#include "agent/kernel/host_identity.h"
#include "agent/kernel/linux_netns_directory.h"
#include "agent/kernel/netns_thread.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/fake_clock.h"
#include "tests/kernel/netns_fixture.h"

namespace berthmaster {
namespace {

using testing::Contains;
using testing::Pair;

std::optional<NetnsEntry> FindEntry(LinuxNetnsDirectory& directory, uint64_t inode) {
  NetnsThread thread;
  absl::StatusOr<NetnsListing> listing;
  absl::Status status = thread.Run([&] {
    listing = directory.List();
    return listing.status();
  });
  EXPECT_EQ(status, absl::OkStatus());
  for (const NetnsEntry& entry : listing->entries) {
    if (entry.id.inode == inode) return entry;
  }
  return std::nullopt;
}

// A process called "bmchild" in a namespace of its own, until the object goes.
class ChildInNetns {
 public:
  ChildInNetns() {
    int ready[2];
    if (pipe(ready) != 0) std::abort();
    pid_ = fork();
    if (pid_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      prctl(PR_SET_NAME, "bmchild");
      if (unshare(CLONE_NEWNET) != 0 || write(ready[1], "x", 1) != 1) _exit(1);
      while (true) pause();
    }
    char byte;
    if (read(ready[0], &byte, 1) != 1) std::abort();
    close(ready[0]);
    close(ready[1]);
  }
  ~ChildInNetns() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  pid_t pid() const { return pid_; }
  uint64_t inode() const {
    char target[64] = {};
    if (readlink(absl::StrCat("/proc/", pid_, "/ns/net").c_str(), target, sizeof(target) - 1) < 0) {
      std::abort();
    }
    return std::strtoull(target + 5, nullptr, 10);  // "net:[4026532000]"
  }

 private:
  pid_t pid_ = -1;
};

class NetnsDirectoryTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!CanMakeNetns()) GTEST_SKIP() << kNeedsRoot;
  }
};

TEST_F(NetnsDirectoryTest, FindsANamedNamespaceWithoutAProcess) {
  auto netns = ScopedNetns::Make().value();
  FakeClock clock;
  LinuxNetnsDirectory directory({}, clock);

  std::optional<NetnsEntry> entry = FindEntry(directory, netns->id().inode);

  ASSERT_TRUE(entry.has_value());
  EXPECT_EQ(entry->id, netns->id());
  EXPECT_EQ(entry->label, netns->name());
  EXPECT_THAT(entry->labels, Contains(Pair("named", netns->name())));
}

TEST_F(NetnsDirectoryTest, CallsANamespaceByItsLeadingProcess) {
  ChildInNetns child;
  FakeClock clock;
  LinuxNetnsDirectory directory({}, clock);

  std::optional<NetnsEntry> entry = FindEntry(directory, child.inode());

  ASSERT_TRUE(entry.has_value());
  EXPECT_EQ(entry->label, "bmchild");
  EXPECT_THAT(entry->labels, Contains(Pair("process", "bmchild")));
  EXPECT_THAT(entry->labels, Contains(Pair("pid", absl::StrCat(child.pid()))));
}

TEST_F(NetnsDirectoryTest, CallsTheOwnNamespaceHost) {
  FakeClock clock;
  LinuxNetnsDirectory directory({}, clock);

  std::optional<NetnsEntry> entry = FindEntry(directory, CurrentNetnsInode().value());

  ASSERT_TRUE(entry.has_value());
  EXPECT_EQ(entry->label, "host");
}

TEST_F(NetnsDirectoryTest, KeepsNoNamespaceAlivePastTheNextScan) {
  FakeClock clock;
  LinuxNetnsDirectory directory({}, clock);
  uint64_t inode = 0;
  {
    ChildInNetns child;
    inode = child.inode();
    ASSERT_TRUE(FindEntry(directory, inode).has_value());
  }

  EXPECT_TRUE(FindEntry(directory, inode).has_value());
  clock.Advance(kScanInterval);
  EXPECT_FALSE(FindEntry(directory, inode).has_value());
}

TEST_F(NetnsDirectoryTest, ListsOnlyWhatTheFilterNames) {
  auto netns = ScopedNetns::Make().value();
  auto other = ScopedNetns::Make().value();
  FakeClock clock;
  LinuxNetnsDirectory by_name({netns->name()}, clock);
  LinuxNetnsDirectory by_inode({absl::StrCat(netns->id().inode)}, clock);

  EXPECT_TRUE(FindEntry(by_name, netns->id().inode).has_value());
  EXPECT_FALSE(FindEntry(by_name, other->id().inode).has_value());
  EXPECT_TRUE(FindEntry(by_inode, netns->id().inode).has_value());
  EXPECT_FALSE(FindEntry(by_inode, other->id().inode).has_value());
}

TEST_F(NetnsDirectoryTest, ASampleTakesAVanishedNamespaceInItsStride) {
  auto netns = ScopedNetns::Make().value();
  FakeClock clock;
  auto sampler = MakeLinuxHostSampler({{netns->name()}}, clock);
  ASSERT_EQ(sampler->Sample()->namespaces.size(), 1u);
  netns.reset();

  // Known still, and readable by its descriptor.
  EXPECT_EQ(sampler->Sample()->namespaces.size(), 1u);

  clock.Advance(kScanInterval);
  HostSample sample = sampler->Sample().value();
  EXPECT_EQ(sample.namespaces.size(), 0u);
  EXPECT_THAT(sample.limitations, Contains(testing::HasSubstr("there is no network namespace")));
}

TEST_F(NetnsDirectoryTest, WorkDoesNotRunInAnotherNamespaceThanMeant) {
  auto netns = ScopedNetns::Make().value();
  auto other = ScopedNetns::Make().value();
  UniqueFd fd(open(absl::StrCat("/run/netns/", netns->name()).c_str(), O_RDONLY | O_CLOEXEC));
  bool has_run = false;
  NetnsThread thread;

  absl::Status status = thread.Run([&] {
    return RunInNetns({fd.get(), other->id().inode}, [&] {
      has_run = true;
      return absl::OkStatus();
    });
  });

  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(has_run);
}

TEST_F(NetnsDirectoryTest, TheIdentitySaysWhatRootCanDo) {
  HostIdentity identity = ReadHostIdentity(AgentProfile::kEnforce, "1.2.3");

  EXPECT_EQ(identity.agent_version, "1.2.3");
  EXPECT_EQ(identity.profile, AgentProfile::kEnforce);
  EXPECT_FALSE(identity.host_name.empty());
  EXPECT_FALSE(identity.kernel_release.empty());
  EXPECT_EQ(identity.boot_id.size(), 36u);
  EXPECT_THAT(identity.capabilities, Contains(AgentCapability::kSockDiag));
  EXPECT_THAT(identity.capabilities, Contains(AgentCapability::kApplySysctl));
}

}  // namespace
}  // namespace berthmaster
