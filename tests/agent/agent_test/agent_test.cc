#include "agent/agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "common/sysctl/catalogue.h"
#include "tests/fakes/agent_netns_sysctl.h"
#include "tests/fakes/fake_clock.h"

namespace berthmaster {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Gives empty samples, or an error.
class ScriptedSampler final : public HostSampler {
 public:
  explicit ScriptedSampler(FakeClock& clock) : clock_(clock) {}

  absl::StatusOr<HostSample> Sample() override {
    clock_.Advance(duration);
    if (!error.ok()) return error;
    HostSample sample;
    sample.sample_time = clock_.SystemNow();
    sample.cpu_time = cpu_time;
    return sample;
  }
  RiseLook LookForRise() override {
    ++look_count;
    return {is_rising, absl::Microseconds(100)};
  }
  bool is_close() const override { return close_to_exhaustion; }
  void WatchClosely(const std::set<uint64_t>& netns_cookies) override { watched = netns_cookies; }

  std::set<uint64_t> watched;
  absl::Duration cpu_time;
  bool is_rising = false;
  bool close_to_exhaustion = false;
  int look_count = 0;
  absl::Status error;
  // How long a sample takes.
  absl::Duration duration;

 private:
  FakeClock& clock_;
};

// Keeps what the agent sends and gives what the test pushes. Waiting does not wait.
class RecordingLink final : public ControllerLink {
 public:
  void SendSample(HostSample sample) override { samples.push_back(std::move(sample)); }
  void SendReply(const DesiredStateReply& reply) override { replies.push_back(reply); }
  std::optional<DesiredState> Drive(int64_t applied_revision) override {
    revisions.push_back(applied_revision);
    return std::exchange(push, std::nullopt);
  }
  absl::Duration NextDrive() const override { return absl::InfiniteDuration(); }
  void WaitUntil(absl::Duration) override { woken.WaitForNotification(); }
  void Wake() override { woken.Notify(); }
  int64_t dropped_count() const override { return dropped; }
  void Close(absl::string_view reason) override { goodbye = std::string(reason); }

  std::vector<HostSample> samples;
  std::vector<DesiredStateReply> replies;
  std::vector<int64_t> revisions;
  std::optional<DesiredState> push;
  int64_t dropped = 0;
  absl::Notification woken;
  std::string goodbye;
};

class AgentTest : public ::testing::Test {
 protected:
  static constexpr NetnsId kNetns = {7, 4026532001};

  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "/agent.XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    kernel_.Set(kNetns, kTimeWaitReuseSysctl, "2");
    kernel_.Set(kNetns, kTimestampsSysctl, "1");
    TunerOptions options;
    options.profile = AgentProfile::kEnforce;
    options.kernel_release = "6.1.0";
    options.journal_path = pattern + "/journal";
    tuner_ = Tuner::Open(options, {&clock_, &kernel_, &kernel_}).value();
    advice_directory_ = pattern + "/advice";
    publisher_ = std::make_unique<AdvicePublisher>(advice_directory_, clock_, advice_board_);
    agent_ = std::make_unique<Agent>(
        AgentOptions{.sample_interval = absl::Seconds(10), .cpu_budget = 0.01},
        AgentParts{&clock_, &sampler_, tuner_.get(), &link_, &board_, publisher_.get()});
  }

  static DesiredAdvice Advice() {
    DesiredAdvice advice;
    advice.rollout = "rollouts/pooling";
    advice.netns_cookie = kNetns.cookie;
    advice.netns_inode = kNetns.inode;
    advice.workload = "checkout";
    advice.destination_port = 443;
    advice.connection_pool_size = 40;
    return advice;
  }
  bool IsPublished() const {
    return access((advice_directory_ + "/checkout.json").c_str(), R_OK) == 0;
  }

  static DesiredState ReuseTimeWait() {
    DesiredChange change;
    change.rollout = "rollouts/reuse";
    change.netns_cookie = kNetns.cookie;
    change.netns_inode = kNetns.inode;
    change.change = {std::string(kTimeWaitReuseSysctl), "2", "1"};
    change.lease = absl::Seconds(30);
    return {4, 9, {change}};
  }

  FakeClock clock_;
  ScriptedSampler sampler_{clock_};
  RecordingLink link_;
  FakeNetnsSysctl kernel_;
  SnapshotBoard board_;
  std::unique_ptr<Tuner> tuner_;
  std::string advice_directory_;
  AdviceBoard advice_board_;
  std::unique_ptr<AdvicePublisher> publisher_;
  std::unique_ptr<Agent> agent_;
};

