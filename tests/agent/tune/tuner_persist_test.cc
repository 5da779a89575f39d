// Changes of the host's own namespace that are to outlive a reboot.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

#include "common/file/file.h"
#include "tests/agent/tune/tuner_fixture.h"

namespace berthmaster {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kRangeLine[] = "\nnet.ipv4.ip_local_port_range = 16384 60999\n";

class TunerPersistTest : public TunerFixture {
 protected:
  void SetUp() override {
    TunerFixture::SetUp();
    options_.sysctl_d_directory = directory_ + "/sysctl.d";
    options_.host_netns = kNetns;
    ASSERT_TRUE(MakeDirectories(options_.sysctl_d_directory).ok());
    Start();
  }

  static DesiredChange Persisted(DesiredChange change) {
    change.persist = true;
    change.confirmed = true;
    change.lease = absl::ZeroDuration();
    return change;
  }

  std::string Path() const { return directory_ + "/sysctl.d/60-berthmaster.conf"; }
  std::string Content() const { return ReadFile(Path(), 1 << 20).value_or("none"); }

  // The kernel's values go; the next boot has those of its defaults and of the file, and may know
  // the host's namespace by another id.
  void Reboot(const NetnsId& host_netns) {
    const bool has_line = Content().find(kRangeLine) != std::string::npos;
    kernel_.Remove(kNetns);
    kernel_.Set(host_netns, kPortRangeSysctl, has_line ? "16384 60999" : "32768 60999");
    kernel_.Set(host_netns, kReservedPortsSysctl, "");
    kernel_.Set(host_netns, kUnprivilegedPortStartSysctl, "1024");
    kernel_.Set(host_netns, kTimeWaitReuseSysctl, "2");
    kernel_.Set(host_netns, kTimestampsSysctl, "1");
    options_.host_netns = host_netns;
    options_.boot_id += "+";
    Start();
  }
};

TEST_F(TunerPersistTest, WritesTheLineOnlyOnceItIsConfirmed) {
  DesiredChange leased = WidenRange();
  leased.persist = true;
  EXPECT_EQ(PushOne(leased).state, ApplyState::kApplied);
  EXPECT_EQ(Content(), "none");

  ChangeResult result = PushOne(Persisted(WidenRange()));

  EXPECT_EQ(result.state, ApplyState::kApplied) << result.error;
  EXPECT_THAT(Content(), HasSubstr(kRangeLine));
  EXPECT_THAT(Content(), HasSubstr("# rollouts/widen; before: 32768 60999\n"));
}

TEST_F(TunerPersistTest, RemovesTheLineWithARevert) {
  Push({Persisted(WidenRange()), Persisted(ReuseTimeWait())});
  EXPECT_THAT(Content(), HasSubstr("\nnet.ipv4.tcp_tw_reuse = 1\n"));

  Push({Persisted(ReuseTimeWait())});
  EXPECT_EQ(Range(), "32768 60999");
  EXPECT_THAT(Content(), Not(HasSubstr("ip_local_port_range")));
  EXPECT_THAT(Content(), HasSubstr("\nnet.ipv4.tcp_tw_reuse = 1\n"));

  Push({});
  EXPECT_EQ(Content(), "none");
}

TEST_F(TunerPersistTest, RemovesTheLineWhenItIsNoLongerToBePersisted) {
  Push({Persisted(WidenRange())});
  DesiredChange transient = Persisted(WidenRange());
  transient.persist = false;

  EXPECT_EQ(PushOne(transient).state, ApplyState::kApplied);

  EXPECT_EQ(Content(), "none");
  EXPECT_EQ(Range(), "16384 60999");
}

TEST_F(TunerPersistTest, RestoresThePriorValueAfterAReboot) {
  Push({Persisted(WidenRange())});
  const NetnsId after = {9, 4026531840};
  Reboot(after);
  EXPECT_EQ(kernel_.Get(after, kPortRangeSysctl), "16384 60999");

  DesiredStateReply reply = Push({});

  ASSERT_EQ(reply.results.size(), 1u);
  EXPECT_EQ(reply.results[0].state, ApplyState::kReverted);
  EXPECT_EQ(kernel_.Get(after, kPortRangeSysctl), "32768 60999");
  EXPECT_EQ(Content(), "none");
}

TEST_F(TunerPersistTest, StaysInForceOverAReboot) {
  Push({Persisted(WidenRange())});
  const NetnsId after = {9, 4026531840};
  Reboot(after);
  const int writes = kernel_.write_count();
  DesiredChange again = Persisted(WidenRange());
  again.netns_cookie = after.cookie;
  again.netns_inode = after.inode;

  EXPECT_EQ(PushOne(again).state, ApplyState::kApplied);

  EXPECT_EQ(kernel_.write_count(), writes);
  EXPECT_THAT(Content(), HasSubstr(kRangeLine));
}

TEST_F(TunerPersistTest, IsNotForgottenWhileTheHostsNamespaceIsNotKnown) {
  Push({Persisted(WidenRange())});
  options_.host_netns = {};
  options_.boot_id = "boot-2";
  Start();

  EXPECT_EQ(Push({}).results.at(0).state, ApplyState::kFailed);
  EXPECT_EQ(Range(), "16384 60999");
  options_.host_netns = kNetns;
  Start();
  EXPECT_EQ(Push({}).results.at(0).effective_value, "32768 60999");
  EXPECT_EQ(Range(), "32768 60999");
}

TEST_F(TunerPersistTest, YieldsToAnAdministratorInTheFileToo) {
  Push({Persisted(WidenRange())});
  kernel_.Set(kNetns, kPortRangeSysctl, "20000 50000");
  clock_.Advance(absl::Seconds(11));

  tuner_->CheckLeases();

  EXPECT_EQ(Content(), "none");
  EXPECT_EQ(Range(), "20000 50000");
}

TEST_F(TunerPersistTest, RefusesAForeignFileBeforeAnythingIsWritten) {
  ASSERT_TRUE(WriteFileAtomically(Path(), "net.core.somaxconn = 8192\n", 0644).ok());
  DesiredChange leased = WidenRange();
  leased.persist = true;

  EXPECT_THAT(PushOne(leased).error, StartsWith("PERSIST_FOREIGN_FILE: "));
  EXPECT_THAT(PushOne(Persisted(WidenRange())).error, StartsWith("PERSIST_FOREIGN_FILE: "));

  EXPECT_EQ(kernel_.write_count(), 0);
  EXPECT_EQ(Content(), "net.core.somaxconn = 8192\n");
}

TEST_F(TunerPersistTest, RevertsPastAFileThatHasBecomeForeign) {
  Push({Persisted(WidenRange())});
  ASSERT_TRUE(WriteFileAtomically(Path(), "mine\n", 0644).ok());

  EXPECT_EQ(Push({}).results.at(0).state, ApplyState::kReverted);

  EXPECT_EQ(Range(), "32768 60999");
  EXPECT_EQ(Content(), "mine\n");
}

TEST_F(TunerPersistTest, RefusesAnotherNamespaceThanTheHosts) {
  options_.host_netns = {1, 4026531840};
  Start();
  EXPECT_THAT(PushOne(Persisted(WidenRange())).error, StartsWith("PERSIST_NOT_HOST: "));
  options_.host_netns = {};
  Start();
  EXPECT_THAT(PushOne(Persisted(WidenRange())).error, StartsWith("PERSIST_NOT_HOST: "));
  options_.sysctl_d_directory = "";
  Start();
  EXPECT_THAT(PushOne(Persisted(WidenRange())).error, StartsWith("PERSIST_OFF: "));
  EXPECT_EQ(kernel_.write_count(), 0);
}

TEST_F(TunerPersistTest, PutsTheValueBackAtOnceAndTheLineWhenItCan) {
  Push({Persisted(WidenRange())});
  // A directory in the place of the temporary file: nothing can be written, not even by root.
  ASSERT_TRUE(MakeDirectories(Path() + ".new").ok());
  Push({Persisted(WidenRange()), Persisted(ReuseTimeWait())});

  ChangeResult result = Push({Persisted(ReuseTimeWait())}).results.at(0);
  EXPECT_EQ(result.state, ApplyState::kFailed);
  EXPECT_THAT(result.error, StartsWith("PERSIST_UNWRITABLE: "));
  EXPECT_EQ(Range(), "32768 60999");
  EXPECT_THAT(Content(), HasSubstr(kRangeLine));

  ASSERT_EQ(rmdir((Path() + ".new").c_str()), 0);
  clock_.Advance(absl::Seconds(11));
  tuner_->CheckLeases();
  EXPECT_THAT(Content(), Not(HasSubstr(kRangeLine)));
  EXPECT_THAT(Content(), HasSubstr("\nnet.ipv4.tcp_tw_reuse = 1\n"));
}

TEST_F(TunerPersistTest, SaysThatAConfirmedValueIsNotPersisted) {
  ASSERT_TRUE(MakeDirectories(Path() + ".new").ok());

  DesiredStateReply reply = Push({Persisted(WidenRange())});

  EXPECT_EQ(reply.results.at(0).state, ApplyState::kFailed);
  EXPECT_THAT(reply.results.at(0).error, StartsWith("PERSIST_UNWRITABLE: "));
  EXPECT_EQ(reply.revision, 0);
  EXPECT_EQ(Range(), "16384 60999");
}

TEST_F(TunerPersistTest, HealsTheFileAtTheStart) {
  Push({Persisted(WidenRange())});
  ASSERT_EQ(unlink(Path().c_str()), 0);

  Start();
  EXPECT_THAT(Content(), HasSubstr(kRangeLine));

  Reboot(kNetns);
  kernel_.Set(kNetns, kPortRangeSysctl, "32768 60999");
  Start();
  EXPECT_EQ(Content(), "none") << "drifted: a later file of sysctl.d has the last word";
}

}  // namespace
}  // namespace berthmaster
