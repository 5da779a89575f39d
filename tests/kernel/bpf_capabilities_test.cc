// What the readers need to begin and what afterwards. Capabilities belong to a thread, so each test
// drops them on one of its own.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <thread>
#include <vector>

#include "agent/kernel/bpf/bpf_bind_ownership.h"
#include "agent/kernel/bpf/bpf_connect_watch.h"
#include "agent/kernel/netns/netns_thread.h"
#include "tests/kernel/netns_fixture.h"
#include "tests/kernel/test_sockets.h"

namespace berthmaster {
namespace {

// Leaves the calling thread these capabilities and no other.
void KeepOnly(const std::vector<int>& capabilities) {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> words{};
  for (const int capability : capabilities) {
    words[CAP_TO_INDEX(capability)].effective |= CAP_TO_MASK(capability);
    words[CAP_TO_INDEX(capability)].permitted |= CAP_TO_MASK(capability);
  }
  ASSERT_EQ(syscall(SYS_capset, &header, words.data()), 0);
}

NetnsEntry CurrentEntry() {
  NetnsEntry entry;
  entry.id.inode = CurrentNetnsInode().value_or(0);
  entry.fd = std::make_shared<const UniqueFd>(open("/proc/thread-self/ns/net", O_RDONLY));
  return entry;
}

class BpfCapabilitiesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!CanMakeNetns()) GTEST_SKIP() << kNeedsRoot;
    const absl::Status usable = MakeBpfConnectWatch().status();
    if (!usable.ok()) GTEST_SKIP() << usable.message();
  }
};

TEST_F(BpfCapabilitiesTest, BpfAndPerfmonAreEnoughToBeginAndNoneIsNeededAfterwards) {
  auto netns = ScopedNetns::Make();
  ASSERT_TRUE(netns.ok()) << netns.status();
  ASSERT_TRUE((*netns)->SetSysctl("net.ipv4.ip_local_port_range", "40000 40000").ok());
  auto server = TestServer::Make(**netns, "127.0.0.1", 9000, ServerMode::kClosesSecond);
  ASSERT_TRUE(server.ok()) << server.status();
  // On a thread inside the namespace, so that the readers need not enter it.
  (*netns)->RunInside([] {
    const NetnsEntry entry = CurrentEntry();
    std::jthread([&entry] {
      KeepOnly({CAP_BPF, CAP_PERFMON});
      auto watch = MakeBpfConnectWatch();
      ASSERT_TRUE(watch.ok()) << watch.status();
      auto reader = MakeBpfBindOwnershipReader();
      ASSERT_TRUE(reader.ok()) << reader.status();

      KeepOnly({});
      ConnectOptions options;
      options.destination = "127.0.0.1";
      options.destination_port = 9000;
      EXPECT_EQ(Fill(options, 2).error_number, EADDRNOTAVAIL);
      auto activity = (*watch)->Take();
      ASSERT_TRUE(activity.ok()) << activity.status();
      EXPECT_EQ(std::count_if(activity->failures.begin(), activity->failures.end(),
                              [](const FailedConnects& failed) { return failed.pid == getpid(); }),
                1);
      auto ports = (*reader)->ReadClosedPorts(entry);
      ASSERT_TRUE(ports.ok()) << ports.status();
      EXPECT_EQ(ports->ToSysctl(), "9000");
    }).join();
  });
}

TEST_F(BpfCapabilitiesTest, SysAdminAloneIsEnoughToBegin) {
  std::jthread([] {
    KeepOnly({CAP_SYS_ADMIN});
    EXPECT_TRUE(MakeBpfConnectWatch().ok());
    EXPECT_TRUE(MakeBpfBindOwnershipReader().ok());
  }).join();
}

TEST_F(BpfCapabilitiesTest, WithoutThemTheRemedyIsNamed) {
  std::jthread([] {
    KeepOnly({CAP_NET_ADMIN});
    const absl::Status watch = MakeBpfConnectWatch().status();
    EXPECT_EQ(watch.code(), absl::StatusCode::kPermissionDenied);
    EXPECT_THAT(watch.message(), ::testing::HasSubstr("CAP_BPF and CAP_PERFMON"));
    const absl::Status reader = MakeBpfBindOwnershipReader().status();
    EXPECT_EQ(reader.code(), absl::StatusCode::kPermissionDenied);
    EXPECT_THAT(reader.message(), ::testing::HasSubstr("CAP_BPF and CAP_PERFMON"));
  }).join();
}

TEST_F(BpfCapabilitiesTest, WithoutBtfTheRemedyIsNamed) {
  // In a mount namespace of this thread's own, nothing is at the place of BTF.
  std::jthread([] {
    ASSERT_EQ(unshare(CLONE_NEWNS), 0);
    ASSERT_EQ(mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
    ASSERT_EQ(mount("none", "/sys/kernel/btf", "tmpfs", 0, nullptr), 0);
    const absl::Status watch = MakeBpfConnectWatch().status();
    EXPECT_EQ(watch.code(), absl::StatusCode::kUnimplemented);
    EXPECT_THAT(watch.message(), ::testing::HasSubstr("CONFIG_DEBUG_INFO_BTF"));
    EXPECT_EQ(MakeBpfBindOwnershipReader().status().code(), absl::StatusCode::kUnimplemented);
  }).join();
}

}  // namespace
}  // namespace berthmaster
