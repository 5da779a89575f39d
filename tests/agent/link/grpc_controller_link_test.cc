#include "agent/link/grpc_controller_link.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/fakes/agent_service.h"
#include "tests/fakes/fake_clock.h"

namespace berthmaster {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Seen = FakeAgentService::Seen;

constexpr absl::Duration kPatience = absl::Seconds(20);

class GrpcControllerLinkTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "/link.XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    spool_options_.directory = pattern;
    service_.Start();
    options_.controller = {"127.0.0.1", static_cast<uint16_t>(service_.listen_port())};
    options_.host_id = "web-1";
    options_.identity.host_name = "web-1.example";
    options_.identity.profile = AgentProfile::kObserve;
    options_.backoff_min = absl::Milliseconds(10);
    options_.backoff_max = absl::Milliseconds(50);
    StartAgent();
  }

  // An agent starts on the spool; one that ran before is gone without a good-bye.
  void StartAgent() {
    link_.reset();
    link_ = std::make_unique<GrpcControllerLink>(options_, Spool::Open(spool_options_, random_),
                                                 clock_, random_);
  }

  void SendSamples(int count) {
    for (int i = 0; i < count; ++i) {
      HostSample sample;
      sample.sample_time = absl::FromUnixSeconds(1767225600 + i);
      link_->SendSample(sample);
    }
  }

  // A sample of a host at rest, which a delta makes smaller.
  void SendRestingSample() {
    HostSample sample;
    sample.sample_time = absl::FromUnixSeconds(1767225600);
    NetnsSample& netns = sample.namespaces.emplace_back();
    netns.cookie = 7;
    netns.label = "blue";
    netns.sysctls = {{"net.ipv4.ip_local_port_range", "32768 60999"}};
    netns.pools.resize(30);
    for (PoolSample& pool : netns.pools) {
      pool.key.destination_port = static_cast<uint16_t>(100 + (&pool - netns.pools.data()));
    }
    link_->SendSample(std::move(sample));
  }

  void AskForFullSamples(int64_t committed_sequence) {
    v1::AttachResponse response;
    response.mutable_full_state_request()->set_committed_sequence(committed_sequence);
    ASSERT_TRUE(DriveUntil([&](const Seen&) { return service_.Push(response); }));
  }

  static std::vector<int64_t> CommittedBases(const Seen& seen) {
    std::vector<int64_t> bases;
    for (const v1::Sample& sample : seen.committed) bases.push_back(sample.base_sequence());
    return bases;
  }

  // Drives the link, as the agent's loop does, until the fake has seen enough. Pushes land in
  // pushed_.
  bool DriveUntil(const std::function<bool(const Seen&)>& condition) {
    absl::Duration end = clock_.MonotonicNow() + kPatience;
    while (clock_.MonotonicNow() < end) {
      std::optional<DesiredState> desired = link_->Drive(applied_revision_);
      if (desired.has_value()) pushed_.push_back(*desired);
      if (condition(service_.seen())) return true;
      link_->WaitUntil(std::min(link_->NextDrive(), clock_.MonotonicNow() + absl::Milliseconds(5)));
    }
    return false;
  }

  bool DriveUntilAttached(size_t sessions = 1) {
    return DriveUntil([&](const Seen& seen) { return seen.hellos.size() >= sessions; });
  }

  bool DriveUntilCommitted(size_t count) {
    return DriveUntil([&](const Seen& seen) { return seen.committed.size() >= count; });
  }

  static std::vector<int64_t> CommittedSequences(const Seen& seen) {
    std::vector<int64_t> sequences;
    for (const v1::Sample& sample : seen.committed) sequences.push_back(sample.sequence());
    return sequences;
  }

  LinuxClock clock_;
  FakeRandom random_;
  FakeAgentService service_;
  SpoolOptions spool_options_;
  GrpcControllerLinkOptions options_;
  std::unique_ptr<GrpcControllerLink> link_;
  int64_t applied_revision_ = 0;
  std::vector<DesiredState> pushed_;
};

