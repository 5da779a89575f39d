#include "common/sysctl/catalogue.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "absl/strings/match.h"
#include "common/status/reason.h"

namespace berthmaster {
namespace {

TEST(Tunables, AreNamedOnceAndExplained) {
  std::set<std::string> names;
  for (const Tunable& tunable : Tunables()) {
    EXPECT_TRUE(names.insert(std::string(tunable.sysctl)).second) << tunable.sysctl;
    EXPECT_TRUE(absl::StartsWith(tunable.sysctl, "net.ipv4.")) << tunable.sysctl;
    EXPECT_FALSE(tunable.effect.empty()) << tunable.sysctl;
    EXPECT_EQ(FindTunable(tunable.sysctl), &tunable);
  }
}

TEST(Tunables, LeaveOutWhatDoesNotExistOrDoesNotHelp) {
  EXPECT_EQ(FindTunable("net.ipv4.tcp_tw_recycle"), nullptr);
  EXPECT_FALSE(FindTunable(kFinTimeoutSysctl)->writable);
}

TEST(Tunables, KnowWhatKubernetesCallsSafe) {
  EXPECT_TRUE(FindTunable(kPortRangeSysctl)->pod_safe);
  EXPECT_TRUE(FindTunable(kReservedPortsSysctl)->pod_safe);
  EXPECT_FALSE(FindTunable(kTimeWaitReuseSysctl)->pod_safe);
  EXPECT_FALSE(FindTunable(kTimeWaitBucketsSysctl)->pod_safe);
}

TEST(CheckWritable, TakesSoundValues) {
  EXPECT_TRUE(CheckWritable(kPortRangeSysctl, "1024 65535").ok());
  EXPECT_TRUE(CheckWritable(kReservedPortsSysctl, "30000-32767,40010").ok());
  EXPECT_TRUE(CheckWritable(kReservedPortsSysctl, "").ok());
  EXPECT_TRUE(CheckWritable(kTimeWaitReuseSysctl, "0").ok());
  EXPECT_TRUE(CheckWritable(kTimeWaitReuseSysctl, "2").ok());
  EXPECT_TRUE(CheckWritable(kTimeWaitBucketsSysctl, "4194304").ok());
}

TEST(CheckWritable, SaysWhyNot) {
  struct Case {
    absl::string_view sysctl;
    absl::string_view value;
    absl::string_view reason;
  };
  for (const Case& c : {Case{"net.ipv4.tcp_tw_recycle", "1", "SYSCTL_UNKNOWN"},
                        {"", "1", "SYSCTL_UNKNOWN"},
                        {kTimestampsSysctl, "1", "SYSCTL_READ_ONLY"},
                        {kFinTimeoutSysctl, "30", "SYSCTL_READ_ONLY"},
                        {kTimeWaitReuseSysctl, "3", "SYSCTL_VALUE_INVALID"},
                        {kTimeWaitReuseSysctl, "-1", "SYSCTL_VALUE_INVALID"},
                        {kTimeWaitReuseSysctl, "+1", "SYSCTL_VALUE_INVALID"},
                        {kTimeWaitReuseSysctl, "", "SYSCTL_VALUE_INVALID"},
                        {kTimeWaitReuseSysctl, "1 2", "SYSCTL_VALUE_INVALID"},
                        {kTimeWaitBucketsSysctl, "4095", "SYSCTL_VALUE_INVALID"},
                        {kTimeWaitBucketsSysctl, "4194305", "SYSCTL_VALUE_INVALID"},
                        {kPortRangeSysctl, "1023 65535", "SYSCTL_VALUE_INVALID"},
                        {kPortRangeSysctl, "40000", "SYSCTL_VALUE_INVALID"},
                        {kPortRangeSysctl, "50000 40000", "SYSCTL_VALUE_INVALID"},
                        {kReservedPortsSysctl, "70000", "SYSCTL_VALUE_INVALID"}}) {
    absl::Status status = CheckWritable(c.sysctl, c.value);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << c.sysctl << " " << c.value;
    EXPECT_EQ(ReasonOf(status), c.reason) << c.sysctl << " " << c.value;
  }
}

}  // namespace
}  // namespace berthmaster
