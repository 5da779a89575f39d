#include <fcntl.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"
#include "agent/collect/linux_host_sampler.h"
#include "agent/kernel/host_identity.h"
#include "agent/kernel/netns/linux_netns_directory.h"
#include "agent/kernel/netns/netns_thread.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/fake_clock.h"
#include "tests/kernel/mounted_netns.h"
#include "tests/kernel/netns_fixture.h"
#include "tests/kernel/netns_listing.h"

namespace berthmaster {
namespace {

using testing::Contains;
using testing::Pair;

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