TEST_F(GrpcControllerLinkTest, SaysHelloFirst) {
  applied_revision_ = 12;
  ASSERT_TRUE(DriveUntilAttached());

  v1::Hello hello = service_.seen().hellos[0];
  EXPECT_EQ(hello.host_id(), "web-1");
  EXPECT_EQ(hello.identity().host_name(), "web-1.example");
  EXPECT_EQ(hello.next_sequence(), 1);
  EXPECT_EQ(hello.applied_revision(), 12);
  EXPECT_GT(hello.epoch(), 0);
}

TEST_F(GrpcControllerLinkTest, DeliversSamplesInOrderAndForgetsThemWhenAcknowledged) {
  SendSamples(100);
  ASSERT_TRUE(DriveUntilCommitted(100));
  SendSamples(1);
  ASSERT_TRUE(DriveUntilCommitted(101));
  link_->Close("test over");

  Seen seen = service_.seen();
  EXPECT_TRUE(std::is_sorted(seen.samples.begin(), seen.samples.end()));
  EXPECT_EQ(seen.samples.size(), 101u);
  EXPECT_LE(Spool::Open(spool_options_, random_)->size(), 101u);
}

TEST_F(GrpcControllerLinkTest, HasABoundedNumberInFlight) {
  service_.set_commits(false);
  SendSamples(100);
  ASSERT_TRUE(DriveUntil([](const Seen& seen) { return seen.samples.size() >= 32; }));
  DriveUntil([rounds = 0](const Seen&) mutable { return ++rounds > 20; });

  EXPECT_EQ(service_.seen().samples.size(), 32u);
}

TEST_F(GrpcControllerLinkTest, ResumesWithoutGapsOrDuplicates) {
  SendSamples(10);
  ASSERT_TRUE(DriveUntilCommitted(10));
  service_.set_commits(false);
  SendSamples(10);
  ASSERT_TRUE(DriveUntil([](const Seen& seen) { return seen.samples.size() >= 20; }));
  service_.Stop();
  service_.set_commits(true);
  SendSamples(10);

  service_.Start();
  ASSERT_TRUE(DriveUntilCommitted(30));

  std::vector<int64_t> expected;
  for (int64_t i = 1; i <= 30; ++i) expected.push_back(i);
  EXPECT_EQ(CommittedSequences(service_.seen()), expected);
}

