#include "common/sysctl/catalogue.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "common/status/reason.h"

namespace berthmaster {
namespace {

TEST(Tunables, AreNamedOnceAndExplained) {
  std::set<std::string> names;
  for (const Tunable& tunable : Tunables()) {
    EXPECT_TRUE(names.insert(std::string(tunable.sysctl)).second) << tunable.sysctl;
    EXPECT_TRUE(absl::StartsWith(tunable.sysctl, "net.")) << tunable.sysctl;
    EXPECT_TRUE(absl::EndsWith(tunable.effect, ".")) << tunable.sysctl;
    EXPECT_EQ(FindTunable(tunable.sysctl), &tunable);
  }
}

TEST(Tunables, HaveBoundsThatTheKernelTakes) {
  for (const Tunable& tunable : Tunables()) {
    EXPECT_GE(tunable.value_min, tunable.kernel_min) << tunable.sysctl;
    EXPECT_LE(tunable.value_max, tunable.kernel_max) << tunable.sysctl;
    EXPECT_LE(tunable.value_min, tunable.value_max) << tunable.sysctl;
    int64_t number = 0;
    if (tunable.form != TunableForm::kInteger || !tunable.default_value.has_value()) continue;
    ASSERT_TRUE(absl::SimpleAtoi(*tunable.default_value, &number)) << tunable.sysctl;
    EXPECT_GE(number, tunable.value_min) << tunable.sysctl;
    EXPECT_LE(number, tunable.value_max) << tunable.sysctl;
  }
}

TEST(Tunables, AreWrittenOnlyWhereTheyAreOfOneNamespace) {
  for (const Tunable& tunable : Tunables()) {
    if (tunable.writable) {
      EXPECT_EQ(tunable.scope, TunableScope::kNetns) << tunable.sysctl;
    }
    if (tunable.pod_safe) {
      EXPECT_EQ(tunable.scope, TunableScope::kNetns) << tunable.sysctl;
    }
  }
  EXPECT_EQ(FindTunable(kConntrackMaxSysctl)->scope, TunableScope::kHostSeenEverywhere);
  EXPECT_EQ(FindTunable("net.ipv4.tcp_max_orphans")->scope, TunableScope::kHost);
}

TEST(Tunables, LeaveOutWhatDoesNotExistOrDoesNotHelp) {
  EXPECT_EQ(FindTunable("net.ipv4.tcp_tw_recycle"), nullptr);
  ASSERT_FALSE(RetiredTunables().empty());
  EXPECT_EQ(RetiredTunables()[0].sysctl, "net.ipv4.tcp_tw_recycle");
  EXPECT_EQ(RetiredTunables()[0].removed_in_kernel, "4.12");
  EXPECT_TRUE(absl::StrContains(CheckWritable("net.ipv4.tcp_tw_recycle", "1").message(),
                                "is gone since Linux 4.12"));
  EXPECT_FALSE(FindTunable(kFinTimeoutSysctl)->writable);
}

TEST(Tunables, KnowWhatKubernetesCallsSafe) {
  EXPECT_TRUE(FindTunable(kPortRangeSysctl)->pod_safe);
  EXPECT_TRUE(FindTunable(kReservedPortsSysctl)->pod_safe);
  EXPECT_FALSE(FindTunable(kTimeWaitReuseSysctl)->pod_safe);
  EXPECT_FALSE(FindTunable(kTimeWaitBucketsSysctl)->pod_safe);
  EXPECT_EQ(FindTunable(kReservedPortsSysctl)->pod_safe_since, "1.27");
  EXPECT_EQ(FindTunable("net.ipv4.tcp_keepalive_time")->pod_safe_since, "1.29");
  EXPECT_FALSE(FindTunable(kListenBacklogMaxSysctl)->pod_safe);
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
