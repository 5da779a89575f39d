#include "agent/kernel/netns/netns_scan.h"

#include "agent/kernel/netns/netns_thread.h"
#include "gtest/gtest.h"

namespace berthmaster {
namespace {

TEST(NetnsFilter, NamesByLabelNameAndInode) {
  const FoundNetns named = {{"/run/netns/blue"}, "blue", "", 0, false};
  const FoundNetns host = {{"/proc/1/ns/net"}, "", "", 1, true};

  EXPECT_TRUE(IsWantedNetns({}, 42, named));
  EXPECT_TRUE(IsWantedNetns({"red", "blue"}, 42, named));
  EXPECT_TRUE(IsWantedNetns({"42"}, 42, named));
  EXPECT_FALSE(IsWantedNetns({"4"}, 42, named));
  EXPECT_FALSE(IsWantedNetns({"host"}, 42, named));
  EXPECT_TRUE(IsWantedNetns({"host"}, 1, host));
  EXPECT_FALSE(IsWantedNetns({"host"}, 42, {{"/proc/9/ns/net"}, "", "", 9, false}));
  EXPECT_FALSE(IsWantedNetns({""}, 42, {{"/proc/9/ns/net"}, "", "", 9, false}));
}

TEST(NetnsScanTest, FindsTheOwnNamespace) {
  const uint64_t inode = CurrentNetnsInode().value();

  NetnsScan scan = ScanNetns();

  ASSERT_EQ(scan.found.count(inode), 1u);
  EXPECT_TRUE(OpenNetns(scan.found[inode], inode).ok());
  EXPECT_EQ(OpenNetns(scan.found[inode], inode + 1).status().code(), absl::StatusCode::kNotFound);
}

TEST(NetnsScanTest, OpensNothingThatIsNoNamespace) {
  EXPECT_EQ(OpenNetns("/proc/self/comm", 1).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(OpenNetns("/run/netns/no-such-name", 1).status().code(), absl::StatusCode::kNotFound);
}

TEST(NetnsThreadTest, RunsOneAfterTheOtherAndReturnsTheResult) {
  NetnsThread thread;

  EXPECT_EQ(thread.Run([] { return absl::OkStatus(); }), absl::OkStatus());
  EXPECT_EQ(thread.Run([] { return absl::AbortedError("so"); }), absl::AbortedError("so"));
}

}  // namespace
}  // namespace berthmaster
