// What every store does about audit entries; runs on each implementation.

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "controller/store/audit_reader.h"
#include "controller/store/control_store.h"
#include "controller/store/sqlite/audit_reader.h"
#include "controller/store/sqlite/control_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/controller/store/sample_state.h"
#include "tests/controller/store/temporary_directory.h"
#include "tests/fakes/fake_stores.h"

namespace berthmaster {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;

constexpr int64_t kNewest = INT64_MAX;

// Both sides of one store.
struct Stored {
  std::unique_ptr<ControlStore> writer;
  // The writer itself, or `owned_reader`.
  AuditReader* reader = nullptr;
  std::unique_ptr<AuditReader> owned_reader;
};

struct Implementation {
  std::string name;
  std::function<Stored(const std::string& path)> open;
};

class AuditConformance : public testing::TestWithParam<Implementation> {
 protected:
  AuditConformance() : store_(GetParam().open(directory_.File("control.db"))) {}

  absl::Status Append(std::vector<AuditEntry> entries) {
    ControlState changed;
    changed.audit = std::move(entries);
    return store_.writer->Commit(changed);
  }
  std::vector<AuditEntry> All() { return store_.reader->ReadFrom(1, 1000).value(); }
  std::vector<int64_t> Found(const AuditSearch& search, int64_t before = kNewest,
                             int count_max = 1000) {
    std::vector<int64_t> sequences;
    const AuditPage page = store_.reader->Search(search, before, count_max).value();
    for (const AuditEntry& entry : page.entries) sequences.push_back(entry.sequence);
    return sequences;
  }
  std::vector<int64_t> FoundBy(const std::function<void(AuditSearch&)>& set) {
    AuditSearch search;
    set(search);
    return Found(search);
  }