TEST_F(AgentTest, SamplesAtOnceAndThenAtEachInterval) {
  absl::Duration start = clock_.MonotonicNow();
  agent_->Step();
  EXPECT_EQ(link_.samples.size(), 1u);

  clock_.SetMonotonic(start + absl::Seconds(10) - absl::Milliseconds(1));
  EXPECT_EQ(agent_->Step(), start + absl::Seconds(10));
  EXPECT_EQ(link_.samples.size(), 1u);

  clock_.SetMonotonic(start + absl::Seconds(10));
  agent_->Step();
  EXPECT_EQ(link_.samples.size(), 2u);
}

TEST_F(AgentTest, TakesAnotherAllowListAndRevertsWhatItNoLongerHas) {
  link_.push = ReuseTimeWait();
  agent_->Step();
  ASSERT_EQ(kernel_.Get(kNetns, kTimeWaitReuseSysctl), "1");

  agent_->Reload(AllowList::Parse({}));
  agent_->Step();

  EXPECT_EQ(kernel_.Get(kNetns, kTimeWaitReuseSysctl), "2");
  EXPECT_EQ(link_.replies.back().results.at(0).state, ApplyState::kReverted);
}

TEST_F(AgentTest, KeepsTheAllowListAndSaysSoWhenTheNextOneIsRefused) {
  agent_->Reload(absl::InvalidArgumentError("agent.yaml:3: allow-sysctls: 'x' is not a sysctl"));
  link_.push = ReuseTimeWait();
  agent_->Step();

  EXPECT_EQ(kernel_.Get(kNetns, kTimeWaitReuseSysctl), "1");
  EXPECT_THAT(link_.samples.back().limitations,
              ElementsAre("the configuration was read again and is refused, so the allow-list "
                          "before it stays in force; mend it and send SIGHUP: agent.yaml:3: "
                          "allow-sysctls: 'x' is not a sysctl"));
}

TEST_F(AgentTest, LeavesMissedTicksOutAndKeepsTheOthersInPlace) {
  absl::Duration start = clock_.MonotonicNow();
  sampler_.duration = absl::Seconds(24);
  agent_->Step();
  sampler_.duration = absl::ZeroDuration();

  clock_.SetMonotonic(start + absl::Milliseconds(29999));
  EXPECT_EQ(agent_->Step(), start + absl::Seconds(30));
  EXPECT_EQ(link_.samples.size(), 1u);
  clock_.SetMonotonic(start + absl::Milliseconds(30500));
  agent_->Step();
  EXPECT_EQ(link_.samples.size(), 2u);
  clock_.SetMonotonic(start + absl::Seconds(40));
  agent_->Step();
  EXPECT_EQ(link_.samples.size(), 3u) << "a late sample does not move the next";
}

TEST_F(AgentTest, SamplesEachSecondWhileCloseToExhaustion) {
  sampler_.close_to_exhaustion = true;
  for (int i = 0; i < 5; ++i) {
    agent_->Step();
    clock_.Advance(absl::Seconds(1));
  }
  EXPECT_EQ(link_.samples.size(), 5u);

  sampler_.close_to_exhaustion = false;
  agent_->Step();
  EXPECT_EQ(link_.samples.size(), 6u);
  for (int i = 0; i < 9; ++i) {
    clock_.Advance(absl::Seconds(1));
    agent_->Step();
  }
  EXPECT_EQ(link_.samples.size(), 6u);
}

TEST_F(AgentTest, SamplesLessOftenWhenSamplesAreDear) {
  sampler_.cpu_time = absl::Milliseconds(300);
  agent_->Step();
  clock_.Advance(absl::Seconds(29));
  agent_->Step();
  EXPECT_EQ(link_.samples.size(), 1u);
  clock_.Advance(absl::Seconds(1));
  agent_->Step();
  EXPECT_EQ(link_.samples.size(), 2u);
}

TEST_F(AgentTest, BringsASampleForwardWhenSocketsRise) {
  agent_->Step();
  clock_.Advance(absl::Seconds(1));
  agent_->Step();
  EXPECT_EQ(sampler_.look_count, 1);
  EXPECT_EQ(link_.samples.size(), 1u);
  sampler_.is_rising = true;
  clock_.Advance(absl::Seconds(1));
  agent_->Step();
  EXPECT_EQ(link_.samples.size(), 2u);
}

