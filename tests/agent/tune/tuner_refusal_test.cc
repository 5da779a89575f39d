// Every way in which a change is refused. After each, the kernel has been written 0 times.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/agent/tune/tuner_fixture.h"

namespace berthmaster {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class TunerRefusalTest : public TunerFixture {
 protected:
  // Why `change` is refused.
  std::string RefusalOf(const DesiredChange& change) {
    ChangeResult result = PushOne(change);
    EXPECT_EQ(result.state, ApplyState::kRefused);
    EXPECT_EQ(result.rollout, change.rollout);
    EXPECT_EQ(tuner_->applied_revision(), 0);
    EXPECT_EQ(kernel_.write_count(), 0);
    return result.error;
  }
};

TEST_F(TunerRefusalTest, EverythingWhileItOnlyObserves) {
  options_.profile = AgentProfile::kObserve;
  Start();

  EXPECT_THAT(RefusalOf(WidenRange()), StartsWith("AGENT_NOT_ENFORCING: "));
}

TEST_F(TunerRefusalTest, EvenReversionsWhileItOnlyObserves) {
  Push({WidenRange()});
  options_.profile = AgentProfile::kObserve;
  Start();

  EXPECT_TRUE(Push({}).results.empty());
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(tuner_->CheckLeases(), std::nullopt);
  EXPECT_EQ(Range(), "16384 60999");
  ASSERT_EQ(tuner_->Limitations().size(), 1u);
  EXPECT_THAT(tuner_->Limitations()[0], HasSubstr("start it once with --profile=enforce"));
}

TEST_F(TunerRefusalTest, ASysctlOutsideTheCatalogue) {
  DesiredChange change = WidenRange();
  change.change.sysctl = "kernel.core_pattern";

  EXPECT_EQ(RefusalOf(change),
            "SYSCTL_UNKNOWN: kernel.core_pattern: is not in the catalogue of tunables");
}

TEST_F(TunerRefusalTest, ASysctlThatIsOnlyRead) {
  DesiredChange change = WidenRange();
  change.change = {std::string(kTimestampsSysctl), "1", "0"};

  EXPECT_EQ(
      RefusalOf(change),
      "SYSCTL_READ_ONLY: net.ipv4.tcp_timestamps: is only read, never written, by Berthmaster");
}

TEST_F(TunerRefusalTest, ASysctlOffTheAllowList) {
  options_.allow_list = AllowList::Parse({std::string(kTimeWaitReuseSysctl)}).value();
  Start();

  EXPECT_EQ(
      RefusalOf(WidenRange()),
      "SYSCTL_NOT_ALLOWED: net.ipv4.ip_local_port_range is not on this host's allow-list; add "
      "it to allow-sysctls of the agent if it may be written here");
}

TEST_F(TunerRefusalTest, AValueOutOfBounds) {
  DesiredChange change = WidenRange();
  change.change.desired_value = "1 65535";

  EXPECT_THAT(RefusalOf(change), HasSubstr("leaves the ports 1024 to 65535"));
}

TEST_F(TunerRefusalTest, AValueThatIsTheExpectedOne) {
  DesiredChange change = WidenRange();
  change.change.desired_value = "32768\t60999";

  EXPECT_THAT(RefusalOf(change), HasSubstr("there is nothing to change"));
}

TEST_F(TunerRefusalTest, ALeaseOutOfBounds) {
  DesiredChange change = WidenRange();
  change.lease = absl::Milliseconds(4999);
  EXPECT_THAT(RefusalOf(change),
              StartsWith("LEASE_OUT_OF_BOUNDS: a lease of 4.999s is outside 5s to 1h"));

  change.lease = absl::Hours(1) + absl::Milliseconds(1);
  EXPECT_THAT(RefusalOf(change),
              StartsWith("LEASE_OUT_OF_BOUNDS: a lease of 1h0.001s is outside 5s to 1h"));

  change.lease = absl::InfiniteDuration();
  EXPECT_THAT(RefusalOf(change), StartsWith("LEASE_OUT_OF_BOUNDS: a lease of inf is outside"));
}

TEST_F(TunerRefusalTest, ARolloutThatHasNoName) {
  for (const char* name : {"", "rollouts/", "rollouts/a/b", "widen", "rollouts/a\n"}) {
    DesiredChange change = WidenRange();
    change.rollout = name;
    EXPECT_THAT(RefusalOf(change), HasSubstr("is not a rollout's name"));
  }
}

TEST_F(TunerRefusalTest, AChangeWithoutANamespace) {
  DesiredChange change = WidenRange();
  change.netns_inode = 0;

  EXPECT_THAT(RefusalOf(change), HasSubstr("names no namespace"));
}

TEST_F(TunerRefusalTest, ANamespaceThatIsGone) {
  DesiredChange change = WidenRange();
  change.netns_cookie = 8;

  EXPECT_EQ(RefusalOf(change),
            "NETNS_GONE: cannot read net.ipv4.ip_local_port_range in netns 8 (inode 4026532001): "
            "network namespace 4026532001 is gone");
}

TEST_F(TunerRefusalTest, ANamespaceInWhichItMayNotMakeChanges) {
  FakeNetnsSysctl nothing;
  enforced_ = &nothing;
  Start();

  EXPECT_EQ(RefusalOf(WidenRange()),
            "NETNS_NOT_ALLOWED: netns 7 (inode 4026532001) is not one in which this agent may make "
            "changes; add it to enforce-netns of the agent if it is to be");
}

TEST_F(TunerRefusalTest, APriorValueOtherThanExpected) {
  kernel_.Set(kNetns, kPortRangeSysctl, "20000 50000");

  EXPECT_EQ(RefusalOf(WidenRange()),
            "PRIOR_VALUE_DIFFERS: net.ipv4.ip_local_port_range in netns 7 (inode 4026532001) is "
            "'20000 50000', not '32768 60999' as approved; approve a recommendation made from the "
            "value of now");
}

TEST_F(TunerRefusalTest, ALongValueInAShortError) {
  std::string ports;
  for (int port = 10000; port < 12000; port += 2) ports += std::to_string(port) + ",";
  kernel_.Set(kNetns, kReservedPortsSysctl, ports);
  DesiredChange change = WidenRange();
  change.change = {std::string(kReservedPortsSysctl), "", "40000"};

  EXPECT_EQ(RefusalOf(change).size(), 1003u);
}

TEST_F(TunerRefusalTest, ADesiredValueThatSomebodyElseHasWritten) {
  kernel_.Set(kNetns, kPortRangeSysctl, "16384 60999");

  EXPECT_THAT(RefusalOf(WidenRange()), HasSubstr("is '16384 60999', not '32768 60999'"));
}

TEST_F(TunerRefusalTest, TwoChangesOfOneSysctlInOneNamespace) {
  DesiredChange other = WidenRange();
  other.rollout = "rollouts/other";

  DesiredStateReply reply = Push({WidenRange(), other, ReuseTimeWait()});

  ASSERT_EQ(reply.results.size(), 3u);
  EXPECT_EQ(reply.results[0].error,
            "DUPLICATE_TARGET: net.ipv4.ip_local_port_range is to be set 2 times in netns 7; a "
            "desired state sets it "
            "once");
  EXPECT_EQ(reply.results[1].state, ApplyState::kRefused);
  EXPECT_EQ(reply.results[2].state, ApplyState::kApplied);
  EXPECT_EQ(reply.revision, 0) << "one refusal is a refusal of the whole";
}

TEST_F(TunerRefusalTest, MoreChangesThanAHostHasReasonsFor) {
  Push({ReuseTimeWait()});

  DesiredStateReply reply = Push(std::vector<DesiredChange>(1001, WidenRange()));

  EXPECT_EQ(reply.results.size(), 1000u);
  EXPECT_EQ(reply.results[0].error,
            "TOO_MANY_CHANGES: the desired state has 1001 changes; 1000 are allowed");
  EXPECT_EQ(Reuse(), "1") << "nothing is reverted for a state that is refused";
}

TEST_F(TunerRefusalTest, ARangeBelowTheUnprivilegedPorts) {
  kernel_.Set(kNetns, kUnprivilegedPortStartSysctl, "20000");

  EXPECT_EQ(RefusalOf(WidenRange()),
            "BELOW_UNPRIVILEGED_START: the range '16384 60999' begins below "
            "net.ipv4.ip_unprivileged_port_start = 20000, which "
            "the kernel refuses; begin at 20000 or above");
}

TEST_F(TunerRefusalTest, AChangeThatLeavesNoPort) {
  DesiredChange change = WidenRange();
  change.change = {std::string(kReservedPortsSysctl), "", "32768-60999"};
  EXPECT_THAT(RefusalOf(change), HasSubstr("would leave no port for connect()"));

  kernel_.Set(kNetns, kReservedPortsSysctl, "40000-40010");
  change = WidenRange();
  change.change.desired_value = "40000 40010";
  EXPECT_THAT(RefusalOf(change), HasSubstr("would leave no port for connect()"));
}

TEST_F(TunerRefusalTest, EverythingWhileTheJournalCannotBeWritten) {
  options_.journal_path = directory_ + "/missing/journal";
  Start();

  EXPECT_THAT(RefusalOf(WidenRange()), StartsWith("JOURNAL_UNWRITABLE: the journal of prior values "
                                                  "cannot be written, so nothing was changed; "
                                                  "make room in the agent's state directory: "));
}

TEST_F(TunerRefusalTest, NothingOnceTheJournalCanBeWrittenAgain) {
  options_.journal_path = directory_ + "/missing/journal";
  Start();
  RefusalOf(WidenRange());
  ASSERT_TRUE(MakeDirectories(directory_ + "/missing").ok());

  EXPECT_EQ(PushOne(WidenRange()).state, ApplyState::kApplied);
}

TEST_F(TunerRefusalTest, AValueOutsideTheBoundsOfThisHost) {
  options_.allow_list = AllowList::Parse({"net.ipv4.ip_local_port_range=20000..65000"}).value();
  Start();

  EXPECT_EQ(RefusalOf(WidenRange()),
            "VALUE_OUT_OF_BOUNDS: net.ipv4.ip_local_port_range: '16384 60999' is outside "
            "20000..65000, the bounds of this host; those of Berthmaster are 1024..65535; widen "
            "the entry in allow-sysctls of the agent if it may be written here");
}

TEST_F(TunerRefusalTest, ASysctlThatThisKernelHasNot) {
  DesiredChange change = WidenRange();
  change.change = {std::string(kSynCookiesSysctl), "1", "2"};

  EXPECT_THAT(RefusalOf(change), StartsWith("KERNEL_HAS_NO_SYSCTL: "));
}

}  // namespace
}  // namespace berthmaster