  TemporaryDirectory directory_;
  Stored store_;
};

TEST_P(AuditConformance, StartsEmpty) {
  EXPECT_THAT(All(), IsEmpty());
  EXPECT_EQ(store_.reader->ReadTail().value(), AuditTail());
  const AuditPage page = store_.reader->Search({}, kNewest, 10).value();
  EXPECT_THAT(page.entries, IsEmpty());
  EXPECT_EQ(page.next_before, 0);
}

TEST_P(AuditConformance, KeepsEveryMember) {
  const std::vector<AuditEntry> entries = AuditAfter(AuditTail(), 3);

  ASSERT_TRUE(Append(entries).ok());

  EXPECT_THAT(All(), ElementsAreArray(entries));
  EXPECT_EQ(store_.reader->ReadTail().value(), (AuditTail{3, entries[2].hash}));
  EXPECT_EQ(store_.writer->Load()->audit_tail, (AuditTail{3, entries[2].hash}));
}

TEST_P(AuditConformance, ReadsFromASequenceOn) {
  const std::vector<AuditEntry> entries = AuditAfter(AuditTail(), 5);
  ASSERT_TRUE(Append(entries).ok());

  EXPECT_THAT(store_.reader->ReadFrom(3, 2).value(), ElementsAre(entries[2], entries[3]));
  EXPECT_THAT(store_.reader->ReadFrom(6, 2).value(), IsEmpty());
}

TEST_P(AuditConformance, ACommitThatIsTriedAgainAppendsOnce) {
  const std::vector<AuditEntry> entries = AuditAfter(AuditTail(), 2);
  ASSERT_TRUE(Append(entries).ok());

  ASSERT_TRUE(Append(entries).ok());

  EXPECT_THAT(All(), ElementsAreArray(entries));
}

TEST_P(AuditConformance, RefusesAGapAndAllThatCameWithIt) {
  const std::vector<AuditEntry> entries = AuditAfter(AuditTail(), 3);
  ControlState changed;
  changed.hosts = {MakeHost("web-1")};
  changed.audit = {entries[0], entries[2]};

  EXPECT_EQ(store_.writer->Commit(changed).code(), absl::StatusCode::kInternal);

  EXPECT_THAT(All(), IsEmpty());
  EXPECT_THAT(store_.writer->Load()->hosts, IsEmpty());
}

TEST_P(AuditConformance, NeverReplacesAnEntry) {
  const std::vector<AuditEntry> entries = AuditAfter(AuditTail(), 2);
  ASSERT_TRUE(Append(entries).ok());
  AuditEntry other = entries[1];
  other.hash[0] = other.hash[0] == 'f' ? '0' : 'f';

  EXPECT_EQ(Append({other}).code(), absl::StatusCode::kAborted);

  EXPECT_THAT(All(), ElementsAreArray(entries));
}

TEST_P(AuditConformance, SearchesNewestFirstPageByPage) {
  ASSERT_TRUE(Append(AuditAfter(AuditTail(), 5)).ok());

  EXPECT_THAT(Found({}), ElementsAre(5, 4, 3, 2, 1));
  EXPECT_THAT(Found({}, kNewest, 2), ElementsAre(5, 4));
  EXPECT_EQ(store_.reader->Search({}, kNewest, 2)->next_before, 4);
  EXPECT_THAT(Found({}, 4, 2), ElementsAre(3, 2));
  EXPECT_THAT(Found({}, 2, 2), ElementsAre(1));
  EXPECT_EQ(store_.reader->Search({}, 2, 2)->next_before, 0);
  EXPECT_EQ(store_.reader->Search({}, 2, 1)->next_before, 0);
}

TEST_P(AuditConformance, SearchesByEveryMember) {
  std::vector<AuditEntry> entries = AuditAfter(AuditTail(), 6);
  entries[0].action = AuditAction::kProposed;
  entries[1].action = AuditAction::kResolved;
  entries[1].actor = "agent/web-9";
  entries[2].object = "hosts/web-9";
  entries[3].values[1].host_id = "web-9";
  entries[4].values.clear();
  ASSERT_TRUE(Append(entries).ok());

  EXPECT_THAT(FoundBy([](AuditSearch& s) { s.actions = 1U << 1; }), ElementsAre(1));
  EXPECT_THAT(FoundBy([](AuditSearch& s) { s.actions = 1U << 21 | 1U << 1; }), ElementsAre(2, 1));
  EXPECT_THAT(FoundBy([](AuditSearch& s) { s.actor = "agent/web-9"; }), ElementsAre(2));
  EXPECT_THAT(FoundBy([](AuditSearch& s) { s.object = "hosts/web-9"; }), ElementsAre(3));
  EXPECT_THAT(FoundBy([](AuditSearch& s) { s.host_id = "web-9"; }), ElementsAre(4, 3, 2));
  EXPECT_THAT(FoundBy([](AuditSearch& s) { s.host_id = "web-1"; }), ElementsAre(6, 4, 3, 2, 1));
  EXPECT_THAT(FoundBy([](AuditSearch& s) { s.start_time = At(4); }), ElementsAre(6, 5, 4));
  EXPECT_THAT(FoundBy([](AuditSearch& s) {
                s.start_time = At(2);
                s.end_time = At(4);
              }),
              ElementsAre(3, 2));
  EXPECT_THAT(FoundBy([](AuditSearch& s) {
                s.actor = "local/alice";
                s.host_id = "web-9";
              }),
              ElementsAre(4, 3));
}

INSTANTIATE_TEST_SUITE_P(
    Stores, AuditConformance,
    testing::Values(Implementation{"Fake",
                                   [](const std::string&) {
                                     auto fake = std::make_unique<FakeControlStore>();
                                     FakeControlStore* reader = fake.get();
                                     return Stored{std::move(fake), reader, nullptr};
                                   }},
                    Implementation{"Sqlite",
                                   [](const std::string& path) {
                                     auto writer = SqliteControlStore::Open(path).value();
                                     auto reader = SqliteAuditReader::Open(path).value();
                                     AuditReader* plain = reader.get();
                                     return Stored{std::move(writer), plain, std::move(reader)};
                                   }}),
    [](const auto& parameter) { return parameter.param.name; });

}  // namespace
}  // namespace berthmaster
