#include "agent/kernel/netns_scan.h"

#include "agent/kernel/netns_thread.h"
#include "gtest/gtest.h"

namespace berthmaster {
namespace {

TEST(NetnsFilter, NamesByLabelNameAndInode) {
  const FoundNetns named = {"/run/netns/blue", "blue", {{"named", "blue"}}, false};
  const FoundNetns host = {"/proc/1/ns/net", "host", {{"process", "init"}, {"pid", "1"}}, true};

  EXPECT_TRUE(IsWantedNetns({}, 42, named));
  EXPECT_TRUE(IsWantedNetns({"red", "blue"}, 42, named));
  EXPECT_TRUE(IsWantedNetns({"42"}, 42, named));
  EXPECT_FALSE(IsWantedNetns({"4"}, 42, named));
  EXPECT_FALSE(IsWantedNetns({"host"}, 42, named));
  EXPECT_TRUE(IsWantedNetns({"host"}, 1, host));
  // A process may call itself anything, so its name names no namespace.
  EXPECT_FALSE(IsWantedNetns({"init"}, 1, host));
  EXPECT_FALSE(IsWantedNetns({"host"}, 42, {"/proc/9/ns/net", "host", {}, false}));
}

TEST(NetnsScanTest, FindsTheOwnNamespace) {
  const uint64_t inode = CurrentNetnsInode().value();

  NetnsScan scan = ScanNetns();

  ASSERT_EQ(scan.found.count(inode), 1u);
  EXPECT_TRUE(OpenNetns(scan.found[inode].path, inode).ok());
  EXPECT_EQ(OpenNetns(scan.found[inode].path, inode + 1).status().code(),
            absl::StatusCode::kNotFound);
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