TEST_F(AgentTest, KeepsToItsBudgetWhateverRises) {
  sampler_.is_rising = true;
  sampler_.cpu_time = absl::Milliseconds(50);
  for (int i = 0; i <= 20; ++i) {
    agent_->Step();
    clock_.Advance(absl::Seconds(1));
  }
  EXPECT_EQ(link_.samples.size(), 5u) << "at 0, 5, 10, 15 and 20 s";
}

TEST_F(AgentTest, PostsWhatItDoes) {
  agent_->Step();
  std::shared_ptr<const MetricsSnapshot> first = board_.Latest();
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(first->sample_count, 1);
  EXPECT_EQ(first->loop_time, clock_.MonotonicNow());
  EXPECT_EQ(first->sample_interval, absl::Seconds(10));
  EXPECT_GT(first->resident_bytes, 0);
  ASSERT_NE(first->sample, nullptr);

  sampler_.error = absl::PermissionDeniedError("no netlink");
  clock_.Advance(absl::Seconds(10));
  agent_->Step();
  EXPECT_EQ(board_.Latest()->sample_failure_count, 1);
  EXPECT_EQ(board_.Latest()->sampler_failure, "PERMISSION_DENIED: no netlink");
  EXPECT_EQ(first->sample_failure_count, 0) << "what was posted does not change";
}

TEST_F(AgentTest, LooksAtLeasesEachSecond) {
  absl::Duration start = clock_.MonotonicNow();

  EXPECT_EQ(agent_->Step(), start + absl::Seconds(1));
}

TEST_F(AgentTest, AnswersAPushAndRevertsByItself) {
  link_.push = ReuseTimeWait();
  agent_->Step();
  ASSERT_EQ(link_.replies.size(), 1u);
  EXPECT_EQ(link_.replies[0].nonce, 9);
  EXPECT_EQ(link_.replies[0].revision, 4);
  EXPECT_EQ(kernel_.Get(kNetns, kTimeWaitReuseSysctl), "1");

  clock_.Advance(absl::Seconds(30));
  agent_->Step();
  agent_->Step();

  ASSERT_EQ(link_.replies.size(), 2u);
  EXPECT_EQ(link_.replies[1].nonce, 0);
  EXPECT_EQ(link_.replies[1].results[0].state, ApplyState::kReverted);
  EXPECT_EQ(kernel_.Get(kNetns, kTimeWaitReuseSysctl), "2");
  EXPECT_THAT(link_.revisions, ElementsAre(0, 4, 0));
}

TEST_F(AgentTest, ShowsWhatItWroteAtOnceAndWhatItRenewsAtItsPace) {
  agent_->Step();
  ASSERT_EQ(link_.samples.size(), 1u);
  clock_.Advance(absl::Seconds(1));
  link_.push = ReuseTimeWait();
  agent_->Step();
  EXPECT_EQ(link_.samples.size(), 2u);
  EXPECT_THAT(sampler_.watched, ElementsAre(kNetns.cookie));

  clock_.Advance(absl::Seconds(1));
  link_.push = ReuseTimeWait();
  agent_->Step();
  EXPECT_EQ(link_.samples.size(), 2u);
}

TEST_F(AgentTest, PublishesAdviceBesideChangesAndAnswersForBoth) {
  DesiredState desired = ReuseTimeWait();
  desired.advice = {Advice()};
  link_.push = desired;
  agent_->Step();
  ASSERT_EQ(link_.replies.size(), 1u);
  EXPECT_EQ(link_.replies[0].nonce, 9);
  EXPECT_EQ(link_.replies[0].revision, 4);
  EXPECT_EQ(link_.replies[0].results[0].state, ApplyState::kApplied);
  ASSERT_EQ(link_.replies[0].advice_results.size(), 1u);
  EXPECT_EQ(link_.replies[0].advice_results[0].state, AdviceState::kPublished);
  EXPECT_EQ(link_.replies[0].advice_results[0].path, advice_directory_ + "/checkout.json");
  EXPECT_TRUE(IsPublished());

  link_.push = DesiredState{5, 10, {}, {}};
  agent_->Step();
  EXPECT_EQ(link_.replies[1].revision, 5);
  EXPECT_EQ(link_.replies[1].results[0].state, ApplyState::kReverted);
  EXPECT_EQ(link_.replies[1].advice_results[0].state, AdviceState::kWithdrawn);
  EXPECT_FALSE(IsPublished());
}

