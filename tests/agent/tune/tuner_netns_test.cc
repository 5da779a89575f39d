// What happens around an agent's write on a real kernel: sockets that appear, a /proc/sys that is
// read-only, a namespace that ends in the middle.
#include <errno.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/utsname.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/kernel/netns/linux_netns_sysctl.h"
#include "agent/kernel/sockets/linux_held_ports.h"
#include "agent/tune/tuner.h"
#include "common/sysctl/catalogue.h"
#include "tests/fakes/fake_clock.h"
#include "tests/kernel/bound_sockets.h"
#include "tests/kernel/netns_fixture.h"
#include "tests/kernel/test_sockets.h"

namespace berthmaster {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// Passes every call on, and has something happen just before or just after a write.
class HookedNetnsSysctl final : public NetnsSysctl {
 public:
  explicit HookedNetnsSysctl(NetnsSysctl& inner) : inner_(inner) {}

  absl::StatusOr<std::string> Read(const NetnsId& netns, absl::string_view sysctl) override {
    return inner_.Read(netns, sysctl);
  }
  absl::Status Write(const NetnsId& netns, absl::string_view sysctl,
                     absl::string_view value) override {
    if (before_write) before_write();
    absl::Status written = inner_.Write(netns, sysctl, value);
    if (after_write) after_write();
    return written;
  }

  std::function<void()> before_write;
  std::function<void()> after_write;

 private:
  NetnsSysctl& inner_;
};

class TunerNetnsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!CanMakeNetns()) GTEST_SKIP() << kNeedsRoot;
    netns_ = ScopedNetns::Make().value();
    id_ = netns_->id();
    std::string pattern = ::testing::TempDir() + "/tuner_netns.XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    journal_path_ = pattern + "/journal";
  }

  std::unique_ptr<Tuner> Open(NetnsSysctl& sysctls, HeldPortsReader& held_ports) {
    utsname system;
    EXPECT_EQ(uname(&system), 0);
    TunerOptions options;
    options.profile = AgentProfile::kEnforce;
    options.journal_path = journal_path_;
    options.boot_id = "boot-1";
    options.kernel_release = system.release;
    return Tuner::Open(options, {&clock_, &sysctls, &sysctls, &held_ports}).value();
  }

  DesiredChange Change(absl::string_view sysctl, absl::string_view expected,
                       absl::string_view desired) const {
    DesiredChange change;
    change.rollout = "rollouts/a";
    change.netns_cookie = id_.cookie;
    change.netns_inode = id_.inode;
    change.change = {std::string(sysctl), std::string(expected), std::string(desired)};
    change.lease = absl::Seconds(60);
    return change;
  }
  DesiredChange WidenRange() const {
    return Change(kPortRangeSysctl, "32768 60999", "16384 60999");
  }

  static ChangeResult PushOne(Tuner& tuner, const DesiredChange& change) {
    return tuner.Apply({1, 1, {change}}).results.at(0);
  }

  std::string Range() const { return netns_->GetSysctl(kPortRangeSysctl).value_or("unreadable"); }
  size_t HeldCount() const {
    return Journal::Open(journal_path_, "boot-1").value()->entries().size();
  }

  std::unique_ptr<ScopedNetns> netns_;
  NetnsId id_;
  std::string journal_path_;
  FakeClock clock_;
};

TEST_F(TunerNetnsTest, RefusesARangeIntoWhichAListenerHasComeSinceTheApproval) {
  LinuxNetnsSysctl kernel({});
  LinuxHeldPorts held_ports;
  std::unique_ptr<Tuner> tuner = Open(kernel, held_ports);
  const DesiredChange approved = WidenRange();
  auto server = TestServer::Make(*netns_, "127.0.0.1", 20000, ServerMode::kClosesSecond).value();

  const ChangeResult refused = PushOne(*tuner, approved);
  EXPECT_EQ(refused.state, ApplyState::kRefused);
  EXPECT_THAT(refused.error, StartsWith("LISTENER_IN_RANGE: "));
  EXPECT_THAT(refused.error, HasSubstr(" bound there now: tcp 20000; "));
  EXPECT_EQ(Range(), "32768 60999");

  ASSERT_TRUE(netns_->SetSysctl(kReservedPortsSysctl, "20000").ok());
  EXPECT_EQ(PushOne(*tuner, approved).state, ApplyState::kApplied);
  EXPECT_EQ(Range(), "16384 60999");
}

