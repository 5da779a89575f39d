// What a change would meet in its namespace at the moment of the write. After each refusal the
// kernel has been written 0 times.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/agent/tune/tuner_fixture.h"

namespace berthmaster {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class PreconditionTest : public TunerFixture {
 protected:
  std::string RefusalOf(const DesiredChange& change) {
    ChangeResult result = PushOne(change);
    EXPECT_EQ(result.state, ApplyState::kRefused);
    EXPECT_EQ(kernel_.write_count(), 0);
    return result.error;
  }

  void ExpectApplied(const DesiredChange& change) {
    ChangeResult result = PushOne(change);
    EXPECT_EQ(result.state, ApplyState::kApplied) << result.error;
  }

  static DesiredChange Change(absl::string_view sysctl, absl::string_view expected,
                              absl::string_view desired) {
    DesiredChange change = WidenRange();
    change.change = {std::string(sysctl), std::string(expected), std::string(desired)};
    return change;
  }
};

TEST_F(PreconditionTest, KernelHasTheSysctlOnlyOnceForTheHost) {
  options_.kernel_release = "4.10.17";
  Start();

  EXPECT_EQ(RefusalOf(ReuseTimeWait()),
            "KERNEL_TOO_OLD: Linux 4.10.17 has net.ipv4.tcp_tw_reuse only once for the host; each "
            "namespace has its own since 4.11, so upgrade the kernel or leave this host out");
  ExpectApplied(WidenRange());
}

TEST_F(PreconditionTest, KernelOfTheFirstReleaseThatHasIt) {
  options_.kernel_release = "4.11.0-rc1";
  Start();

  ExpectApplied(ReuseTimeWait());
}

TEST_F(PreconditionTest, KernelThatDoesNotSayItsRelease) {
  options_.kernel_release = "";
  Start();

  EXPECT_THAT(RefusalOf(WidenRange()), StartsWith("SURROUNDINGS_UNREADABLE: the kernel's release"));
}

TEST_F(PreconditionTest, NoTimestampsForReuse) {
  kernel_.Set(kNetns, kTimestampsSysctl, "0");

  EXPECT_EQ(RefusalOf(ReuseTimeWait()),
            "TIMESTAMPS_OFF: net.ipv4.tcp_timestamps is 0 in netns 7, and without timestamps the "
            "kernel reuses no TIME_WAIT whatever net.ipv4.tcp_tw_reuse says; set it to 1 there "
            "first");
  ExpectApplied(Change(kTimeWaitReuseSysctl, "2", "0"));
}

TEST_F(PreconditionTest, TimestampsThatCannotBeRead) {
  kernel_.Forget(kNetns, kTimestampsSysctl);

  EXPECT_THAT(RefusalOf(ReuseTimeWait()),
              StartsWith("SURROUNDINGS_UNREADABLE: net.ipv4.tcp_timestamps cannot be read now"));
}

TEST_F(PreconditionTest, FewerTimeWaitThanNow) {
  EXPECT_THAT(RefusalOf(Change(kTimeWaitBucketsSysctl, "131072", "131071")),
              StartsWith("WOULD_LOWER: net.ipv4.tcp_max_tw_buckets is '131072' and would be "
                         "lowered to '131071'"));
  ExpectApplied(Change(kTimeWaitBucketsSysctl, "131072", "131073"));
}

TEST_F(PreconditionTest, ListenersAndBoundPortsInsideTheNewRange) {
  held_ports_.ports.tcp.Add(20000);
  held_ports_.ports.udp.Add(16384);

  EXPECT_EQ(RefusalOf(WidenRange()),
            "LISTENER_IN_RANGE: connect() and bind(0) in netns 7 would begin to take ports that "
            "are listened on or bound there now: udp 16384, tcp 20000; have "
            "net.ipv4.ip_local_reserved_ports name them first, or choose a range without them");
}

TEST_F(PreconditionTest, TheFirstTenPortsByName) {
  held_ports_.ports.tcp.AddRange({20000, 20014});

  const std::string error = RefusalOf(WidenRange());

  EXPECT_THAT(error, HasSubstr(": tcp 20000, tcp 20001, "));
  EXPECT_THAT(error, HasSubstr(", tcp 20009 and 5 more; have "));
}

TEST_F(PreconditionTest, ListenersThatAreNotInTheWay) {
  held_ports_.ports.tcp.Add(16383);
  held_ports_.ports.tcp.Add(40000);
  held_ports_.ports.tcp.Add(61000);
  held_ports_.ports.tcp.Add(20000);
  kernel_.Set(kNetns, kReservedPortsSysctl, "20000");

  ExpectApplied(WidenRange());
}

TEST_F(PreconditionTest, AListenerThatIsReservedFirstByTheSamePush) {
  held_ports_.ports.tcp.Add(20000);

  DesiredStateReply reply = Push({Change(kReservedPortsSysctl, "", "20000"), WidenRange()});

  EXPECT_EQ(reply.results.at(0).state, ApplyState::kApplied);
  EXPECT_EQ(reply.results.at(1).state, ApplyState::kApplied) << reply.results.at(1).error;
}

TEST_F(PreconditionTest, AListenerWhosePortWouldNoLongerBeReserved) {
  held_ports_.ports.tcp.Add(40000);
  kernel_.Set(kNetns, kReservedPortsSysctl, "40000-40001");

  EXPECT_THAT(RefusalOf(Change(kReservedPortsSysctl, "40000-40001", "40001")),
              StartsWith("LISTENER_IN_RANGE: "));
  ExpectApplied(Change(kReservedPortsSysctl, "40000-40001", "40000"));
}

TEST_F(PreconditionTest, SocketsThatCannotBeSeen) {
  held_ports_.error = absl::UnavailableError("the sockets changed under the dump");

  EXPECT_EQ(RefusalOf(WidenRange()),
            "SURROUNDINGS_UNREADABLE: which ports are listened on cannot be read now, so nobody "
            "can say that the change is safe; nothing was written: the sockets changed under the "
            "dump");
}

TEST_F(PreconditionTest, AnAdministratorWhoWritesWhileTheAgentLooksAround) {
  held_ports_.on_read = [&] { kernel_.Set(kNetns, kPortRangeSysctl, "20000 50000"); };

  EXPECT_THAT(RefusalOf(WidenRange()),
              StartsWith("PRIOR_VALUE_DIFFERS: net.ipv4.ip_local_port_range in netns 7 (inode "
                         "4026532001) is '20000 50000', not '32768 60999' as approved"));
  EXPECT_EQ(Range(), "20000 50000");
  EXPECT_TRUE(Push({}).results.empty()) << "nothing is left in the journal";
}

TEST_F(PreconditionTest, NothingIsLookedAtForARevert) {
  ExpectApplied(WidenRange());
  held_ports_.ports.tcp.AddRange({1, 65535});

  EXPECT_EQ(Push({}).results.at(0).state, ApplyState::kReverted);
  EXPECT_EQ(Range(), "32768 60999");
}

}  // namespace
}  // namespace berthmaster
