// What every pair of HistoryWriter and HistoryReader does; runs on each implementation.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "controller/store/history_store.h"
#include "controller/store/sqlite/history_reader.h"
#include "controller/store/sqlite/history_writer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/controller/store/sample_state.h"
#include "tests/controller/store/temporary_directory.h"
#include "tests/fakes/fake_stores.h"

namespace berthmaster {
namespace {

using testing::ElementsAre;
using testing::FieldsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

struct OpenHistory {
  std::unique_ptr<FakeHistory> fake;
  std::unique_ptr<SqliteHistoryWriter> sqlite_writer;
  std::unique_ptr<SqliteHistoryReader> sqlite_reader;
  HistoryWriter* writer = nullptr;
  HistoryReader* reader = nullptr;
};

enum class Kind { kFake, kSqlite };

class HistoryConformance : public testing::TestWithParam<Kind> {
 protected:
  HistoryConformance() { Open(); }

  void Open() {
    if (GetParam() == Kind::kFake) {
      if (history_.fake == nullptr) history_.fake = std::make_unique<FakeHistory>();
      history_.writer = history_.fake.get();
      history_.reader = history_.fake.get();
      return;
    }
    history_ = OpenHistory();
    std::string path = directory_.File("history.db");
    history_.sqlite_writer = SqliteHistoryWriter::Open(path).value();
    history_.sqlite_reader = SqliteHistoryReader::Open(path).value();
    history_.writer = history_.sqlite_writer.get();
    history_.reader = history_.sqlite_reader.get();
  }

  absl::Status Append(const std::vector<HistoryEntry>& entries) {
    return history_.writer->Append(entries);
  }
  int64_t Count(absl::string_view host_id, int64_t epoch) {
    return history_.reader->CountSamples(host_id, epoch).value();
  }
  PoolHistory Read(int64_t start, int64_t end, int points_max = 1000) {
    return history_.reader->ReadPool(PoolNameOf("web-1"), At(start), At(end), points_max).value();
  }
  void PruneAll(absl::Time oldest) {
    // Far more steps than the data of these tests can take.
    for (int i = 0; i < 100; ++i) {
      if (!history_.writer->Prune(oldest).value()) return;
    }
    ADD_FAILURE() << "pruning does not end";
  }
  static std::vector<int32_t> InUse(const PoolHistory& history) {
    std::vector<int32_t> in_use;
    for (const PoolHistoryPoint& point : history.points) in_use.push_back(point.in_use);
    return in_use;
  }

