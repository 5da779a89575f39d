// What a controller that lies, or somebody in its place, can have written: nothing. Each change is
// refused with its reason, and the kernel is not written once, not even with the value that is
// there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/agent/tune/tuner_fixture.h"

namespace berthmaster {
namespace {

using ::testing::StartsWith;

class HostileDesiredStateTest : public TunerFixture {
 protected:
  static constexpr NetnsId kOther = {8, 4026532002};

  void SetUp() override {
    TunerFixture::SetUp();
    kernel_.Set(kOther, kPortRangeSysctl, "32768 60999");
    options_.allow_list =
        AllowList::Parse({"net.ipv4.ip_local_port_range=15000..65000", "net.ipv4.tcp_tw_reuse",
                          "net.ipv4.ip_local_reserved_ports=20000..60000"})
            .value();
    Start();
  }

  void TearDown() override {
    EXPECT_EQ(kernel_.write_count(), 0);
    EXPECT_EQ(kernel_.Get(kNetns, kPortRangeSysctl), "32768 60999");
    EXPECT_EQ(kernel_.Get(kOther, kPortRangeSysctl), "32768 60999");
    EXPECT_EQ(Reuse(), "2");
    EXPECT_TRUE(Journal::Open(options_.journal_path, "boot-1").value()->entries().empty());
    EXPECT_EQ(tuner_->applied_revision(), 0);
  }

  static DesiredChange Of(absl::string_view sysctl, absl::string_view expected,
                          absl::string_view desired) {
    DesiredChange change = WidenRange();
    change.change = {std::string(sysctl), std::string(expected), std::string(desired)};
    return change;
  }