TEST_F(GrpcControllerLinkTest, HoldsSamplesWhileTheControllerIsAwayAndOverARestart) {
  service_.Stop();
  SendSamples(5);
  DriveUntil([rounds = 0](const Seen&) mutable { return ++rounds > 5; });
  StartAgent();
  SendSamples(5);

  service_.Start();
  ASSERT_TRUE(DriveUntilCommitted(10));

  EXPECT_THAT(CommittedSequences(service_.seen()), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
}

TEST_F(GrpcControllerLinkTest, KeepsItsEpochOverARestart) {
  SendSamples(1);
  ASSERT_TRUE(DriveUntilCommitted(1));
  StartAgent();
  ASSERT_TRUE(DriveUntilAttached(2));

  Seen seen = service_.seen();
  EXPECT_EQ(seen.hellos[0].epoch(), seen.hellos[1].epoch());
  EXPECT_EQ(seen.hellos[1].next_sequence(), 2);
}

TEST_F(GrpcControllerLinkTest, HandsAPushToTheLoopAndTheReplyBack) {
  ASSERT_TRUE(DriveUntilAttached());
  v1::AttachResponse response;
  response.mutable_desired_state()->set_revision(3);
  response.mutable_desired_state()->set_nonce(9);
  ASSERT_TRUE(DriveUntil([&](const Seen&) { return service_.Push(response); }));
  ASSERT_TRUE(DriveUntil([&](const Seen&) { return !pushed_.empty(); }));
  EXPECT_EQ(pushed_[0], (DesiredState{3, 9, {}}));

  DesiredStateReply reply{9, 0, {{"rollouts/a", 7, "x", ApplyState::kRefused, "1", "no"}}};
  link_->SendReply(reply);

  ASSERT_TRUE(DriveUntil([](const Seen& seen) { return !seen.replies.empty(); }));
  v1::DesiredStateReply sent = service_.seen().replies[0];
  EXPECT_EQ(sent.nonce(), 9);
  EXPECT_EQ(sent.results(0).state(), v1::APPLY_STATE_REFUSED);
  EXPECT_EQ(sent.results(0).error(), "no");
}

TEST_F(GrpcControllerLinkTest, RefusesAPushThatBreaksTheContract) {
  applied_revision_ = 2;
  ASSERT_TRUE(DriveUntilAttached());
  v1::AttachResponse response;
  response.mutable_desired_state()->set_revision(3);
  response.mutable_desired_state()->set_nonce(9);
  v1::DesiredChange* change = response.mutable_desired_state()->add_changes();
  change->set_rollout("rollouts/a");
  change->set_netns_cookie(-1);
  ASSERT_TRUE(DriveUntil([&](const Seen&) { return service_.Push(response); }));

  ASSERT_TRUE(DriveUntil([](const Seen& seen) { return !seen.replies.empty(); }));

  v1::DesiredStateReply sent = service_.seen().replies[0];
  EXPECT_EQ(sent.nonce(), 9);
  EXPECT_EQ(sent.revision(), 2);
  ASSERT_EQ(sent.results_size(), 1);
  EXPECT_EQ(sent.results(0).rollout(), "rollouts/a");
  EXPECT_THAT(sent.results(0).error(), HasSubstr("netns_cookie"));
  EXPECT_THAT(pushed_, IsEmpty());
}

TEST_F(GrpcControllerLinkTest, KeepsAReportUntilThereIsASession) {
  DesiredStateReply report{0, 0, {{"rollouts/a", 7, "x", ApplyState::kReverted, "1", ""}}};
  link_->SendReply(report);
  link_->SendReply({55, 0, {}});

  ASSERT_TRUE(DriveUntil([](const Seen& seen) { return !seen.replies.empty(); }));

  EXPECT_EQ(service_.seen().replies.size(), 1u) << "an answer dies with its session";
  EXPECT_EQ(service_.seen().replies[0].nonce(), 0);
}

TEST_F(GrpcControllerLinkTest, SendsNoSampleBeforeTheControllerIsReady) {
  ASSERT_TRUE(DriveUntilAttached());
  v1::AttachResponse response;
  response.mutable_retry_after()->mutable_delay()->set_seconds(3600);
  ASSERT_TRUE(DriveUntil([&](const Seen&) { return service_.Push(response); }));
  absl::Duration before = clock_.MonotonicNow();
  ASSERT_TRUE(DriveUntil([&](const Seen&) {
    return link_->NextDrive() > before + absl::Minutes(4) &&
           link_->NextDrive() < before + absl::Minutes(6);
  })) << "five minutes are as long as it waits";

  SendSamples(1);
  DriveUntil([rounds = 0](const Seen&) mutable { return ++rounds > 10; });

  EXPECT_THAT(service_.seen().samples, IsEmpty());
}

TEST_F(GrpcControllerLinkTest, DropsASampleThatIsRefusedTwice) {
  service_.EndAtSample(3, grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "bad sample"));
  SendSamples(5);

  ASSERT_TRUE(DriveUntilCommitted(4));

  EXPECT_THAT(CommittedSequences(service_.seen()), ElementsAre(1, 2, 4, 5));
  EXPECT_EQ(link_->dropped_count(), 1);
}

TEST_F(GrpcControllerLinkTest, KeepsASampleWhenTheSessionEndsForAnotherReason) {
  service_.EndAtSample(3, grpc::Status(grpc::StatusCode::UNAVAILABLE, "stopping"));
  SendSamples(5);
  ASSERT_TRUE(DriveUntilAttached(5));
  service_.EndAtSample(0, grpc::Status::OK);

  ASSERT_TRUE(DriveUntilCommitted(5));

  EXPECT_THAT(CommittedSequences(service_.seen()), ElementsAre(1, 2, 3, 4, 5));
}

TEST_F(GrpcControllerLinkTest, EndsASessionThatAcknowledgesNothing) {
  options_.acknowledge_timeout = absl::Milliseconds(50);
  StartAgent();
  service_.set_commits(false);
  SendSamples(1);

  EXPECT_TRUE(DriveUntilAttached(3));
}

TEST_F(GrpcControllerLinkTest, SaysGoodbyeOnACleanExit) {
  ASSERT_TRUE(DriveUntilAttached());
  link_->Close("the agent was stopped");

  ASSERT_TRUE(service_.Await([](const Seen& seen) { return !seen.goodbyes.empty(); }));
  EXPECT_EQ(service_.seen().goodbyes[0], "the agent was stopped");
}

