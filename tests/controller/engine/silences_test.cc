// Silences over time: what they mute, what they leave alone, and what a restart keeps.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/status/reason.h"
#include "controller/model/names.h"
#include "tests/controller/engine/engine_harness.h"

namespace berthmaster {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class SilencesTest : public testing::Test {
 protected:
  void SetUp() override { session_ = engine_.Attach(EnforcingHello("web-1")); }

  static SilenceRequest Request(absl::Duration length = absl::Minutes(10)) {
    SilenceRequest request;
    request.selector = {{"host", "web-1"}};
    request.creator = {"ann", "127.0.0.1:4"};
    request.reason = "kernel upgrade";
    request.length = length;
    return request;
  }
  Silence Create(const SilenceRequest& request) {
    absl::StatusOr<CreatedSilence> created = engine_.CreateSilence(request);
    EXPECT_TRUE(created.ok()) << created.status();
    return created.ok() ? created->silence : Silence();
  }
  Incident Now() const { return *engine_.fleet->Incidents().back(); }
  // Entries of the timeline that begin with `text`.
  int Entries(absl::string_view text) const {
    int count = 0;
    for (const IncidentEvent& event : Now().timeline) {
      count += event.text.rfind(std::string(text), 0) == 0 ? 1 : 0;
    }
    return count;
  }

  EngineHarness engine_;
  std::shared_ptr<FakeSession> session_;
};

TEST_F(SilencesTest, ASilencedIncidentOpensAsEverAndSaysWhatMutesIt) {
  const Silence silence = Create(Request());

  const Incident incident = engine_.OpenIncident(session_);

  EXPECT_EQ(incident.state, IncidentState::kOpen);
  EXPECT_EQ(incident.silence_id, silence.id);
  EXPECT_EQ(incident.silenced_until, silence.expire_time);
  EXPECT_EQ(incident.timeline.back().text,
            "silenced until 2026-01-01 00:10:00 UTC by ann: kernel upgrade");
  EXPECT_FALSE(engine_.fleet->Recommendations().empty());
}

TEST_F(SilencesTest, AnOpenIncidentIsMutedAtOnceAndLoudAgainWhenItEnds) {
  const Incident loud = engine_.OpenIncident(session_);
  ASSERT_FALSE(loud.silenced());

  absl::StatusOr<CreatedSilence> created = engine_.CreateSilence(Request());

  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->muted_incident_count, 1);
  EXPECT_EQ(Now().silence_id, created->silence.id);
  EXPECT_GT(Now().revision, loud.revision);

  ASSERT_TRUE(engine_.ExpireSilence(created->silence.id).ok());
  EXPECT_FALSE(Now().silenced());
  EXPECT_EQ(Now().silenced_until, std::nullopt);
  EXPECT_EQ(Now().timeline.back().text, "no longer silenced: bob ended the silence");
}

TEST_F(SilencesTest, WhatExpiresIsLoudAtThatMomentWithoutASample) {
  engine_.OpenIncident(session_);
  const Silence silence = Create(Request(absl::Minutes(1)));
  engine_.Advance(absl::Seconds(59));
  engine_.Turn();
  ASSERT_TRUE(Now().silenced());

  engine_.Advance(absl::Seconds(1));
  engine_.Turn();

  EXPECT_FALSE(Now().silenced());
  EXPECT_EQ(Now().timeline.back().text, "no longer silenced: the silence expired");
  EXPECT_EQ(Now().timeline.back().event_time, silence.expire_time);
}

TEST_F(SilencesTest, TheTimelineSaysEachOnceHoweverLongItLasts) {
  engine_.OpenIncident(session_);
  Create(Request(absl::Seconds(30)));

  engine_.Churn(session_, 20);
  Create(Request(absl::Minutes(1)));
  engine_.Churn(session_, 20);
  EXPECT_TRUE(Now().silenced()) << "by the second silence";
  engine_.Churn(session_, 50);

  EXPECT_FALSE(Now().silenced());
  EXPECT_EQ(Entries("silenced until"), 1);
  EXPECT_EQ(Entries("no longer silenced"), 1);
}

TEST_F(SilencesTest, OneThatBeginsLaterMutesFromThenOn) {
  engine_.OpenIncident(session_);
  SilenceRequest request = Request();
  request.start_time = engine_.clock.SystemNow() + absl::Seconds(30);
  absl::StatusOr<CreatedSilence> created = engine_.CreateSilence(request);
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->muted_incident_count, 0);
  EXPECT_FALSE(Now().silenced());

  engine_.Advance(absl::Seconds(30));
  engine_.Turn();

  EXPECT_TRUE(Now().silenced());
}

TEST_F(SilencesTest, ASilencedIncidentResolvesByItself) {
  engine_.OpenIncident(session_);
  Create(Request());

  engine_.SetRange(32768, 60999);
  engine_.Churn(session_, 60);

  EXPECT_EQ(Now().state, IncidentState::kResolved);
  EXPECT_THAT(Now().resolve_reason, StartsWith("there is headroom again"));
}

TEST_F(SilencesTest, AnotherHostIsNotMuted) {
  SilenceRequest request = Request();
  request.selector = {{"host", "web-2"}};
  Create(request);

  EXPECT_FALSE(engine_.OpenIncident(session_).silenced());
}

