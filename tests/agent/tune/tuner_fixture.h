#ifndef BERTHMASTER_TESTS_AGENT_TUNE_TUNER_FIXTURE_H_
#define BERTHMASTER_TESTS_AGENT_TUNE_TUNER_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "agent/tune/tuner.h"
#include "common/sysctl/catalogue.h"
#include "tests/fakes/agent_held_ports.h"
#include "tests/fakes/agent_netns_sysctl.h"
#include "tests/fakes/fake_clock.h"

namespace berthmaster {

// A tuner over one namespace in memory, with the kernel's defaults, and a journal in a directory of
// its own.
class TunerFixture : public ::testing::Test {
 protected:
  static constexpr NetnsId kNetns = {7, 4026532001};

  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "/tuner.XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    options_.profile = AgentProfile::kEnforce;
    options_.journal_path = directory_ + "/journal";
    options_.boot_id = "boot-1";
    options_.kernel_release = "6.1.0-18-amd64";
    kernel_.Set(kNetns, kPortRangeSysctl, "32768 60999");
    kernel_.Set(kNetns, kReservedPortsSysctl, "");
    kernel_.Set(kNetns, kUnprivilegedPortStartSysctl, "1024");
    kernel_.Set(kNetns, kTimeWaitReuseSysctl, "2");
    kernel_.Set(kNetns, kTimeWaitBucketsSysctl, "131072");
    kernel_.Set(kNetns, kTimestampsSysctl, "1");
    Start();
  }

  // The agent starts; what was there before is gone without a good-bye.
  void Start() {
    tuner_.reset();
    absl::StatusOr<std::unique_ptr<Tuner>> tuner =
        Tuner::Open(options_, {&clock_, &kernel_, enforced_, &held_ports_});
    ASSERT_TRUE(tuner.ok()) << tuner.status();
    tuner_ = *std::move(tuner);
  }

  static DesiredChange WidenRange() {
    DesiredChange change;
    change.rollout = "rollouts/widen";
    change.netns_cookie = kNetns.cookie;
    change.netns_inode = kNetns.inode;
    change.change = {std::string(kPortRangeSysctl), "32768 60999", "16384 60999"};
    change.lease = absl::Seconds(60);
    return change;
  }

  static DesiredChange ReuseTimeWait() {
    DesiredChange change = WidenRange();
    change.rollout = "rollouts/reuse";
    change.change = {std::string(kTimeWaitReuseSysctl), "2", "1"};
    return change;
  }

  DesiredStateReply Push(std::vector<DesiredChange> changes) {
    ++revision_;
    return tuner_->Apply({revision_, revision_ + 100, std::move(changes)});
  }

  // The only result of a push of `change`.
  ChangeResult PushOne(const DesiredChange& change) {
    DesiredStateReply reply = Push({change});
    EXPECT_EQ(reply.results.size(), 1u);
    return reply.results.empty() ? ChangeResult() : reply.results.front();
  }

  std::string Range() const { return kernel_.Get(kNetns, kPortRangeSysctl); }
  std::string Reuse() const { return kernel_.Get(kNetns, kTimeWaitReuseSysctl); }

  std::string directory_;
  TunerOptions options_;
  FakeClock clock_;
  FakeNetnsSysctl kernel_;
  FakeHeldPorts held_ports_;
  // Where changes may be made.
  NetnsSysctl* enforced_ = &kernel_;
  std::unique_ptr<Tuner> tuner_;
  int64_t revision_ = 0;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_AGENT_TUNE_TUNER_FIXTURE_H_
