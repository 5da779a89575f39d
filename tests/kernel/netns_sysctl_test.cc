#include <memory>
#include <utility>

#include "agent/kernel/netns/linux_netns_sysctl.h"
#include "agent/kernel/netns/netns_thread.h"
#include "gtest/gtest.h"
#include "tests/kernel/netns_fixture.h"

namespace berthmaster {
namespace {

constexpr char kRange[] = "net.ipv4.ip_local_port_range";
constexpr char kReserved[] = "net.ipv4.ip_local_reserved_ports";

class NetnsSysctlTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!CanMakeNetns()) GTEST_SKIP() << kNeedsRoot;
    netns_ = ScopedNetns::Make().value();
    other_ = ScopedNetns::Make().value();
  }
  std::unique_ptr<ScopedNetns> netns_;
  std::unique_ptr<ScopedNetns> other_;
  LinuxNetnsSysctl sysctl_{{}};
};

TEST_F(NetnsSysctlTest, ReadsTheNormalisedValueOfThatNamespace) {
  ASSERT_TRUE(netns_->SetSysctl(kRange, "20000 20999").ok());

  EXPECT_EQ(sysctl_.Read(netns_->id(), kRange).value(), "20000 20999");
  EXPECT_EQ(sysctl_.Read(other_->id(), kRange).value(), "32768 60999");
}

TEST_F(NetnsSysctlTest, WritesInThatNamespaceAndInNoOther) {
  absl::StatusOr<uint64_t> own_inode = CurrentNetnsInode();

  ASSERT_EQ(sysctl_.Write(netns_->id(), kRange, "20000 20999"), absl::OkStatus());

  EXPECT_EQ(netns_->GetSysctl(kRange).value(), "20000 20999");
  EXPECT_EQ(other_->GetSysctl(kRange).value(), "32768 60999");
  // Nor does any thread of ours stay in there.
  EXPECT_EQ(CurrentNetnsInode().value(), own_inode.value());
}

TEST_F(NetnsSysctlTest, ClearsAList) {
  ASSERT_TRUE(sysctl_.Write(netns_->id(), kReserved, "30000-30010").ok());
  ASSERT_EQ(netns_->GetSysctl(kReserved).value(), "30000-30010");

  ASSERT_TRUE(sysctl_.Write(netns_->id(), kReserved, "").ok());

  EXPECT_EQ(netns_->GetSysctl(kReserved).value(), "");
}

// What a namespace looks like that got the inode of one that is gone.
TEST_F(NetnsSysctlTest, RefusesAnotherCookie) {
  const NetnsId wrong = {other_->id().cookie, netns_->id().inode};

  EXPECT_EQ(sysctl_.Write(wrong, kRange, "20000 20999").code(),
            absl::StatusCode::kFailedPrecondition);

  EXPECT_EQ(netns_->GetSysctl(kRange).value(), "32768 60999");
  EXPECT_EQ(other_->GetSysctl(kRange).value(), "32768 60999");
}

TEST_F(NetnsSysctlTest, RefusesAnotherInode) {
  const NetnsId wrong = {netns_->id().cookie, other_->id().inode};

  EXPECT_EQ(sysctl_.Write(wrong, kRange, "20000 20999").code(),
            absl::StatusCode::kFailedPrecondition);

  EXPECT_EQ(netns_->GetSysctl(kRange).value(), "32768 60999");
  EXPECT_EQ(other_->GetSysctl(kRange).value(), "32768 60999");
}

TEST_F(NetnsSysctlTest, FindsNothingWhereTheNamespaceIsGone) {
  const NetnsId gone = netns_->id();
  ASSERT_TRUE(sysctl_.Read(gone, kRange).ok());
  netns_.reset();

  EXPECT_EQ(sysctl_.Read(gone, kRange).status().code(), absl::StatusCode::kNotFound);
  EXPECT_FALSE(sysctl_.Write(gone, kRange, "20000 20999").ok());
}

TEST_F(NetnsSysctlTest, TellsARefusedValueFromAnUnknownSysctlAndThatFromANamespaceThatIsGone) {
  EXPECT_EQ(sysctl_.Write(netns_->id(), kRange, "9 5").code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(sysctl_.Write(netns_->id(), "net.ipv4.no_such_thing", "1").code(),
            absl::StatusCode::kUnimplemented);
  EXPECT_EQ(sysctl_.Read(netns_->id(), "net.ipv4.no_such_thing").status().code(),
            absl::StatusCode::kUnimplemented);
  EXPECT_EQ(sysctl_.Write(netns_->id(), "net/ipv4/../ipv4/tcp_tw_reuse", "1").code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(NetnsSysctlTest, StaysWithinItsFilter) {
  LinuxNetnsSysctl restricted({other_->name()});

  EXPECT_EQ(restricted.Write(netns_->id(), kRange, "20000 20999").code(),
            absl::StatusCode::kPermissionDenied);

  EXPECT_TRUE(restricted.Write(other_->id(), kRange, "20000 20999").ok());
  EXPECT_EQ(netns_->GetSysctl(kRange).value(), "32768 60999");
}

}  // namespace
}  // namespace berthmaster
