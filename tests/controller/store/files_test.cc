// Which files are taken, and which are refused as they are.

#include <sys/stat.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/audit/chain.h"
#include "common/file/file.h"
#include "controller/store/sqlite/audit_reader.h"
#include "controller/store/sqlite/control_schema.h"
#include "controller/store/sqlite/control_store.h"
#include "controller/store/sqlite/database.h"
#include "controller/store/sqlite/history_reader.h"
#include "controller/store/sqlite/history_schema.h"
#include "controller/store/sqlite/history_writer.h"
#include "controller/store/sqlite/open_stores.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/controller/store/sample_state.h"
#include "tests/controller/store/temporary_directory.h"

namespace berthmaster {
namespace {

using testing::HasSubstr;

constexpr size_t kFileBytesMax = 10 << 20;

std::string Content(const std::string& path) { return ReadFile(path, kFileBytesMax).value(); }

std::string TestData(absl::string_view name) {
  const char* source = std::getenv("BERTHMASTER_SOURCE_DIR");
  return absl::StrCat(source == nullptr ? "." : source, "/tests/testdata/", name);
}

// Runs SQL on a file of its own accord, as no code of ours would.
void Tamper(const std::string& path, SqlText sql) {
  Database database = Database::Open(path, Database::Mode::kReadWrite).value();
  ASSERT_EQ(database.Execute(sql), absl::OkStatus());
}

TEST(ControlFile, IsRefusedUntouchedWhenNewer) {
  TemporaryDirectory directory;
  std::string path = directory.File("control.db");
  ASSERT_TRUE(SqliteControlStore::Open(path).ok());
  Tamper(path, "PRAGMA user_version = 99");
  std::string before = Content(path);

  absl::Status refused = SqliteControlStore::Open(path).status();

  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(refused.message(),
            absl::StrCat(path,
                         " has schema version 99, written by a newer controller; this one "
                         "knows versions up to 6. It was left as it is. Start the newer "
                         "controller, or choose another --data-dir"));
  EXPECT_EQ(Content(path), before);
}

TEST(ControlFile, IsRefusedUntouchedWhenOfAnotherProgram) {
  TemporaryDirectory directory;
  std::string path = directory.File("control.db");
  Tamper(path, "CREATE TABLE other (a); PRAGMA user_version = 1; PRAGMA application_id = 77");
  std::string before = Content(path);

  absl::Status refused = SqliteControlStore::Open(path).status();

  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("SQLite file of another program"));
  EXPECT_EQ(Content(path), before);
}

TEST(ControlFile, IsNotTakenForHistory) {
  TemporaryDirectory directory;
  std::string path = directory.File("control.db");
  ASSERT_TRUE(SqliteControlStore::Open(path).ok());

  EXPECT_EQ(SqliteHistoryWriter::Open(path).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(ControlFile, IsDataLossWhenNotADatabase) {
  TemporaryDirectory directory;
  std::string path = directory.File("control.db");
  ASSERT_TRUE(WriteFileAtomically(path, std::string(8192, 'x'), 0600).ok());

  absl::Status refused = SqliteControlStore::Open(path).status();

  EXPECT_EQ(refused.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("restore it from a backup"));
  EXPECT_EQ(Content(path), std::string(8192, 'x'));
}

TEST(ControlFile, IsDataLossWhenAPageIsOverwritten) {
  TemporaryDirectory directory;
  std::string path = directory.File("control.db");
  {
    auto store = SqliteControlStore::Open(path).value();
    ASSERT_TRUE(store->Commit(FullControlState()).ok());
  }
  std::string content = Content(path);
  // The first page holds the header; the tables come after it.
  content.replace(4096, 3 * 4096, std::string(3 * 4096, '\x5a'));
  ASSERT_TRUE(WriteFileAtomically(path, content, 0600).ok());

  EXPECT_EQ(SqliteControlStore::Open(path).status().code(), absl::StatusCode::kDataLoss);
}

TEST(ControlFile, IsDataLossWhenAValueCannotBeOurs) {
  TemporaryDirectory directory;
  std::string path = directory.File("control.db");
  auto store = SqliteControlStore::Open(path).value();
  ASSERT_TRUE(store->Commit(FullControlState()).ok());
  Tamper(path, "UPDATE incident SET source_address = 'nowhere'");

  EXPECT_EQ(store->Load().status().code(), absl::StatusCode::kDataLoss);
}

TEST(ControlFile, ANumberThatIsNoneIsRefusedAndNothingOfTheCommitIsKept) {
  TemporaryDirectory directory;
  auto store = SqliteControlStore::Open(directory.File("control.db")).value();
  ControlState changed = FullControlState();
  changed.incidents[0].utilization = std::nan("");

  EXPECT_EQ(store->Commit(changed).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(store->Load().value().hosts.empty());
}

// Before, a change went to one namespace at once, by one approval.
void BringBackToVersion5(ControlState& state) {
  state.approval_policy.reset();
  Recommendation& recommendation = state.recommendations[0];
  recommendation.proposer = "berthmaster";
  recommendation.plan = RolloutPlan();
  recommendation.approvals.clear();
  recommendation.approvals_required = 1;
  recommendation.expire_time.reset();
  recommendation.target_count = 1;
  state.rollouts.resize(1);
  Rollout& rollout = state.rollouts[0];
  rollout.plan = RolloutPlan();
  rollout.wave = 0;
  rollout.wave_count = 1;
  rollout.pause.reset();
  rollout.canary_released = false;
  rollout.stop_reason.clear();
  rollout.approvals = {{"bob", "needed", At(12), "ab12"}};
  for (RolloutTarget& target : rollout.targets) {
    target.wave = 0;
    // The rollout was SOAKING.
    target.state = TargetState::kSoaking;
    target.message = "soaking";
    target.state_time = At(22);
    target.pool_name = "hosts/web-1/netns/7/pools/x";
    target.before.reset();
    target.predicted.reset();
    target.counts_before = GateCounts();
    target.counts_after = GateCounts();
  }
}

// Each version of the past has a file in tests/testdata, and its content is loaded after the
// migrations. To make the one of a new version: run this test program with
// --gtest_also_run_disabled_tests --gtest_filter=*WritesFixtures and BERTHMASTER_FIXTURE_DIR set.
TEST(ControlFile, OfEveryEarlierVersionIsMigrated) {
  for (int version = 1; version <= ControlSchema().version(); ++version) {
    TemporaryDirectory directory;
    std::string path = directory.File("control.db");
    std::filesystem::copy_file(TestData(absl::StrCat("control_v", version, ".db")), path);

    auto store = SqliteControlStore::Open(path);

    ASSERT_TRUE(store.ok()) << "version " << version << ": " << store.status();
    ControlState loaded = (*store)->Load().value();
    ControlState expected = FullControlState();
    if (version < 2) {
      expected.incidents[0].members.clear();
      expected.incidents[0].member_count = 0;
      expected.incidents[0].key.protocol = IpProtocol::kTcp;
    }
    if (version < 3) {
      Recommendation& old = expected.recommendations[0];
      old.scope = RecommendationScope::kNamespace;
      old.preconditions.clear();
      old.snippets.clear();
      old.topology.reset();
      old.durable_forms = {{DurableFormKind::kSysctlDropIn, "", "net.ipv4.tcp_tw_reuse = 1\n"}};
    }
    if (version < 4) {
      for (IncidentMember& member : expected.incidents[0].members) member.labels.clear();
      expected.incidents[0].silence_id.clear();
      expected.incidents[0].silenced_until.reset();
      expected.silences.clear();
      expected.detection_policy.reset();
    }
    if (version < 6) BringBackToVersion5(expected);
    EXPECT_EQ(loaded.hosts, FullControlState().hosts);
    EXPECT_EQ(loaded.incidents, expected.incidents);
    EXPECT_EQ(loaded.recommendations, expected.recommendations);
    EXPECT_EQ(loaded.rollouts, expected.rollouts);
    EXPECT_EQ(loaded.requests, FullControlState().requests);
    EXPECT_EQ(loaded.silences, expected.silences);
    EXPECT_EQ(loaded.detection_policy, expected.detection_policy);
    EXPECT_EQ(loaded.approval_policy, expected.approval_policy);
    EXPECT_EQ(loaded.audit_tail.sequence, version < 5 ? 0 : 3);
  }
}

TEST(ControlFile, LetsNobodyChangeTheAuditChain) {
  TemporaryDirectory directory;
  std::string path = directory.File("control.db");
  const std::vector<AuditEntry> entries = AuditAfter(AuditTail(), 3);
  ControlState changed;
  changed.audit = entries;
  ASSERT_TRUE(SqliteControlStore::Open(path).value()->Commit(changed).ok());
  Database database = Database::Open(path, Database::Mode::kReadWrite).value();

  for (const SqlText sql : std::initializer_list<SqlText>{
           "UPDATE audit_entry SET actor = 'mallory' WHERE sequence = 2",
           "DELETE FROM audit_entry WHERE sequence = 3", "DELETE FROM audit_entry",
           "INSERT OR REPLACE INTO audit_entry SELECT sequence, event_time, 'mallory', source, "
           "action, object, reason, previous_hash, hash FROM audit_entry WHERE sequence = 3",
           "INSERT INTO audit_entry SELECT 9, event_time, actor, source, action, object, reason, "
           "previous_hash, hash FROM audit_entry WHERE sequence = 3",
           "UPDATE audit_value SET new_value = '' WHERE sequence = 2",
           "DELETE FROM audit_value WHERE sequence = 3",
           "INSERT OR REPLACE INTO audit_value SELECT sequence, position, host_id, netns_cookie, "
           "netns_label, sysctl, old_value, '' FROM audit_value WHERE sequence = 3",
           "INSERT INTO audit_value SELECT sequence, 9, host_id, netns_cookie, netns_label, "
           "sysctl, old_value, '' FROM audit_value WHERE sequence = 2"}) {
    EXPECT_FALSE(database.Execute(sql).ok()) << sql.c_str();
  }

  EXPECT_EQ(SqliteAuditReader::Open(path).value()->ReadFrom(1, 10).value(), entries);
}

TEST(ControlFile, AChangeBehindTheTriggersShowsInTheChain) {
  TemporaryDirectory directory;
  std::string path = directory.File("control.db");
  ControlState changed;
  changed.audit = AuditAfter(AuditTail(), 3);
  ASSERT_TRUE(SqliteControlStore::Open(path).value()->Commit(changed).ok());
  Tamper(path,
         "DROP TRIGGER audit_value_keep; UPDATE audit_value SET new_value = '0' "
         "WHERE sequence = 2 AND position = 1");

  ChainVerifier verifier;
  const auto entries = SqliteAuditReader::Open(path).value()->ReadFrom(1, 10).value();

  EXPECT_FALSE(verifier.Add(entries.at(0)).has_value());
  EXPECT_EQ(verifier.Add(entries.at(1))->what, "entry 2 was altered: its content has another hash");
}

TEST(HistoryFile, OfEveryEarlierVersionIsMigrated) {
  for (int version = 1; version <= HistorySchema().version(); ++version) {
    TemporaryDirectory directory;
    std::string path = directory.File("history.db");
    std::filesystem::copy_file(TestData(absl::StrCat("history_v", version, ".db")), path);

    auto writer = SqliteHistoryWriter::Open(path);

    ASSERT_TRUE(writer.ok()) << "version " << version << ": " << writer.status();
    auto reader = SqliteHistoryReader::Open(path).value();
    EXPECT_EQ(reader->CountSamples("web-1", 1).value(), 2);
    EXPECT_EQ(reader->ReadPool(PoolNameOf("web-1"), At(0), At(9), 9).value().points.at(1).in_use,
              12);
    EXPECT_TRUE((*writer)->Append({MakeEntry("web-1", 1, 3)}).ok());
  }
}

TEST(Fixtures, DISABLED_WritesFixtures) {
  const char* directory = std::getenv("BERTHMASTER_FIXTURE_DIR");
  ASSERT_NE(directory, nullptr);
  std::string control = absl::StrCat(directory, "/control_v", ControlSchema().version(), ".db");
  std::string history = absl::StrCat(directory, "/history_v", HistorySchema().version(), ".db");

  ASSERT_TRUE(SqliteControlStore::Open(control).value()->Commit(FullControlState()).ok());
  ASSERT_TRUE(SqliteHistoryWriter::Open(history)
                  .value()
                  ->Append({MakeEntry("web-1", 1, 1, 11), MakeEntry("web-1", 1, 2, 12)})
                  .ok());
}

TEST(OpenStores, MakesTheDirectoryForItsOwnerOnly) {
  TemporaryDirectory directory;
  std::string data_dir = directory.File("a/b");

  absl::StatusOr<Stores> stores = OpenStores(data_dir);

  ASSERT_TRUE(stores.ok()) << stores.status();
  struct stat info;
  ASSERT_EQ(stat(data_dir.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700u);
  EXPECT_TRUE(stores->control->Load().ok());
  EXPECT_TRUE(stores->history_writer->Append({MakeEntry("web-1", 1, 1)}).ok());
  EXPECT_EQ(stores->history_reader->CountSamples("web-1", 1).value(), 1);
}

TEST(OpenStores, RefusesASecondControllerUntilTheFirstIsGone) {
  TemporaryDirectory directory;
  absl::StatusOr<Stores> first = OpenStores(directory.path());
  ASSERT_TRUE(first.ok());

  absl::Status second = OpenStores(directory.path()).status();

  EXPECT_EQ(second.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(second.message(),
            absl::StrCat("another controller works on the data directory ", directory.path(),
                         "; stop it, or choose another directory with "
                         "--data-dir"));
  first = absl::UnknownError("gone");
  EXPECT_TRUE(OpenStores(directory.path()).ok());
}

TEST(OpenStores, ADirectoryBelowAFileIsOneClearSentence) {
  TemporaryDirectory directory;
  ASSERT_TRUE(WriteFileAtomically(directory.File("file"), "", 0600).ok());

  absl::Status refused = OpenStores(directory.File("file/data")).status();

  EXPECT_FALSE(refused.ok());
  EXPECT_THAT(std::string(refused.message()), HasSubstr("cannot write to the data directory"));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("choose another with --data-dir"));
}

}  // namespace
}  // namespace berthmaster
