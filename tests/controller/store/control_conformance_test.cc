// What every ControlStore does; runs on each implementation.

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "controller/store/control_store.h"
#include "controller/store/sqlite/control_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/controller/store/sample_state.h"
#include "tests/controller/store/temporary_directory.h"
#include "tests/fakes/fake_stores.h"

namespace berthmaster {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Implementation {
  std::string name;
  std::function<std::unique_ptr<ControlStore>(const std::string& path)> open;
  bool keeps_a_file = false;
};

class ControlConformance : public testing::TestWithParam<Implementation> {
 protected:
  ControlConformance() : store_(GetParam().open(directory_.File("control.db"))) {}

  // A commit of one kind of thing.
  template <typename T>
  absl::Status Commit(std::vector<T> ControlState::*kind, std::vector<T> items) {
    ControlState changed;
    changed.*kind = std::move(items);
    return store_->Commit(changed);
  }

  // What a restart of the controller loads.
  ControlState Restart() {
    if (GetParam().keeps_a_file) {
      store_.reset();
      store_ = GetParam().open(directory_.File("control.db"));
    }
    return store_->Load().value();
  }

  template <typename T>
  static std::vector<std::string> Ids(const std::vector<T>& items) {
    std::vector<std::string> ids;
    ids.reserve(items.size());
    for (const T& item : items) ids.push_back(item.id);
    return ids;
  }