TEST_F(GrpcControllerLinkTest, ClosesWhileThereIsNoController) {
  service_.Stop();
  SendSamples(1);
  link_->Drive(0);

  link_->Close("the agent was stopped");
}

TEST_F(GrpcControllerLinkTest, SendsWhatChangedSinceTheAcknowledgedSample) {
  for (size_t i = 1; i <= 4; ++i) {
    SendRestingSample();
    ASSERT_TRUE(DriveUntilCommitted(i));
    // The acknowledgement has come when nothing is left to do.
    ASSERT_TRUE(
        DriveUntil([&](const Seen&) { return link_->NextDrive() == absl::InfiniteDuration(); }));
  }

  const Seen seen = service_.seen();
  EXPECT_THAT(CommittedBases(seen), ElementsAre(0, 1, 2, 3));
  EXPECT_LT(seen.committed[3].ByteSizeLong(), seen.committed[0].ByteSizeLong() / 10);
}

TEST_F(GrpcControllerLinkTest, SendsAControllerOfBeforeDeltasFullSamples) {
  service_.set_accepts_deltas(false);
  for (size_t i = 1; i <= 3; ++i) {
    SendRestingSample();
    ASSERT_TRUE(DriveUntilCommitted(i));
    ASSERT_TRUE(
        DriveUntil([&](const Seen&) { return link_->NextDrive() == absl::InfiniteDuration(); }));
  }

  EXPECT_THAT(CommittedBases(service_.seen()), ElementsAre(0, 0, 0));
}

TEST_F(GrpcControllerLinkTest, FindsTheAcknowledgedSampleOfABacklogInTheSpool) {
  for (int i = 0; i < 100; ++i) SendRestingSample();
  ASSERT_TRUE(DriveUntilCommitted(100));

  const Seen seen = service_.seen();
  EXPECT_THAT(seen.committed[31].base_sequence(), 0) << "nothing is acknowledged before it is sent";
  EXPECT_GT(seen.committed[99].base_sequence(), 60);
  for (const v1::Sample& sample : seen.committed) {
    EXPECT_LT(sample.base_sequence(), sample.sequence());
  }
}

TEST_F(GrpcControllerLinkTest, BeginsEachSessionInFull) {
  SendRestingSample();
  ASSERT_TRUE(DriveUntilCommitted(1));
  service_.Stop();
  SendRestingSample();
  service_.Start();
  ASSERT_TRUE(DriveUntilCommitted(2));

  EXPECT_THAT(CommittedBases(service_.seen()), ElementsAre(0, 0));
}

TEST_F(GrpcControllerLinkTest, SendsAgainInFullFromTheFirstUncommittedOne) {
  SendRestingSample();
  ASSERT_TRUE(DriveUntilCommitted(1));
  ASSERT_TRUE(
      DriveUntil([&](const Seen&) { return link_->NextDrive() == absl::InfiniteDuration(); }));
  service_.set_commits(false);
  SendRestingSample();
  SendRestingSample();
  ASSERT_TRUE(DriveUntil([](const Seen& seen) { return seen.samples.size() == 3; }));
  service_.set_commits(true);
  AskForFullSamples(1);
  ASSERT_TRUE(DriveUntilCommitted(3));

  EXPECT_THAT(service_.seen().samples, ElementsAre(1, 2, 3, 2, 3));
  EXPECT_THAT(CommittedBases(service_.seen()), ElementsAre(0, 0, 0));
  EXPECT_EQ(service_.seen().hellos.size(), 1u);
}

TEST_F(GrpcControllerLinkTest, EndsASessionThatNeverHasEnoughOfFullSamples) {
  service_.set_commits(false);
  SendRestingSample();
  AskForFullSamples(0);
  ASSERT_TRUE(DriveUntil([](const Seen& seen) { return seen.samples.size() == 2; }));
  AskForFullSamples(0);

  EXPECT_TRUE(DriveUntilAttached(2));
}

TEST_F(GrpcControllerLinkTest, WakesItsLoop) {
  std::thread waker([this] { link_->Wake(); });
  link_->WaitUntil(absl::InfiniteDuration());
  waker.join();
}

}  // namespace
}  // namespace berthmaster
