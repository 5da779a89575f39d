// The audit chain as the engine writes it: with the decision, whole, over errors and restarts.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/audit/chain.h"
#include "common/ids/names.h"
#include "tests/controller/engine/engine_harness.h"

namespace berthmaster {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class AuditTest : public testing::Test {
 protected:
  static SilenceRequest Request() {
    SilenceRequest request;
    request.selector = {{"host", "web-1"}};
    request.creator = {"local/ann", "127.0.0.1:4"};
    request.reason = "kernel upgrade";
    request.length = absl::Minutes(10);
    return request;
  }
  std::string Create(const SilenceRequest& request = Request()) {
    return engine_.CreateSilence(request).value().silence.id;
  }
  static DetectionRule Rule(const std::string& name, double forecast) {
    DetectionRule rule{name, {{"host", "web-1"}}, {}};
    rule.overrides.forecast_utilization_min = forecast;
    rule.overrides.calm_time = absl::Seconds(7);
    return rule;
  }
  // The first broken link of what is stored; empty when there is none.
  std::string Broken() const {
    ChainVerifier verifier;
    for (const AuditEntry& entry : engine_.control.audit()) {
      if (auto broken = verifier.Add(entry)) return broken->what;
    }
    return "";
  }

  EngineHarness engine_;
};

TEST_F(AuditTest, ASilenceIsEnteredWithWhoWhenFromWhereAndWhy) {
  const std::string id = Create();

  ASSERT_EQ(engine_.control.audit().size(), 1u);
  const AuditEntry entry = engine_.control.audit()[0];
  EXPECT_EQ(entry.sequence, 1);
  EXPECT_EQ(entry.event_time, engine_.clock.SystemNow());
  EXPECT_EQ(entry.actor, "local/ann");
  EXPECT_EQ(entry.source, "127.0.0.1:4");
  EXPECT_EQ(entry.action, AuditAction::kSilenced);
  EXPECT_EQ(entry.object, SilenceName(id));
  EXPECT_EQ(entry.reason, "kernel upgrade");
  EXPECT_THAT(entry.values,
              ElementsAre(AuditValue{"", 0, "", "selector", "", "host=web-1"},
                          AuditValue{"", 0, "", "expire_time", "", "2026-01-01T00:10:00+00:00"}));
  EXPECT_EQ(Broken(), "");
}

TEST_F(AuditTest, EndingASilenceIsEnteredOnce) {
  const std::string id = Create();

  ASSERT_TRUE(engine_.ExpireSilence(id).ok());
  ASSERT_TRUE(engine_.ExpireSilence(id).ok());

  ASSERT_EQ(engine_.control.audit().size(), 2u);
  const AuditEntry entry = engine_.control.audit()[1];
  EXPECT_EQ(entry.action, AuditAction::kUnsilenced);
  EXPECT_EQ(entry.actor, "bob");
  EXPECT_EQ(entry.source, "127.0.0.1:5");
  EXPECT_EQ(entry.object, SilenceName(id));
  EXPECT_EQ(Broken(), "");
}

TEST_F(AuditTest, APolicyIsEnteredWithWhatChanged) {
  DetectionPolicyRequest request;
  request.updater = {"local/ann", ""};
  request.rules = {Rule("a", 0.9), Rule("b", 0.8)};
  ASSERT_TRUE(engine_.SetPolicy(request).ok());
  request.rules = {Rule("c", 0.8), Rule("a", 0.95)};

  ASSERT_TRUE(engine_.SetPolicy(request).ok());

  ASSERT_EQ(engine_.control.audit().size(), 2u);
  const AuditEntry entry = engine_.control.audit()[1];
  EXPECT_EQ(entry.action, AuditAction::kPolicySet);
  EXPECT_EQ(entry.object, "policies/detection");
  EXPECT_THAT(entry.values,
              ElementsAre(AuditValue{"", 0, "", "rules", "a, b", "c, a"},
                          AuditValue{"", 0, "", "rule a",
                                     "host=web-1: forecast_utilization_min=0.9 calm_time=7s",
                                     "host=web-1: forecast_utilization_min=0.95 calm_time=7s"},
                          AuditValue{"", 0, "", "rule b",
                                     "host=web-1: forecast_utilization_min=0.8 calm_time=7s", ""},
                          AuditValue{"", 0, "", "rule c", "",
                                     "host=web-1: forecast_utilization_min=0.8 calm_time=7s"}));
}

TEST_F(AuditTest, WhatIsRefusedOrOnlyValidatedIsNotEntered) {
  SilenceRequest request = Request();
  request.validate_only = true;
  ASSERT_TRUE(engine_.CreateSilence(request).ok());
  request = Request();
  request.reason = "";
  ASSERT_FALSE(engine_.CreateSilence(request).ok());

  EXPECT_THAT(engine_.control.audit(), IsEmpty());
}

TEST_F(AuditTest, ACommitThatFailsTakesItsEntriesBack) {
  Create();
  engine_.control.FailCommit(absl::UnavailableError("the disk is gone"));
  ASSERT_FALSE(engine_.CreateSilence(Request()).ok());
  ASSERT_FALSE(engine_.CreateSilence(Request()).ok());
  engine_.control.FailCommit(absl::OkStatus());

  Create();

  ASSERT_EQ(engine_.control.audit().size(), 2u);
  EXPECT_EQ(engine_.control.audit()[1].sequence, 2);
  EXPECT_EQ(Broken(), "");
}

TEST_F(AuditTest, ARestartGoesOnWhereTheChainEnded) {
  Create();
  Create();

  engine_.Restart();
  Create();

  ASSERT_EQ(engine_.control.audit().size(), 3u);
  EXPECT_EQ(engine_.control.audit()[2].sequence, 3);
  EXPECT_EQ(Broken(), "");
}

TEST(ControlLedgerAuditTest, SplitsWhatHasManyValues) {
  ControlLedger ledger;
  AuditEntry draft;
  draft.action = AuditAction::kPushed;
  draft.object = "rollouts/o1";
  for (uint64_t i = 0; i < 130; ++i) draft.values.push_back({"web-1", i, "", "s", "0", "1"});

  ledger.Append(draft);

  EXPECT_TRUE(ledger.dirty());
  const std::vector<AuditEntry> entries = ledger.DirtyRows().audit;
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(entries[0].values.size(), 64u);
  EXPECT_EQ(entries[1].values.size(), 64u);
  ASSERT_EQ(entries[2].values.size(), 2u);
  EXPECT_EQ(entries[2].values[1].netns_cookie, 129u);
  EXPECT_EQ(entries[2].sequence, 3);
  EXPECT_EQ(entries[2].previous_hash, entries[1].hash);
  ledger.MarkCommitted();
  EXPECT_FALSE(ledger.dirty());
  EXPECT_THAT(ledger.DirtyRows().audit, IsEmpty());
}

}  // namespace
}  // namespace berthmaster