  TemporaryDirectory directory_;
  std::unique_ptr<ControlStore> store_;
};

TEST_P(ControlConformance, StartsEmpty) {
  ControlState state = store_->Load().value();

  EXPECT_THAT(state.hosts, IsEmpty());
  EXPECT_THAT(state.incidents, IsEmpty());
  EXPECT_THAT(state.recommendations, IsEmpty());
  EXPECT_THAT(state.rollouts, IsEmpty());
  EXPECT_THAT(state.requests, IsEmpty());
  EXPECT_THAT(state.silences, IsEmpty());
  EXPECT_FALSE(state.detection_policy.has_value());
  EXPECT_EQ(state.audit_tail, AuditTail());
}

TEST_P(ControlConformance, KeepsEveryMemberOfEverything) {
  ControlState committed = FullControlState();

  ASSERT_TRUE(store_->Commit(committed).ok());
  ControlState loaded = Restart();

  EXPECT_EQ(loaded.hosts, committed.hosts);
  EXPECT_EQ(loaded.incidents, committed.incidents);
  EXPECT_EQ(loaded.recommendations, committed.recommendations);
  EXPECT_EQ(loaded.rollouts, committed.rollouts);
  EXPECT_EQ(loaded.requests, committed.requests);
  EXPECT_EQ(loaded.silences, committed.silences);
  EXPECT_EQ(loaded.detection_policy, committed.detection_policy);
  EXPECT_EQ(loaded.approval_policy, committed.approval_policy);
  EXPECT_THAT(loaded.audit, IsEmpty());
  EXPECT_EQ(loaded.audit_tail, (AuditTail{3, committed.audit[2].hash}));
}

TEST_P(ControlConformance, ReplacesTheDetectionPolicyWithItsRules) {
  ControlState first = FullControlState();
  ASSERT_TRUE(store_->Commit(first).ok());
  ControlState second;
  second.detection_policy = first.detection_policy;
  second.detection_policy->rules.erase(second.detection_policy->rules.begin());
  second.detection_policy->revision = 6;

  ASSERT_TRUE(store_->Commit(second).ok());
  ASSERT_TRUE(Commit(&ControlState::hosts, {MakeHost("web-2")}).ok());

  EXPECT_EQ(Restart().detection_policy, second.detection_policy);
}

TEST_P(ControlConformance, LoadsTheSilencesThatEndLast) {
  std::vector<Silence> silences;
  for (int i = 0; i < kSilencesLoadMax + 2; ++i) {
    Silence silence;
    silence.id = absl::StrCat("s", 10000 + i);
    // The two oldest last longest.
    silence.expire_time = At(i < 2 ? 100000 : i);
    silences.push_back(silence);
  }
  ASSERT_TRUE(Commit(&ControlState::silences, silences).ok());

  std::vector<std::string> ids = Ids(Restart().silences);

  ASSERT_EQ(ids.size(), static_cast<size_t>(kSilencesLoadMax));
  EXPECT_EQ(ids[0], "s10000");
  EXPECT_EQ(ids[1], "s10001");
  EXPECT_EQ(ids[2], "s10004");
}

TEST_P(ControlConformance, KeepsWhatIsNotSetNotSet) {
  ControlState committed;
  committed.hosts = {MakeHost("web-1")};
  committed.incidents = {MakeIncident("i", IncidentState::kOpen, At(0))};
  committed.recommendations = {MakeRecommendation("r", RecommendationState::kProposed, At(0))};
  committed.rollouts = {MakeRollout("o", RolloutState::kApproved, At(0))};

  ASSERT_TRUE(store_->Commit(committed).ok());
  ControlState loaded = Restart();

  EXPECT_EQ(loaded.hosts, committed.hosts);
  EXPECT_EQ(loaded.incidents, committed.incidents);
  EXPECT_EQ(loaded.recommendations, committed.recommendations);
  EXPECT_EQ(loaded.rollouts, committed.rollouts);
}

TEST_P(ControlConformance, KeepsAnyBytesOfATextAndExtremeNumbers) {
  Incident incident = MakeIncident("i", IncidentState::kOpen, At(0));
  incident.summary = std::string("Größe 漢字 'quoted\" \xff before\0after\0", 39);
  incident.netns_cookie = UINT64_MAX;
  incident.revision = INT64_MAX;
  incident.utilization = 1e-300;
  incident.utilization_max = 0.1 + 0.2;
  incident.open_time = absl::InfinitePast();
  incident.resolve_time = absl::InfiniteFuture();

  ASSERT_TRUE(Commit(&ControlState::incidents, {incident}).ok());

  EXPECT_THAT(Restart().incidents, ElementsAre(incident));
}

TEST_P(ControlConformance, ReplacesByIdWithAllThatBelongsToIt) {
  ControlState first = FullControlState();
  ASSERT_TRUE(store_->Commit(first).ok());
  ControlState second = first;
  second.hosts[0].identity.limitations = {"other"};
  second.incidents[0].evidence = {};
  second.incidents[0].timeline.pop_back();
  second.recommendations[0].decision.reset();
  second.recommendations[0].pooling.reset();
  second.recommendations[0].changes.pop_back();
  second.rollouts[0].targets.pop_back();
  second.rollouts[0].targets[0].sysctls.pop_back();

  ASSERT_TRUE(store_->Commit(second).ok());
  ControlState loaded = Restart();

  EXPECT_EQ(loaded.hosts, second.hosts);
  EXPECT_EQ(loaded.incidents, second.incidents);
  EXPECT_EQ(loaded.recommendations, second.recommendations);
  EXPECT_EQ(loaded.rollouts, second.rollouts);
}

TEST_P(ControlConformance, LeavesWhatIsNotInTheCommitAlone) {
  ControlState full = FullControlState();
  ASSERT_TRUE(store_->Commit(full).ok());

  ASSERT_TRUE(Commit(&ControlState::hosts, {MakeHost("web-2")}).ok());
  ControlState loaded = Restart();

  EXPECT_THAT(loaded.hosts, ElementsAre(full.hosts[0], MakeHost("web-2")));
  EXPECT_EQ(loaded.rollouts, full.rollouts);
}

TEST_P(ControlConformance, LoadsOldestFirst) {
  ControlState committed;
  committed.incidents = {MakeIncident("b", IncidentState::kOpen, At(1)),
                         MakeIncident("a", IncidentState::kResolved, At(2)),
                         MakeIncident("c", IncidentState::kOpen, At(0)),
                         MakeIncident("d", IncidentState::kOpen, At(0))};
  committed.recommendations = {MakeRecommendation("y", RecommendationState::kProposed, At(5)),
                               MakeRecommendation("z", RecommendationState::kRejected, At(4))};
  committed.rollouts = {MakeRollout("q", RolloutState::kFailed, At(9)),
                        MakeRollout("r", RolloutState::kCanary, At(8))};

  ASSERT_TRUE(store_->Commit(committed).ok());
  ControlState loaded = Restart();

  EXPECT_THAT(Ids(loaded.incidents), ElementsAre("c", "d", "b", "a"));
  EXPECT_THAT(Ids(loaded.recommendations), ElementsAre("z", "y"));
  EXPECT_THAT(Ids(loaded.rollouts), ElementsAre("r", "q"));
}

TEST_P(ControlConformance, LoadsEverythingActiveButOnlyTheNewestEnded) {
  ControlState committed;
  committed.incidents.push_back(MakeIncident("active", IncidentState::kAcknowledged, At(-9)));
  committed.recommendations.push_back(
      MakeRecommendation("active", RecommendationState::kProposed, At(-9)));
  committed.rollouts.push_back(MakeRollout("confirmed", RolloutState::kConfirmed, At(-9)));
  committed.rollouts.push_back(MakeRollout("reverting", RolloutState::kReverting, At(-8)));
  for (int i = 0; i < kEndedLoadMax + 1; ++i) {
    std::string id = absl::StrCat(i);
    committed.incidents.push_back(MakeIncident(id, IncidentState::kResolved, At(i)));
    committed.recommendations.push_back(
        MakeRecommendation(id, RecommendationState::kExpired, At(i)));
    committed.rollouts.push_back(
        MakeRollout(id, i % 2 == 0 ? RolloutState::kFailed : RolloutState::kReverted, At(i)));
  }

  ASSERT_TRUE(store_->Commit(committed).ok());
  ControlState loaded = Restart();

  ASSERT_EQ(loaded.incidents.size(), 5001u);
  EXPECT_EQ(loaded.incidents[0].id, "active");
  EXPECT_EQ(loaded.incidents[1].id, "1");
  EXPECT_EQ(loaded.incidents.back().id, "5000");
  ASSERT_EQ(loaded.recommendations.size(), 5001u);
  EXPECT_EQ(loaded.recommendations[1].id, "1");
  ASSERT_EQ(loaded.rollouts.size(), 5002u);
  EXPECT_EQ(loaded.rollouts[1].id, "reverting");
  EXPECT_EQ(loaded.rollouts[2].id, "1");
}

TEST_P(ControlConformance, ForgetsRequestsADayOlderThanTheNewest) {
  CompletedRequest old{"old", "Approve", "ab", "recommendations/x", At(0)};
  CompletedRequest kept{"kept", "Approve", "ab", "recommendations/x", At(1)};
  CompletedRequest newest{"newest", "Approve", "ab", "recommendations/x", At(24 * 3600 + 1)};
  ASSERT_TRUE(Commit(&ControlState::requests, {old, kept}).ok());

  ASSERT_TRUE(Commit(&ControlState::requests, {newest}).ok());

  EXPECT_THAT(Restart().requests, ElementsAre(kept, newest));
}

INSTANTIATE_TEST_SUITE_P(
    Stores, ControlConformance,
    testing::Values(
        Implementation{
            "Fake", [](const std::string&) { return std::make_unique<FakeControlStore>(); }, false},
        Implementation{"Sqlite",
                       [](const std::string& path) -> std::unique_ptr<ControlStore> {
                         return SqliteControlStore::Open(path).value();
                       },
                       true}),
    [](const auto& parameter) { return parameter.param.name; });

}  // namespace
}  // namespace berthmaster
