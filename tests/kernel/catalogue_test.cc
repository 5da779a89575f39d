#include "common/sysctl/catalogue.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "agent/kernel/netns/sysctl_file.h"
#include "tests/kernel/netns_fixture.h"

namespace berthmaster {
namespace {

// What the catalogue says, against the running kernel in a namespace of the test.
class CatalogueTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!CanMakeNetns()) GTEST_SKIP() << kNeedsRoot;
    netns_ = ScopedNetns::Make().value();
  }

  bool Exists(const Tunable& tunable) const { return netns_->GetSysctl(tunable.sysctl).ok(); }

  // Whether the kernel takes `value`; the value from before is put back.
  bool Takes(const Tunable& tunable, absl::string_view value) {
    const std::string before = netns_->GetSysctl(tunable.sysctl).value();
    const bool took = netns_->SetSysctl(tunable.sysctl, value).ok();
    if (took) {
      EXPECT_EQ(netns_->GetSysctl(tunable.sysctl).value(), value) << tunable.sysctl;
      EXPECT_TRUE(netns_->SetSysctl(tunable.sysctl, before).ok()) << tunable.sysctl << before;
    }
    return took;
  }

  // Whether anybody may open it for writing. Nothing is written.
  bool IsWritable(const Tunable& tunable) const {
    bool is_writable = false;
    netns_->RunInside([&] {
      UniqueFd fd(open(SysctlPath(tunable.sysctl).value().c_str(), O_WRONLY | O_CLOEXEC));
      is_writable = fd.valid();
    });
    return is_writable;
  }

  std::unique_ptr<ScopedNetns> netns_;
};

TEST_F(CatalogueTest, SaysTheDefaultOfAFreshNamespace) {
  int checked = 0;
  for (const Tunable& tunable : Tunables()) {
    // Of the host's the test cannot know who wrote them.
    if (tunable.scope != TunableScope::kNetns || !tunable.default_value.has_value()) continue;
    absl::StatusOr<std::string> value = netns_->GetSysctl(tunable.sysctl);
    if (absl::IsNotFound(value.status())) continue;  // a kernel without it
    ASSERT_TRUE(value.ok()) << value.status();
    EXPECT_EQ(*value, *tunable.default_value) << tunable.sysctl;
    ++checked;
  }
  EXPECT_GE(checked, 15);
}

TEST_F(CatalogueTest, SaysWhoSeesAndWhoWrites) {
  for (const Tunable& tunable : Tunables()) {
    if (tunable.scope == TunableScope::kHost) {
      EXPECT_FALSE(Exists(tunable)) << tunable.sysctl;
    } else if (Exists(tunable)) {
      EXPECT_EQ(IsWritable(tunable), tunable.scope == TunableScope::kNetns) << tunable.sysctl;
    }
  }
}

TEST_F(CatalogueTest, SaysWhatTheKernelTakes) {
  for (const Tunable& tunable : Tunables()) {
    if (tunable.scope != TunableScope::kNetns || tunable.form != TunableForm::kInteger) continue;
    if (!Exists(tunable)) continue;
    // The range of ports must not begin below this one, so its own greatest value is refused here.
    const bool is_port_start = tunable.sysctl == kUnprivilegedPortStartSysctl;
    EXPECT_TRUE(Takes(tunable, absl::StrCat(tunable.kernel_min))) << tunable.sysctl;
    EXPECT_EQ(Takes(tunable, absl::StrCat(tunable.kernel_max)), !is_port_start) << tunable.sysctl;
    EXPECT_TRUE(Takes(tunable, absl::StrCat(tunable.value_min))) << tunable.sysctl;
    // In ticks, and how many there are in a second is the kernel's choice.
    const bool is_seconds = tunable.kernel_max == kKernelSecondsMax;
    if (is_seconds) {
      EXPECT_FALSE(Takes(tunable, "2147483648")) << tunable.sysctl;
      continue;
    }
    EXPECT_FALSE(Takes(tunable, absl::StrCat(tunable.kernel_max + 1))) << tunable.sysctl;
    EXPECT_FALSE(Takes(tunable, absl::StrCat(tunable.kernel_min - 1))) << tunable.sysctl;
  }
}

TEST_F(CatalogueTest, SaysWhatTheKernelTakesOfPorts) {
  const Tunable& range = *FindTunable(kPortRangeSysctl);
  EXPECT_TRUE(Takes(range, "1024 65535"));
  EXPECT_TRUE(Takes(range, "40000 40000"));
  EXPECT_FALSE(Takes(range, "1023 65535"));  // ip_unprivileged_port_start
  EXPECT_FALSE(Takes(range, "1024 65536"));
  EXPECT_FALSE(Takes(range, "50000 40000"));
  ASSERT_TRUE(netns_->SetSysctl(kUnprivilegedPortStartSysctl, "0").ok());
  EXPECT_TRUE(Takes(range, "1 65535"));
  EXPECT_FALSE(Takes(range, "0 65535"));

  const Tunable& reserved = *FindTunable(kReservedPortsSysctl);
  EXPECT_TRUE(Takes(reserved, "0-65535"));
  EXPECT_TRUE(Takes(reserved, "1,8000-8010"));
  EXPECT_FALSE(Takes(reserved, "65536"));
}

// A setting of the node does not reach its pods, and neither does one of another namespace.
TEST_F(CatalogueTest, ANewNamespaceInheritsNothing) {
  ASSERT_TRUE(netns_->SetSysctl(kPortRangeSysctl, "40000 40099").ok());
  ASSERT_TRUE(netns_->SetSysctl(kTimeWaitReuseSysctl, "1").ok());
  absl::StatusOr<std::unique_ptr<ScopedNetns>> child;
  netns_->RunInside([&child] { child = ScopedNetns::Make(); });
  ASSERT_TRUE(child.ok()) << child.status();

  EXPECT_EQ((*child)->GetSysctl(kPortRangeSysctl).value(), "32768 60999");
  EXPECT_EQ((*child)->GetSysctl(kTimeWaitReuseSysctl).value(), "2");
}

TEST_F(CatalogueTest, WhatIsRetiredIsGone) {
  for (const RetiredTunable& retired : RetiredTunables()) {
    EXPECT_TRUE(absl::IsNotFound(netns_->GetSysctl(retired.sysctl).status())) << retired.sysctl;
  }
}

}  // namespace
}  // namespace berthmaster
