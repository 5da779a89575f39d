#include "controller/engine/engine.h"

#include <gtest/gtest.h>

#include <atomic>

#include "absl/synchronization/notification.h"
#include "tests/controller/engine/fake_session.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_stores.h"
#include "tests/fixtures/sample_builder.h"

namespace berthmaster {
namespace {

constexpr absl::Duration kLong = absl::Seconds(30);

std::shared_ptr<const HostSample> BuiltSample() {
  return std::make_shared<const HostSample>(SampleBuilder().Build());
}

// The engine with its thread.
class EngineTest : public testing::Test {
 protected:
  FakeClock clock_;
  FakeRandom random_;
  FakeControlStore control_;
  FakeHistory history_;
  Fleet fleet_;
  EventBus events_;
  Engine engine_{{&clock_, &random_, &control_, &history_, &fleet_, &events_}, {}};
};

TEST_F(EngineTest, AcknowledgesOnlyAfterTheCommit) {
  ASSERT_TRUE(engine_.Start().ok());
  auto session = std::make_shared<FakeSession>();
  engine_.Attach(ObservingHello("web-1"), session);
  ASSERT_TRUE(session->AwaitWelcome(kLong));
  absl::Notification in_commit;
  absl::Notification go_on;
  history_.SetAppendHook([&] {
    in_commit.Notify();
    go_on.WaitForNotification();
    return absl::OkStatus();
  });

  ASSERT_TRUE(engine_.OfferSample(session, BuiltSample()));
  ASSERT_TRUE(in_commit.WaitForNotificationWithTimeout(kLong));
  EXPECT_TRUE(session->acks().empty());
  EXPECT_EQ(fleet_.FindHost("web-1")->sample, nullptr);
  go_on.Notify();

  EXPECT_TRUE(session->AwaitAnyAck(kLong));
  EXPECT_NE(fleet_.FindHost("web-1")->sample, nullptr);
  engine_.Stop();
}

TEST_F(EngineTest, StartTellsWhatTheStoreSays) {
  control_.FailLoad(absl::FailedPreconditionError("written by a newer version"));

  absl::Status status = engine_.Start();

  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(), "load the control state: written by a newer version");
}

TEST_F(EngineTest, StopCommitsWhatWasTakenAndEndsSessions) {
  ASSERT_TRUE(engine_.Start().ok());
  auto session = std::make_shared<FakeSession>();
  engine_.Attach(ObservingHello("web-1"), session);
  ASSERT_TRUE(engine_.OfferSample(session, BuiltSample()));

  engine_.Stop();

  EXPECT_EQ(*history_.CountSamples("web-1", 1), 1);
  ASSERT_TRUE(session->end().has_value());
  EXPECT_EQ(session->end()->code(), absl::StatusCode::kUnavailable);
}

TEST_F(EngineTest, StopEndsInTimeWhenTheStoreRefuses) {
  ASSERT_TRUE(engine_.Start().ok());
  control_.FailCommit(absl::UnavailableError("I/O error"));
  auto session = std::make_shared<FakeSession>();
  engine_.Attach(ObservingHello("web-1"), session);

  engine_.Stop();

  EXPECT_EQ(session->welcome(), std::nullopt);
  ASSERT_TRUE(session->end().has_value());
  EXPECT_EQ(session->end()->code(), absl::StatusCode::kUnavailable);
}

TEST_F(EngineTest, AfterStopEverythingIsUnavailable) {
  ASSERT_TRUE(engine_.Start().ok());
  engine_.Stop();
  auto session = std::make_shared<FakeSession>();
  std::atomic<int> answers = 0;

  engine_.Attach(ObservingHello("web-1"), session);
  engine_.DecideRollout({RolloutVerb::kRevert, "r1", "ann", "reason", "", ""},
                        [&](const absl::StatusOr<Rollout>& answer) {
                          if (answer.status().code() == absl::StatusCode::kUnavailable) ++answers;
                        });

  EXPECT_FALSE(engine_.OfferSample(session, BuiltSample()));
  EXPECT_EQ(session->end()->code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(answers, 1);
}

}  // namespace
}  // namespace berthmaster