TEST_F(TunerNetnsTest, SeesListenersAndBoundPortsOfBothFamiliesAndNoConnections) {
  LinuxHeldPorts reader;
  auto v4 = TestServer::Make(*netns_, "127.0.0.1", 20000, ServerMode::kClosesSecond).value();
  auto v6 = TestServer::Make(*netns_, "::1", 20001, ServerMode::kClosesSecond).value();
  UniqueFd udp;
  UniqueFd udp_v6;
  FillResult connected;
  netns_->RunInside([&] {
    udp = std::move(Bind({.address = "127.0.0.1", .local_port = 20002, .is_udp = true}).fd);
    udp_v6 = std::move(Bind({.address = "::1", .local_port = 20003, .is_udp = true}).fd);
    connected = Fill({.source = "", .destination = "127.0.0.1", .destination_port = 20000}, 3);
  });
  ASSERT_TRUE(udp.valid() && udp_v6.valid());
  ASSERT_EQ(connected.fds.size(), 3u);

  const HeldPorts ports = reader.Read(id_).value();

  EXPECT_EQ(ports.tcp.ToSysctl(), "20000-20001");
  EXPECT_EQ(ports.udp.ToSysctl(), "20002-20003");
}

TEST_F(TunerNetnsTest, SaysThatTheNamespaceIsGoneWhenItsPortsAreAskedFor) {
  LinuxHeldPorts reader;
  netns_.reset();

  EXPECT_EQ(reader.Read(id_).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(TunerNetnsTest, RefusesReuseWithoutTimestamps) {
  LinuxNetnsSysctl kernel({});
  LinuxHeldPorts held_ports;
  std::unique_ptr<Tuner> tuner = Open(kernel, held_ports);
  ASSERT_TRUE(netns_->SetSysctl(kTimestampsSysctl, "0").ok());

  EXPECT_THAT(PushOne(*tuner, Change(kTimeWaitReuseSysctl, "2", "1")).error,
              StartsWith("TIMESTAMPS_OFF: "));
  EXPECT_EQ(netns_->GetSysctl(kTimeWaitReuseSysctl).value(), "2");
}

// A thread of its own is in a mount namespace of its own, and so are the threads that it makes.
TEST_F(TunerNetnsTest, FailsWithThePriorValueInForceWhereProcSysIsReadOnly) {
  ChangeResult result;
  std::string setup_failure;
  std::thread([&] {
    if (unshare(CLONE_NEWNS) != 0 ||
        mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        mount("/proc/sys", "/proc/sys", nullptr, MS_BIND, nullptr) != 0 ||
        mount(nullptr, "/proc/sys", nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr) != 0) {
      setup_failure = absl::StrCat("cannot mount /proc/sys read-only: errno ", errno);
      return;
    }
    LinuxNetnsSysctl kernel({});
    LinuxHeldPorts held_ports;
    result = PushOne(*Open(kernel, held_ports), WidenRange());
  }).join();
  if (!setup_failure.empty()) GTEST_SKIP() << setup_failure;

  EXPECT_EQ(result.state, ApplyState::kFailed);
  EXPECT_THAT(result.error, HasSubstr("Read-only file system"));
  EXPECT_EQ(result.effective_value, "32768 60999");
  EXPECT_EQ(Range(), "32768 60999");
  EXPECT_EQ(HeldCount(), 0u) << "nothing is to be put back";
}

TEST_F(TunerNetnsTest, ForgetsANamespaceThatEndsBetweenJournalAndWrite) {
  LinuxNetnsSysctl kernel({});
  LinuxHeldPorts held_ports;
  HookedNetnsSysctl hooked(kernel);
  std::unique_ptr<ScopedNetns> next;
  hooked.before_write = [&] {
    EXPECT_EQ(HeldCount(), 1u) << "it is journaled by now";
    netns_.reset();
    // It may well get the inode of the one that ended.
    next = ScopedNetns::Make().value();
  };

  const ChangeResult result = PushOne(*Open(hooked, held_ports), WidenRange());

  EXPECT_EQ(result.state, ApplyState::kFailed);
  EXPECT_EQ(result.effective_value, "");
  EXPECT_EQ(next->GetSysctl(kPortRangeSysctl).value(), "32768 60999");
  EXPECT_EQ(HeldCount(), 0u);
}

TEST_F(TunerNetnsTest, ForgetsANamespaceThatEndsBetweenWriteAndReadBack) {
  LinuxNetnsSysctl kernel({});
  LinuxHeldPorts held_ports;
  HookedNetnsSysctl hooked(kernel);
  std::unique_ptr<ScopedNetns> next;
  hooked.after_write = [&] {
    EXPECT_EQ(Range(), "16384 60999");
    netns_.reset();
    next = ScopedNetns::Make().value();
  };

  const ChangeResult result = PushOne(*Open(hooked, held_ports), WidenRange());

  EXPECT_EQ(result.state, ApplyState::kFailed);
  EXPECT_THAT(result.error, HasSubstr("it cannot be read back"));
  EXPECT_EQ(next->GetSysctl(kPortRangeSysctl).value(), "32768 60999");
  EXPECT_EQ(HeldCount(), 0u);
}

}  // namespace
}  // namespace berthmaster