TEST_F(SilencesTest, ARestartKeepsAllOfIt) {
  engine_.OpenIncident(session_);
  const Silence silence = Create(Request(absl::Minutes(1)));
  const Incident before = Now();

  engine_.Restart();
  engine_.Turn();

  ASSERT_EQ(engine_.fleet->Silences().size(), 1u);
  EXPECT_EQ(*engine_.fleet->FindSilence(silence.id), silence);
  EXPECT_EQ(Now(), before);
  engine_.Advance(absl::Minutes(1));
  engine_.Turn();
  EXPECT_FALSE(Now().silenced());
}

TEST_F(SilencesTest, WhatExpiredWhileTheControllerWasAwayIsLoudAfterTheStart) {
  engine_.OpenIncident(session_);
  Create(Request(absl::Minutes(1)));

  engine_.Advance(absl::Hours(1));
  engine_.Restart();
  engine_.Turn();

  EXPECT_FALSE(Now().silenced());
  EXPECT_EQ(Now().timeline.back().text, "no longer silenced: the silence expired");
}

TEST_F(SilencesTest, NothingOfItIsSeenWhenItsCommitFails) {
  engine_.OpenIncident(session_);
  engine_.control.FailCommit(absl::ResourceExhaustedError("disk full"));

  EXPECT_EQ(engine_.CreateSilence(Request()).status().code(), absl::StatusCode::kResourceExhausted);

  engine_.control.FailCommit(absl::OkStatus());
  engine_.Churn(session_, 2);
  EXPECT_TRUE(engine_.fleet->Silences().empty());
  EXPECT_FALSE(Now().silenced());
  EXPECT_TRUE(engine_.CreateSilence(Request()).ok());
}

TEST_F(SilencesTest, AClockThatIsPutBackDoesNotLeaveItMuted) {
  engine_.OpenIncident(session_);
  SilenceRequest request = Request();
  request.start_time = engine_.clock.SystemNow() + absl::Seconds(30);
  Create(request);
  engine_.Advance(absl::Seconds(40));
  engine_.Turn();
  ASSERT_TRUE(Now().silenced());

  engine_.clock.StepSystem(-absl::Seconds(20));
  engine_.Advance(absl::Seconds(1));
  engine_.Turn();

  EXPECT_FALSE(Now().silenced());
}

TEST_F(SilencesTest, ARetryMakesNoSecondOne) {
  SilenceRequest request = Request();
  request.request_id = "123e4567-e89b-42d3-a456-426614174000";
  request.request_sha256 = "aa";
  const Silence first = Create(request);

  EXPECT_EQ(Create(request), first);
  request.request_sha256 = "bb";
  EXPECT_EQ(ReasonOf(engine_.CreateSilence(request).status()), "REQUEST_ID_REUSED");
  EXPECT_EQ(engine_.fleet->Silences().size(), 1u);
}

TEST_F(SilencesTest, AValidationCountsAndMakesNothing) {
  engine_.OpenIncident(session_);
  SilenceRequest request = Request();
  request.validate_only = true;

  absl::StatusOr<CreatedSilence> checked = engine_.CreateSilence(request);

  ASSERT_TRUE(checked.ok()) << checked.status();
  EXPECT_EQ(checked->muted_incident_count, 1);
  EXPECT_EQ(checked->silence.id, "");
  EXPECT_TRUE(engine_.fleet->Silences().empty());
  EXPECT_FALSE(Now().silenced());
}

TEST_F(SilencesTest, BoundsAreSaidWithTheNextStep) {
  auto message = [this](auto change) {
    SilenceRequest request = Request();
    change(request);
    const absl::Status status = engine_.CreateSilence(request).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    return std::string(status.message());
  };
  const absl::Time now = engine_.clock.SystemNow();

  EXPECT_THAT(message([](auto& r) { r.selector.clear(); }), HasSubstr("name at least one label"));
  EXPECT_THAT(message([](auto& r) { r.reason.clear(); }), HasSubstr("reason: is missing"));
  EXPECT_THAT(message([&](auto& r) { r.start_time = now - absl::Seconds(1); }),
              HasSubstr("leave it out to begin at once"));
  EXPECT_THAT(message([&](auto& r) { r.start_time = now + absl::Hours(24 * 91); }),
              HasSubstr("more than 90 days ahead"));
  EXPECT_THAT(message([](auto& r) { r.length.reset(); }), HasSubstr("give it, or the length"));
  EXPECT_THAT(message([&](auto& r) { r.expire_time = now + absl::Hours(1); }),
              HasSubstr("not both"));
  EXPECT_THAT(message([](auto& r) { r.length = absl::ZeroDuration(); }),
              HasSubstr("not after its start"));
  EXPECT_THAT(message([](auto& r) { r.length = absl::Hours(24 * 91); }),
              HasSubstr("needs other thresholds in the detection policy"));
}

TEST_F(SilencesTest, ExpiringIsIdempotentAndChecksTheEtag) {
  const Silence silence = Create(Request());

  EXPECT_EQ(ReasonOf(engine_.ExpireSilence(silence.id, "9").status()), "ETAG_MISMATCH");
  absl::StatusOr<Silence> ended = engine_.ExpireSilence(silence.id, EtagOf(silence.revision));
  ASSERT_TRUE(ended.ok()) << ended.status();
  EXPECT_EQ(ended->ender, "bob");
  EXPECT_EQ(ended->state(engine_.clock.SystemNow()), SilenceState::kExpired);
  EXPECT_EQ(*engine_.ExpireSilence(silence.id), *ended);
  EXPECT_EQ(engine_.ExpireSilence("nowhere").status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace berthmaster