  TemporaryDirectory directory_;
  OpenHistory history_;
};

TEST_P(HistoryConformance, StartsEmpty) {
  EXPECT_THAT(history_.writer->LoadStreams().value(), IsEmpty());
  EXPECT_EQ(Count("web-1", 1), 0);
  EXPECT_EQ(history_.reader->ReadPool(PoolNameOf("web-1"), At(0), At(1), 10).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_P(HistoryConformance, ReadsWhatWasAppendedAfterARestart) {
  ASSERT_TRUE(Append({MakeEntry("web-1", 5, 1, 11), MakeEntry("web-1", 5, 2, 12)}).ok());
  Open();

  PoolHistory history = Read(0, 100);

  PoolHistoryPoint first{At(1), 400, 11, 1, 2, 3, 4.5};
  PoolHistoryPoint second{At(2), 400, 12, 1, 2, 3, 4.5};
  EXPECT_THAT(history.points, ElementsAre(first, second));
  EXPECT_EQ(history.sample_count, 2);
  EXPECT_EQ(Count("web-1", 5), 2);
  EXPECT_THAT(history_.writer->LoadStreams().value(), ElementsAre(FieldsAre("web-1", 5, 2)));
}

TEST_P(HistoryConformance, KeepsAnUnknownConnectionRateUnknown) {
  HistoryEntry entry = MakeEntry("web-1", 1, 1);
  HostSample sample = *entry.sample;
  sample.namespaces[0].pools[0].connection_rate = std::nullopt;
  entry.sample = std::make_shared<const HostSample>(sample);
  ASSERT_TRUE(Append({entry}).ok());

  EXPECT_EQ(Read(0, 100).points.at(0).connection_rate, std::nullopt);
}

TEST_P(HistoryConformance, KeepsThePoolsOfEveryKindApart) {
  const PoolKey flow = {IpAddress::Parse("10.0.0.1").value(), IpAddress::Parse("10.0.0.2").value(),
                        443};
  PoolKey udp_flow = flow;
  udp_flow.protocol = IpProtocol::kUdp;
  const std::vector<std::pair<PoolId, std::string>> ids = {
      {{PoolKind::kConnect, flow}, "10.0.0.1-10.0.0.2-443"},
      {{PoolKind::kTimeWaitTable, {}}, "time-wait-table"},
      {{PoolKind::kBind, {.source = flow.source, .destination = {}}}, "bind-10.0.0.1"},
      {{PoolKind::kUdp, {.source = flow.source, .destination = {}}}, "udp-10.0.0.1"},
      {{PoolKind::kSnat, flow}, "snat-tcp-10.0.0.1-10.0.0.2-443"},
      {{PoolKind::kSnat, udp_flow}, "snat-udp-10.0.0.1-10.0.0.2-443"},
      {{PoolKind::kConntrackTable, {}}, "conntrack-table"},
      {{PoolKind::kListener, {{}, flow.destination, 443}}, "listen-10.0.0.2-443"},
  };
  HistoryEntry entry = MakeEntry("web-1", 5, 1, 0);
  HostSample sample = *entry.sample;
  std::vector<PoolSample>& pools = sample.namespaces[0].pools;
  pools.clear();
  for (const auto& [id, name] : ids) {
    PoolSample& pool = pools.emplace_back();
    pool.kind = id.kind;
    pool.key = id.key;
    pool.in_use = static_cast<int32_t>(pools.size());
  }
  entry.sample = std::make_shared<const HostSample>(std::move(sample));
  ASSERT_TRUE(Append({entry}).ok());
  Open();

  int32_t in_use = 0;
  for (const auto& [id, name] : ids) {
    const std::string full_name = "hosts/web-1/netns/7/pools/" + name;
    absl::StatusOr<PoolHistory> history =
        history_.reader->ReadPool(full_name, At(0), At(100), 1000);
    ASSERT_TRUE(history.ok()) << history.status();
    EXPECT_THAT(InUse(*history), ElementsAre(++in_use)) << name;
  }
}

TEST_P(HistoryConformance, ReadsFromTheStartUpToBeforeTheEnd) {
  for (int64_t sequence = 1; sequence <= 5; ++sequence) {
    ASSERT_TRUE(Append({MakeEntry("web-1", 1, sequence, static_cast<int32_t>(sequence))}).ok());
  }

  EXPECT_THAT(InUse(Read(2, 4)), ElementsAre(2, 3));
  EXPECT_THAT(InUse(Read(4, 2)), IsEmpty());
  EXPECT_THAT(InUse(Read(50, 60)), IsEmpty());
  EXPECT_EQ(history_.reader
                ->ReadPool(PoolNameOf("web-1"), absl::InfinitePast(), absl::InfiniteFuture(), 100)
                .value()
                .sample_count,
            5);
}

TEST_P(HistoryConformance, ThinsToTheHighestOfEachStep) {
  std::vector<HistoryEntry> entries;
  for (int64_t sequence = 1; sequence <= 100; ++sequence) {
    entries.push_back(MakeEntry("web-1", 1, sequence, sequence % 25 == 7 ? 300 : 5));
  }
  ASSERT_TRUE(Append(entries).ok());

  PoolHistory history = Read(0, 1000, 4);

  EXPECT_EQ(history.sample_count, 100);
  EXPECT_THAT(InUse(history), ElementsAre(300, 300, 300, 300));
  EXPECT_EQ(history.points[1].sample_time, At(32));
}

TEST_P(HistoryConformance, CountsASampleThatComesAgainOnce) {
  ASSERT_TRUE(Append({MakeEntry("web-1", 1, 1), MakeEntry("web-1", 1, 2)}).ok());

  ASSERT_TRUE(Append({MakeEntry("web-1", 1, 1, 99), MakeEntry("web-1", 1, 2, 99),
                      MakeEntry("web-1", 1, 3, 13), MakeEntry("web-1", 1, 3, 99)})
                  .ok());
  Open();
  ASSERT_TRUE(Append({MakeEntry("web-1", 1, 3, 99)}).ok());

  EXPECT_EQ(Count("web-1", 1), 3);
  EXPECT_THAT(InUse(Read(0, 100)), ElementsAre(10, 10, 13));
}

TEST_P(HistoryConformance, TakesAGapInTheSequence) {
  ASSERT_TRUE(Append({MakeEntry("web-1", 1, 1), MakeEntry("web-1", 1, 10)}).ok());

  EXPECT_EQ(Count("web-1", 1), 2);
  EXPECT_THAT(history_.writer->LoadStreams().value(), ElementsAre(FieldsAre("web-1", 1, 10)));
}

TEST_P(HistoryConformance, ANewEpochIsAStreamOfItsOwn) {
  ASSERT_TRUE(Append({MakeEntry("web-1", 900, 1), MakeEntry("web-1", 900, 2)}).ok());
  // A lower number: epochs are names, not an order.
  ASSERT_TRUE(Append({MakeEntry("web-1", 100, 1), MakeEntry("web-2", 900, 7)}).ok());
  Open();

  EXPECT_THAT(history_.writer->LoadStreams().value(),
              UnorderedElementsAre(FieldsAre("web-1", 100, 1), FieldsAre("web-2", 900, 7)));
  EXPECT_EQ(Count("web-1", 900), 2);
  EXPECT_EQ(Count("web-1", 100), 1);
}

TEST_P(HistoryConformance, KeepsTheNewerOfTwoSamplesWithOneTime) {
  HistoryEntry again = MakeEntry("web-1", 1, 2, 77);
  HostSample sample = *again.sample;
  sample.sample_time = At(1);
  again.sample = std::make_shared<const HostSample>(sample);

  ASSERT_TRUE(Append({MakeEntry("web-1", 1, 1, 11), again}).ok());

  EXPECT_THAT(InUse(Read(0, 100)), ElementsAre(77));
  EXPECT_EQ(Count("web-1", 1), 2);
}

TEST_P(HistoryConformance, PrunesWhatIsOldAndWhatIsEmptyThen) {
  for (int64_t sequence = 1; sequence <= 20; ++sequence) {
    ASSERT_TRUE(Append({MakeEntry("web-1", 1, sequence)}).ok());
  }
  ASSERT_TRUE(Append({MakeEntry("web-2", 1, 3)}).ok());
  ASSERT_TRUE(Append({MakeEntry("web-2", 2, 4)}).ok());

  PruneAll(At(15));

  EXPECT_EQ(Count("web-1", 1), 6);
  EXPECT_EQ(Read(0, 100).sample_count, 6);
  EXPECT_EQ(history_.reader->ReadPool(PoolNameOf("web-2"), At(0), At(9), 9).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(Count("web-2", 2), 0);
}

TEST_P(HistoryConformance, KnowsAfterPruningWhatWasCommitted) {
  ASSERT_TRUE(Append({MakeEntry("web-1", 1, 3)}).ok());
  ASSERT_TRUE(Append({MakeEntry("web-1", 2, 4)}).ok());
  PruneAll(At(100));

  ASSERT_TRUE(Append({MakeEntry("web-1", 2, 4), MakeEntry("web-1", 2, 200)}).ok());

  EXPECT_EQ(Count("web-1", 2), 1);
  EXPECT_THAT(history_.writer->LoadStreams().value(), ElementsAre(FieldsAre("web-1", 2, 200)));
  EXPECT_THAT(InUse(Read(0, 1000)), ElementsAre(10));
}

TEST_P(HistoryConformance, PruningEndsWhenThereIsNothing) { PruneAll(At(0)); }

// 300 samples of which every third lacks the pool, so that several blocks are made of them.
std::vector<HistoryEntry> LongHistory() {
  std::vector<HistoryEntry> entries;
  for (int64_t sequence = 1; sequence <= 300; ++sequence) {
    HistoryEntry entry = MakeEntry("web-1", 1, sequence, static_cast<int32_t>(sequence));
    if (sequence % 3 == 0) {
      HostSample sample = *entry.sample;
      sample.namespaces[0].pools[0].key.destination_port = 80;
      entry.sample = std::make_shared<const HostSample>(sample);
    }
    entries.push_back(entry);
  }
  return entries;
}

std::vector<int32_t> Expected(int64_t start, int64_t end) {
  std::vector<int32_t> in_use;
  for (int64_t sequence = start; sequence < end; ++sequence) {
    if (sequence % 3 != 0) in_use.push_back(static_cast<int32_t>(sequence));
  }
  return in_use;
}

TEST_P(HistoryConformance, KeepsALongHistoryExactly) {
  for (const HistoryEntry& entry : LongHistory()) ASSERT_TRUE(Append({entry}).ok());
  Open();

  EXPECT_EQ(InUse(Read(0, 1000)), Expected(1, 301));
  EXPECT_EQ(InUse(Read(50, 250)), Expected(50, 250));
  EXPECT_EQ(InUse(Read(64, 65)), Expected(64, 65));
  PoolHistoryPoint point{At(100), 400, 100, 1, 2, 3, 4.5};
  EXPECT_THAT(Read(100, 101).points, ElementsAre(point));
  EXPECT_EQ(Count("web-1", 1), 300);
}

TEST_P(HistoryConformance, KeepsALongHistoryOfOneAppendExactly) {
  ASSERT_TRUE(Append(LongHistory()).ok());

  EXPECT_EQ(InUse(Read(0, 1000)), Expected(1, 301));
}

TEST_P(HistoryConformance, GoesOnCorrectlyAfterARestartInTheMiddle) {
  std::vector<HistoryEntry> entries = LongHistory();
  for (size_t i = 0; i < entries.size(); ++i) {
    if (i % 50 == 20) Open();
    ASSERT_TRUE(Append({entries[i]}).ok());
  }

  EXPECT_EQ(InUse(Read(0, 1000)), Expected(1, 301));
}

TEST_P(HistoryConformance, ReadsInOrderOfTimeAfterTheClockWasSetBack) {
  std::vector<HistoryEntry> entries = LongHistory();
  for (HistoryEntry& entry : entries) {
    if (entry.sample->sequence <= 150) continue;
    HostSample sample = *entry.sample;
    // Between the samples of before.
    sample.sample_time -= absl::Seconds(100) + absl::Milliseconds(500);
    entry.sample = std::make_shared<const HostSample>(sample);
  }
  for (const HistoryEntry& entry : entries) ASSERT_TRUE(Append({entry}).ok());

  PoolHistory history = Read(0, 1000);

  EXPECT_EQ(history.sample_count, 200);
  for (size_t i = 1; i < history.points.size(); ++i) {
    EXPECT_LT(history.points[i - 1].sample_time, history.points[i].sample_time);
  }
}

TEST_P(HistoryConformance, PrunesALongHistoryWhileItGrows) {
  std::vector<HistoryEntry> entries = LongHistory();
  for (const HistoryEntry& entry : entries) {
    ASSERT_TRUE(Append({entry}).ok());
    ASSERT_TRUE(history_.writer->Prune(entry.sample->sample_time - absl::Seconds(100)).ok());
  }
  PruneAll(At(200));

  EXPECT_EQ(InUse(Read(200, 1000)), Expected(200, 301));
  EXPECT_THAT(InUse(Read(0, 100)), IsEmpty());
  EXPECT_LE(Count("web-1", 1), 101);
  PruneAll(At(1000));
  EXPECT_EQ(history_.reader->ReadPool(PoolNameOf("web-1"), At(0), At(9), 9).status().code(),
            absl::StatusCode::kNotFound);
  ASSERT_TRUE(Append({MakeEntry("web-1", 1, 2000, 42)}).ok());
  EXPECT_THAT(InUse(Read(0, 5000)), ElementsAre(42));
}

TEST_P(HistoryConformance, PruningKeepsAPoolThatIsBackAfterALongTime) {
  for (int64_t sequence = 1; sequence <= 130; ++sequence) {
    ASSERT_TRUE(Append({MakeEntry("web-1", 1, sequence)}).ok());
  }
  ASSERT_TRUE(Append({MakeEntry("web-1", 1, 5000, 77)}).ok());

  PruneAll(At(4000));
  PruneAll(At(4000));

  EXPECT_THAT(InUse(Read(0, 9000)), ElementsAre(77));
  ASSERT_TRUE(Append({MakeEntry("web-1", 1, 5001, 78)}).ok());
  EXPECT_THAT(InUse(Read(0, 9000)), ElementsAre(77, 78));
}

INSTANTIATE_TEST_SUITE_P(Stores, HistoryConformance, testing::Values(Kind::kFake, Kind::kSqlite),
                         [](const auto& parameter) {
                           return parameter.param == Kind::kFake ? "Fake" : "Sqlite";
                         });

}  // namespace
}  // namespace berthmaster
