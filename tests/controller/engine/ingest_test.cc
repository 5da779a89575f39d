#include <gtest/gtest.h>

#include "tests/controller/engine/engine_harness.h"

namespace berthmaster {
namespace {

HostSample SampleAt(EngineHarness& engine, int64_t sequence) {
  return SampleBuilder().Sequence(sequence).At(engine.clock.SystemNow()).Build();
}

TEST(Ingest, AcknowledgesTheHighestCommittedSampleOnce) {
  EngineHarness engine;
  auto session = engine.Attach(ObservingHello("web-1"));

  engine.Offer(session, SampleAt(engine, 1));
  engine.Offer(session, SampleAt(engine, 2));
  engine.Turn();

  EXPECT_EQ(session->welcome(), 0);
  EXPECT_EQ(session->acks(), std::vector<int64_t>({2}));
  EXPECT_EQ(engine.history.append_count(), 1);
  EXPECT_EQ(*engine.history.CountSamples("web-1", 1), 2);
}

TEST(Ingest, ShowsASampleOnlyWithItsCommit) {
  EngineHarness engine;
  auto session = engine.Attach(ObservingHello("web-1"));
  engine.history.FailAppend(absl::ResourceExhaustedError("disk full"));

  engine.Offer(session, SampleAt(engine, 1));
  engine.Turn();

  EXPECT_TRUE(session->acks().empty());
  EXPECT_EQ(engine.fleet->FindHost("web-1")->sample, nullptr);
}

TEST(Ingest, ShowsWhatIsKnownOfTheLoadOfAPool) {
  EngineHarness engine;
  auto session = engine.Attach(ObservingHello("web-1"));

  engine.Churn(session, 30);

  const auto host = engine.fleet->FindHost("web-1");
  const NetnsSample& netns = host->sample->namespaces[0];
  const auto known = host->histories.find({netns.cookie, netns.pools[0].id()});
  ASSERT_NE(known, host->histories.end());
  EXPECT_NEAR(known->second.rate_peak, 20, 1);
}

TEST(Ingest, RetriesSamplesUntilTheHistoryTakesThem) {
  EngineHarness engine;
  auto session = engine.Attach(ObservingHello("web-1"));
  engine.history.FailAppend(absl::ResourceExhaustedError("disk full"));
  engine.Offer(session, SampleAt(engine, 1));
  engine.Turn();
  engine.history.FailAppend(absl::OkStatus());

  engine.Turn();
  EXPECT_TRUE(session->acks().empty()) << "tried again before the backoff was over";
  engine.Advance(kRetryMin);
  engine.Turn();

  EXPECT_EQ(session->acks(), std::vector<int64_t>({1}));
  EXPECT_NE(engine.fleet->FindHost("web-1")->sample, nullptr);
}

TEST(Ingest, PushesBackWhenTheHistoryTakesNothing) {
  EngineHarness engine;
  auto session = engine.Attach(ObservingHello("web-1"));
  engine.history.FailAppend(absl::UnavailableError("I/O error"));
  for (int i = 1; i <= kQueuedSamplesMax; ++i) engine.Offer(session, SampleAt(engine, i));
  for (int i = 0; i < 8; ++i) engine.Turn();

  const auto one_more = std::make_shared<const HostSample>(SampleAt(engine, 5000));
  EXPECT_FALSE(engine.core->queue().OfferSample({session, one_more}));

  engine.history.FailAppend(absl::OkStatus());
  engine.Advance(kRetryMax);
  engine.Turn();
  EXPECT_EQ(session->acks(), std::vector<int64_t>({kQueuedSamplesMax}));
  EXPECT_TRUE(engine.core->queue().OfferSample({session, one_more}));
}

TEST(Ingest, AcknowledgesADuplicateAgainWithoutRecordingIt) {
  EngineHarness engine;
  auto session = engine.Attach(ObservingHello("web-1"));
  engine.Offer(session, SampleAt(engine, 1));
  engine.Turn();

  engine.Offer(session, SampleAt(engine, 1));
  engine.Turn();

  EXPECT_EQ(session->acks(), std::vector<int64_t>({1, 1}));
  EXPECT_EQ(*engine.history.CountSamples("web-1", 1), 1);
}

TEST(Ingest, AcceptsAGap) {
  EngineHarness engine;
  auto session = engine.Attach(ObservingHello("web-1"));
  engine.Offer(session, SampleAt(engine, 1));
  engine.Offer(session, SampleAt(engine, 9));
  engine.Turn();

  EXPECT_EQ(session->acks(), std::vector<int64_t>({9}));
}

TEST(Ingest, WelcomesWithWhatIsCommittedOfTheEpoch) {
  EngineHarness engine;
  auto session = engine.Attach(ObservingHello("web-1", 5));
  engine.Offer(session, SampleAt(engine, 3));
  engine.Turn();
  engine.Restart();

  EXPECT_EQ(engine.Attach(ObservingHello("web-1", 5))->welcome(), 3);
  EXPECT_EQ(engine.Attach(ObservingHello("web-1", 6))->welcome(), 0);
}

TEST(Ingest, HoldsEverythingBackWhileTheControlStoreFails) {
  EngineHarness engine;
  auto session = engine.Attach(ObservingHello("web-1"));
  engine.control.FailCommit(absl::UnavailableError("I/O error"));

  auto second = engine.Attach(ObservingHello("web-2"));
  engine.Offer(session, SampleAt(engine, 1));
  engine.Turn();

  EXPECT_EQ(second->welcome(), std::nullopt);
  EXPECT_TRUE(session->acks().empty());
  EXPECT_EQ(engine.fleet->FindHost("web-2"), nullptr);

  engine.control.FailCommit(absl::OkStatus());
  engine.Advance(kRetryMax);
  engine.Turn();
  EXPECT_EQ(second->welcome(), 0);
  EXPECT_EQ(session->acks(), std::vector<int64_t>({1}));
  EXPECT_NE(engine.fleet->FindHost("web-2"), nullptr);
}

TEST(Ingest, EndsTheOlderSessionOfAHost) {
  EngineHarness engine;
  auto first = engine.Attach(ObservingHello("web-1"));
  auto second = engine.Attach(ObservingHello("web-1"));

  ASSERT_TRUE(first->end().has_value());
  EXPECT_EQ(first->end()->code(), absl::StatusCode::kAborted);
  EXPECT_EQ(second->end(), std::nullopt);

  engine.Offer(first, SampleAt(engine, 1));
  engine.Detach(first, false);
  engine.Offer(second, SampleAt(engine, 2));
  engine.Turn();
  EXPECT_TRUE(first->acks().empty());
  EXPECT_EQ(second->acks(), std::vector<int64_t>({2}));
}

TEST(Ingest, RecordsSamplesOfAFastClockAtTheirArrival) {
  EngineHarness engine;
  auto session = engine.Attach(ObservingHello("web-1"));
  const absl::Time now = engine.clock.SystemNow();

  engine.Offer(session, SampleBuilder().Sequence(1).At(now + absl::Hours(50)).Build());
  engine.Turn();

  auto host = engine.fleet->FindHost("web-1");
  EXPECT_EQ(host->host.sample_time, now);
  ASSERT_EQ(host->host.identity.limitations.size(), 1u);
  EXPECT_EQ(host->host.identity.limitations[0].substr(0, 30), "clock: the host is 50 h ahead ");

  engine.Offer(session, SampleBuilder().Sequence(2).At(now + absl::Minutes(59)).Build());
  engine.Turn();
  EXPECT_TRUE(engine.fleet->FindHost("web-1")->host.identity.limitations.empty());
  EXPECT_EQ(engine.fleet->FindHost("web-1")->host.sample_time, now + absl::Minutes(59));
}

TEST(Ingest, TellsWhoListensThatAHostChanged) {
  EngineHarness engine;
  auto session = engine.Attach(ObservingHello("web-1"));
  EXPECT_EQ(engine.events->Count(EventKind::kHost), 1);

  engine.Offer(session, SampleAt(engine, 1));
  engine.Turn();

  EXPECT_EQ(engine.events->Count(EventKind::kHost), 2);
}

TEST(Presence, AHostGoesUnreachableAndComesBack) {
  EngineHarness engine;
  auto session = engine.Attach(ObservingHello("web-1"));
  Incident incident = engine.OpenIncident(session);
  engine.Detach(session, false);
  engine.Advance(absl::Seconds(30));
  engine.Turn();
  EXPECT_EQ(engine.fleet->FindHost("web-1")->host.state, HostState::kAttached);

  engine.Advance(absl::Seconds(1));
  engine.Turn();

  EXPECT_EQ(engine.fleet->FindHost("web-1")->host.state, HostState::kUnreachable);
  auto shown = engine.fleet->FindIncident(incident.id);
  EXPECT_TRUE(shown->active());
  EXPECT_EQ(shown->timeline.back().text, "the host has not been heard from for 31 s");

  engine.Attach(ObservingHello("web-1"));
  EXPECT_EQ(engine.fleet->FindHost("web-1")->host.state, HostState::kAttached);
  EXPECT_EQ(engine.fleet->FindIncident(incident.id)->timeline.back().text,
            "the host is attached again");
}

TEST(Presence, AGoodbyeDetaches) {
  EngineHarness engine;
  auto session = engine.Attach(ObservingHello("web-1"));
  engine.Detach(session, true);
  engine.Turn();
  engine.Advance(absl::Hours(1));
  engine.Turn();

  EXPECT_EQ(engine.fleet->FindHost("web-1")->host.state, HostState::kDetached);
}

TEST(Presence, ASlowSamplerIsNotOverdueBetweenItsSamples) {
  EngineHarness engine;
  auto session = engine.Attach(ObservingHello("web-1"));
  HostSample sample = SampleAt(engine, 1);
  sample.namespaces[0].sample_interval = absl::Seconds(60);
  engine.Offer(session, sample);
  engine.Turn();

  engine.Advance(absl::Seconds(180));
  engine.Turn();
  EXPECT_EQ(engine.fleet->FindHost("web-1")->host.state, HostState::kAttached);

  engine.Advance(absl::Seconds(1));
  engine.Turn();
  EXPECT_EQ(engine.fleet->FindHost("web-1")->host.state, HostState::kUnreachable);
}

TEST(Presence, AfterARestartHostsHaveTimeToComeBack) {
  EngineHarness engine;
  engine.Attach(ObservingHello("web-1"));
  engine.Advance(absl::Hours(2));
  engine.Restart();
  engine.Turn();
  EXPECT_EQ(engine.fleet->FindHost("web-1")->host.state, HostState::kAttached);

  engine.Advance(absl::Seconds(31));
  engine.Turn();
  EXPECT_EQ(engine.fleet->FindHost("web-1")->host.state, HostState::kUnreachable);
}

}  // namespace
}  // namespace berthmaster