TEST_F(AgentTest, LetsNeitherChangesNorAdviceStopTheOther) {
  DesiredState desired = ReuseTimeWait();
  desired.changes[0].change.sysctl = "kernel.core_pattern";
  desired.advice = {Advice()};
  link_.push = desired;
  agent_->Step();
  EXPECT_EQ(link_.replies[0].results[0].state, ApplyState::kRefused);
  EXPECT_EQ(link_.replies[0].advice_results[0].state, AdviceState::kPublished);
  EXPECT_EQ(link_.replies[0].revision, 0) << "not all of it is in force";
  EXPECT_TRUE(IsPublished());

  desired = ReuseTimeWait();
  desired.advice = {Advice(), Advice()};
  link_.push = desired;
  agent_->Step();
  EXPECT_EQ(link_.replies[1].results[0].state, ApplyState::kApplied);
  EXPECT_EQ(link_.replies[1].advice_results[1].state, AdviceState::kFailed);
  EXPECT_EQ(link_.replies[1].revision, 0);
  EXPECT_EQ(kernel_.Get(kNetns, kTimeWaitReuseSysctl), "1");

  desired.advice = {Advice()};
  link_.push = desired;
  agent_->Step();
  agent_->Step();
  EXPECT_EQ(link_.replies[2].revision, 4);
  EXPECT_THAT(link_.revisions, ElementsAre(0, 0, 0, 4));
}

TEST_F(AgentTest, PublishesAdviceOfAnObservingAgentToo) {
  TunerOptions options;
  options.profile = AgentProfile::kObserve;
  options.journal_path = advice_directory_ + ".journal";
  tuner_ = Tuner::Open(options, {&clock_, &kernel_, &kernel_}).value();
  Agent agent({.sample_interval = absl::Seconds(10)},
              {&clock_, &sampler_, tuner_.get(), &link_, &board_, publisher_.get()});
  link_.push = DesiredState{4, 9, {}, {Advice()}};
  agent.Step();
  EXPECT_EQ(link_.replies[0].revision, 4);
  EXPECT_EQ(link_.replies[0].advice_results[0].state, AdviceState::kPublished);
  EXPECT_TRUE(IsPublished());

  DesiredState with_change = ReuseTimeWait();
  with_change.revision = 5;
  with_change.advice = {Advice()};
  link_.push = with_change;
  agent.Step();
  EXPECT_EQ(link_.replies[1].results[0].state, ApplyState::kRefused);
  EXPECT_EQ(link_.replies[1].advice_results[0].state, AdviceState::kPublished);
  EXPECT_NE(link_.replies[1].revision, 5);
}

TEST_F(AgentTest, ReportsAnAcknowledgementOfItsOwnAccord) {
  link_.push = DesiredState{4, 9, {}, {Advice()}};
  agent_->Step();
  ASSERT_TRUE(advice_board_.Acknowledge({"rollouts/pooling", "checkout", {}, "40 it is"}).ok());
  agent_->Step();
  agent_->Step();
  ASSERT_EQ(link_.replies.size(), 2u);
  EXPECT_EQ(link_.replies[1].nonce, 0);
  EXPECT_EQ(link_.replies[1].revision, 4);
  ASSERT_EQ(link_.replies[1].advice_results.size(), 1u);
  EXPECT_TRUE(link_.replies[1].advice_results[0].acknowledged);
  EXPECT_EQ(link_.replies[1].advice_results[0].acknowledgement, "40 it is");
}

TEST_F(AgentTest, SaysThatNothingCanBeSeen) {
  sampler_.error = absl::PermissionDeniedError("no netlink; run as root");
  agent_->Step();

  ASSERT_EQ(link_.samples.size(), 1u);
  EXPECT_EQ(link_.samples[0].sample_time, clock_.SystemNow());
  EXPECT_THAT(link_.samples[0].limitations,
              ElementsAre("PERMISSION_DENIED: no netlink; run as root"));
}

TEST_F(AgentTest, SaysHowManySamplesWereDropped) {
  agent_->Step();
  link_.dropped = 3;
  clock_.Advance(absl::Seconds(10));
  agent_->Step();
  clock_.Advance(absl::Seconds(10));
  agent_->Step();

  EXPECT_THAT(link_.samples[0].limitations, IsEmpty());
  EXPECT_THAT(link_.samples[1].limitations,
              ElementsAre("3 samples before this one were dropped, since they could not be "
                          "delivered"));
  EXPECT_THAT(link_.samples[2].limitations, IsEmpty());
}

TEST_F(AgentTest, SaysGoodbyeWhenItIsStopped) {
  std::thread loop([this] { agent_->Run(); });
  agent_->Stop();
  loop.join();

  EXPECT_EQ(link_.goodbye, "the agent was stopped");
}

}  // namespace
}  // namespace berthmaster