  // The reason for which the only change of a push is refused.
  std::string ReasonOf(const DesiredChange& change) {
    const ChangeResult result = PushOne(change);
    EXPECT_EQ(result.state, ApplyState::kRefused);
    EXPECT_EQ(result.rollout, change.rollout);
    EXPECT_EQ(result.sysctl, change.change.sysctl);
    EXPECT_LE(result.error.size(), 1003u) << "what a controller takes";
    const auto is_text = [](char c) { return c >= ' ' && c <= '~'; };
    EXPECT_TRUE(std::all_of(result.error.begin(), result.error.end(), is_text)) << result.error;
    return result.error.substr(0, result.error.find(':'));
  }
};

TEST_F(HostileDesiredStateTest, NamesThatAreNoSysctlOfTheCatalogue) {
  for (const char* sysctl :
       {"kernel.core_pattern", "kernel.modprobe", "vm.overcommit_memory", "net.ipv4.ip_forward",
        "net.ipv4", "net", "-", ".", "..", "...", "net.ipv4.tcp_tw_reuse.",
        ".net.ipv4.tcp_tw_reuse", "net..ipv4.tcp_tw_reuse", "net.ipv4.tcp_tw_recycle"}) {
    EXPECT_EQ(ReasonOf(Of(sysctl, "2", "1")), "SYSCTL_UNKNOWN") << sysctl;
  }
  EXPECT_EQ(ReasonOf(Of("net.ipv4.tcp_timestamps", "1", "0")), "SYSCTL_READ_ONLY");
}

TEST_F(HostileDesiredStateTest, NamesThatArePaths) {
  const std::string zero("net.ipv4.tcp_tw_reuse\0.x", 24);
  for (const std::string& sysctl :
       {std::string("../../etc/passwd"), std::string("/proc/sys/net/ipv4/tcp_tw_reuse"),
        std::string("net/ipv4/tcp_tw_reuse"), std::string("net/ipv4/../ipv4/tcp_tw_reuse"),
        std::string("net.ipv4/../../kernel/core_pattern"), std::string("net.ipv4.tcp_tw_reuse/"),
        std::string("net\\ipv4\\tcp_tw_reuse"), zero, std::string("\0", 1),
        std::string("net.ipv4.tcp_tw_reuse\n"), std::string("net.ipv4.tcp_tw_reuse = 1\nx"),
        std::string(" net.ipv4.tcp_tw_reuse"), std::string("NET.IPV4.TCP_TW_REUSE"),
        std::string("net.ipv4.tcp_tw_reus\u00e9"), std::string("net\u2024ipv4\u2024tcp_tw_reuse"),
        std::string("\xff\xfe"), std::string(1 << 20, 'a'), std::string(129, 'a')}) {
    EXPECT_EQ(ReasonOf(Of(sysctl, "2", "1")), "SYSCTL_NAME_MALFORMED") << sysctl.substr(0, 64);
  }
  EXPECT_EQ(ReasonOf(Of("", "2", "1")), "SYSCTL_UNKNOWN");
}

TEST_F(HostileDesiredStateTest, SysctlsThatThisHostDoesNotAllow) {
  EXPECT_EQ(ReasonOf(Of(kTimeWaitBucketsSysctl, "131072", "262144")), "SYSCTL_NOT_ALLOWED");
  EXPECT_EQ(ReasonOf(Of(kFinTimeoutSysctl, "60", "30")), "SYSCTL_NOT_ALLOWED");
}

TEST_F(HostileDesiredStateTest, ValuesOutOfBounds) {
  EXPECT_EQ(ReasonOf(Of(kPortRangeSysctl, "32768 60999", "14999 60999")), "VALUE_OUT_OF_BOUNDS");
  EXPECT_EQ(ReasonOf(Of(kPortRangeSysctl, "32768 60999", "32768 65001")), "VALUE_OUT_OF_BOUNDS");
  EXPECT_EQ(ReasonOf(Of(kReservedPortsSysctl, "", "20000,60001")), "VALUE_OUT_OF_BOUNDS");
  EXPECT_EQ(ReasonOf(Of(kPortRangeSysctl, "32768 60999", "1 65535")), "SYSCTL_VALUE_INVALID");
}

TEST_F(HostileDesiredStateTest, ValuesThatAreNone) {
  for (const char* value : {"", " ", "32768", "60999 32768", "32768 60999 61000", "0 0",
                            "32768,60999", "-1 60999", "32768 65536", "0x4000 60999", "16384 6e4",
                            "99999999999999999999 1", "a b", "$(reboot) 60999"}) {
    EXPECT_EQ(ReasonOf(Of(kPortRangeSysctl, "32768 60999", value)), "SYSCTL_VALUE_INVALID")
        << value;
  }
  for (const char* value :
       {"", "3", "-1", "+1", "1.0", "1 2", "0x1", "true", "18446744073709551617"}) {
    EXPECT_EQ(ReasonOf(Of(kTimeWaitReuseSysctl, "2", value)), "SYSCTL_VALUE_INVALID") << value;
  }
  EXPECT_EQ(ReasonOf(Of(kTimeWaitReuseSysctl, "2", std::string(1 << 20, '1'))),
            "SYSCTL_VALUE_INVALID");
}

TEST_F(HostileDesiredStateTest, ValuesOfMoreThanOneLine) {
  for (const std::string& value :
       {std::string("1\n"), std::string("1\nkernel.core_pattern = |/bin/sh"), std::string("\r1"),
        std::string("1\0", 2), std::string("1\v"), std::string("\x7f"), std::string("\u0661")}) {
    EXPECT_EQ(ReasonOf(Of(kTimeWaitReuseSysctl, "2", value)), "VALUE_MALFORMED");
    EXPECT_EQ(ReasonOf(Of(kTimeWaitReuseSysctl, value, "1")), "VALUE_MALFORMED");
  }
}

TEST_F(HostileDesiredStateTest, NamespacesThatAreNotTheOneMeant) {
  const auto reason_in = [&](uint64_t cookie, uint64_t inode) {
    DesiredChange change = WidenRange();
    change.netns_cookie = cookie;
    change.netns_inode = inode;
    return ReasonOf(change);
  };
  EXPECT_EQ(reason_in(kNetns.cookie, kOther.inode), "NETNS_GONE");
  EXPECT_EQ(reason_in(kOther.cookie, kNetns.inode), "NETNS_GONE");
  EXPECT_EQ(reason_in(kNetns.inode, kNetns.cookie), "NETNS_GONE");
  EXPECT_EQ(reason_in(~uint64_t{0}, ~uint64_t{0}), "NETNS_GONE");
  EXPECT_EQ(reason_in(0, kNetns.inode), "NETNS_MISSING");
  EXPECT_EQ(reason_in(kNetns.cookie, 0), "NETNS_MISSING");
}

TEST_F(HostileDesiredStateTest, LeasesThatWouldNeverEndOrNeverBegin) {
  for (absl::Duration lease :
       {absl::ZeroDuration(), -absl::Seconds(60), absl::Nanoseconds(1), absl::Milliseconds(4999),
        absl::Hours(1) + absl::Nanoseconds(1), absl::Hours(24 * 3650), absl::InfiniteDuration(),
        -absl::InfiniteDuration()}) {
    DesiredChange change = WidenRange();
    change.lease = lease;
    EXPECT_EQ(ReasonOf(change), "LEASE_OUT_OF_BOUNDS") << lease;
  }
}

TEST_F(HostileDesiredStateTest, RolloutsThatAreNoNames) {
  for (const std::string& rollout :
       {std::string(), std::string("rollouts/"), std::string("rollouts/.."),
        std::string("rollouts/a/../b"), std::string("rollouts/a\n"), std::string("rollouts/\u00e9"),
        std::string("rollouts/a\0b", 12), std::string("rollouts/") + std::string(64, 'a'),
        std::string(1 << 20, 'r')}) {
    DesiredChange change = WidenRange();
    change.rollout = rollout;
    EXPECT_EQ(ReasonOf(change), "ROLLOUT_NAME_INVALID");
  }
}

TEST_F(HostileDesiredStateTest, PriorValuesThatWereNeverThere) {
  EXPECT_EQ(ReasonOf(Of(kTimeWaitReuseSysctl, "0", "1")), "PRIOR_VALUE_DIFFERS");
  EXPECT_EQ(ReasonOf(Of(kTimeWaitReuseSysctl, "", "1")), "PRIOR_VALUE_DIFFERS");
  EXPECT_EQ(ReasonOf(Of(kTimeWaitReuseSysctl, std::string(1 << 20, '2'), "1")),
            "PRIOR_VALUE_DIFFERS");
  EXPECT_EQ(ReasonOf(Of(kTimeWaitReuseSysctl, "2", "02")), "NOTHING_TO_CHANGE");
}

TEST_F(HostileDesiredStateTest, ValuesToPersistWhereNothingIsPersisted) {
  DesiredChange change = WidenRange();
  change.persist = true;
  change.confirmed = true;

  EXPECT_EQ(ReasonOf(change), "PERSIST_OFF");
}

TEST_F(HostileDesiredStateTest, TheSameTargetManyTimes) {
  DesiredChange other = WidenRange();
  other.rollout = "rollouts/other";
  other.netns_inode = kOther.inode;

  const DesiredStateReply reply = Push({WidenRange(), other, WidenRange()});

  ASSERT_EQ(reply.results.size(), 3u);
  for (const ChangeResult& result : reply.results) {
    EXPECT_THAT(result.error, StartsWith("DUPLICATE_TARGET: "));
  }
}

TEST_F(HostileDesiredStateTest, AHundredThousandChanges) {
  const DesiredStateReply reply = Push(std::vector<DesiredChange>(100000, WidenRange()));

  ASSERT_EQ(reply.results.size(), 1000u) << "as many as a reply may have";
  for (const ChangeResult& result : reply.results) {
    ASSERT_THAT(result.error, StartsWith("TOO_MANY_CHANGES: the desired state has 100000 "));
  }
  EXPECT_EQ(reply.revision, 0);
}

TEST_F(HostileDesiredStateTest, RevisionsThatMakeNoSense) {
  for (int64_t revision : {int64_t{-1}, int64_t{0}, std::numeric_limits<int64_t>::max()}) {
    const DesiredStateReply reply =
        tuner_->Apply({revision, 1, {Of("kernel.core_pattern", "core", "|/bin/sh")}});
    EXPECT_EQ(reply.revision, 0);
  }
}

}  // namespace
}  // namespace berthmaster
