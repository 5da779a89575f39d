// A full disk and a killed process: what was acknowledged is there, once, and work goes on.

#include <sys/mount.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/audit/chain.h"
#include "common/file/file.h"
#include "controller/store/sqlite/audit_reader.h"
#include "controller/store/sqlite/control_store.h"
#include "controller/store/sqlite/history_reader.h"
#include "controller/store/sqlite/history_writer.h"
#include "controller/store/sqlite/open_stores.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/controller/store/child_process.h"
#include "tests/controller/store/sample_state.h"
#include "tests/controller/store/temporary_directory.h"

namespace berthmaster {
namespace {

using testing::ElementsAre;
using testing::FieldsAre;
using testing::HasSubstr;

// Appends batches until one fails; the number of acknowledged samples is in `acknowledged`.
absl::Status AppendUntilError(HistoryWriter& writer, int64_t& acknowledged) {
  // More than the small files of these tests can hold.
  for (int batch = 0; batch < 10'000; ++batch) {
    std::vector<HistoryEntry> entries;
    for (int64_t i = 1; i <= 50; ++i) entries.push_back(MakeEntry("web-1", 1, acknowledged + i));
    absl::Status appended = writer.Append(entries);
    if (!appended.ok()) return appended;
    acknowledged += 50;
  }
  return absl::OkStatus();
}

TEST(HistoryFaults, AFullFileRefusesTheBatchAndKeepsTheRest) {
  TemporaryDirectory directory;
  std::string path = directory.File("history.db");
  SqliteHistoryOptions options;
  options.page_count_max = 60;
  auto writer = SqliteHistoryWriter::Open(path, options).value();
  int64_t acknowledged = 0;

  absl::Status full = AppendUntilError(*writer, acknowledged);

  EXPECT_EQ(full.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(full.message()), HasSubstr("the disk is full"));
  EXPECT_THAT(std::string(full.message()), HasSubstr(path));
  EXPECT_GT(acknowledged, 0);
  auto reader = SqliteHistoryReader::Open(path).value();
  EXPECT_EQ(reader->CountSamples("web-1", 1).value(), acknowledged);
  writer.reset();
  writer = SqliteHistoryWriter::Open(path).value();
  EXPECT_TRUE(writer->Append({MakeEntry("web-1", 1, acknowledged + 1)}).ok());
  EXPECT_EQ(reader->CountSamples("web-1", 1).value(), acknowledged + 1);
}

TEST(HistoryFaults, AFullDiskIsSaidAndWorkGoesOnOnceThereIsSpace) {
  TemporaryDirectory directory;
  auto scenario = [&directory]() -> std::string {
    std::string ballast = directory.File("ballast");
    if (!WriteFileAtomically(ballast, std::string(1 << 20, 'x'), 0600).ok()) return "no ballast";
    auto stores = OpenStores(directory.path());
    if (!stores.ok()) return std::string(stores.status().message());
    int64_t acknowledged = 0;
    absl::Status full = AppendUntilError(*stores->history_writer, acknowledged);
    if (!absl::IsResourceExhausted(full)) return absl::StrCat("not full: ", full.ToString());
    absl::Status control;
    for (int i = 0; i < 10'000 && control.ok(); ++i) {
      ControlState changed;
      changed.hosts = {MakeHost(absl::StrCat("host-", i))};
      control = stores->control->Commit(changed);
    }
    if (!absl::IsResourceExhausted(control)) return absl::StrCat("not full: ", control.ToString());
    unlink(ballast.c_str());
    absl::Status again = stores->history_writer->Append({MakeEntry("web-1", 1, acknowledged + 1)});
    if (!again.ok()) return absl::StrCat("after space was freed: ", again.ToString());
    auto count = stores->history_reader->CountSamples("web-1", 1);
    if (!count.ok() || *count != acknowledged + 1) return "samples lost or counted twice";
    return std::string(stores->control->Commit(FullControlState()).message());
  };

  std::string verdict = RunOnSmallDisk(directory.path(), 3 << 20, scenario);

  if (absl::StartsWith(verdict, "SKIP")) GTEST_SKIP() << verdict;
  EXPECT_EQ(verdict, "");
}

TEST(HistoryFaults, AReadOnlyDirectoryIsOneClearSentence) {
  TemporaryDirectory directory;
  auto scenario = [&directory]() -> std::string {
    if (mount("none", directory.path().c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) != 0) {
      return "SKIP: cannot remount";
    }
    return OpenStores(directory.path()).status().ToString();
  };

  std::string verdict = RunOnSmallDisk(directory.path(), 1 << 20, scenario);

  if (absl::StartsWith(verdict, "SKIP")) GTEST_SKIP() << verdict;
  EXPECT_EQ(verdict,
            absl::StrCat("PERMISSION_DENIED: cannot write to the data directory ", directory.path(),
                         ": open ", directory.path(),
                         "/lock: Read-only file system; give this user write access to it, or "
                         "choose another with --data-dir"));
}

// Commits batches of three until it is killed, and reports the last sequence of each acknowledged
// one.
void AppendForever(const std::string& path, int64_t epoch, int report_fd) {
  auto writer = SqliteHistoryWriter::Open(path).value();
  for (int64_t last = 3;; last += 3) {
    absl::Status appended =
        writer->Append({MakeEntry("web-1", epoch, last - 2), MakeEntry("web-1", epoch, last - 1),
                        MakeEntry("web-1", epoch, last)});
    if (!appended.ok()) return;
    if (!WriteAll(report_fd, absl::StrCat(last, "\n"), "report").ok()) return;
  }
}

TEST(HistoryFaults, Kill9LosesNothingAcknowledgedAndCountsNothingTwice) {
  TemporaryDirectory directory;
  std::string path = directory.File("history.db");
  for (int64_t epoch = 1; epoch <= 5; ++epoch) {
    int64_t acknowledged = 0;
    {
      ChildProcess child([&](int report_fd) { AppendForever(path, epoch, report_fd); });
      // A different moment in each round.
      for (int64_t i = 0; i < 20 * epoch; ++i) ASSERT_NE(child.ReadLine(), "");
      child.Kill();
      for (std::string line = child.ReadLine(); !line.empty(); line = child.ReadLine()) {
        ASSERT_TRUE(absl::SimpleAtoi(line, &acknowledged));
      }
    }

    auto writer = SqliteHistoryWriter::Open(path).value();
    auto reader = SqliteHistoryReader::Open(path).value();
    int64_t counted = reader->CountSamples("web-1", epoch).value();
    EXPECT_GE(counted, acknowledged);
    EXPECT_EQ(counted % 3, 0) << "half a batch";
    EXPECT_THAT(writer->LoadStreams().value(), ElementsAre(FieldsAre("web-1", epoch, counted)));

    // The agent sends everything from the start again.
    std::vector<HistoryEntry> again;
    for (int64_t sequence = 1; sequence <= counted + 2; ++sequence) {
      again.push_back(MakeEntry("web-1", epoch, sequence));
    }
    ASSERT_TRUE(writer->Append(again).ok());
    EXPECT_EQ(reader->CountSamples("web-1", epoch).value(), counted + 2);
  }
}

TEST(ControlFaults, Kill9LeavesEachCommitWholeOrAbsent) {
  TemporaryDirectory directory;
  std::string path = directory.File("control.db");
  int64_t acknowledged = 0;
  {
    ChildProcess child([&](int report_fd) {
      auto store = SqliteControlStore::Open(path).value();
      for (int64_t revision = 1;; ++revision) {
        ControlState changed = FullControlState();
        changed.incidents[0].revision = revision;
        changed.rollouts[0].revision = revision;
        if (!store->Commit(changed).ok()) return;
        if (!WriteAll(report_fd, absl::StrCat(revision, "\n"), "report").ok()) return;
      }
    });
    for (int i = 0; i < 30; ++i) ASSERT_NE(child.ReadLine(), "");
    child.Kill();
    for (std::string line = child.ReadLine(); !line.empty(); line = child.ReadLine()) {
      ASSERT_TRUE(absl::SimpleAtoi(line, &acknowledged));
    }
  }

  ControlState loaded = SqliteControlStore::Open(path).value()->Load().value();

  ControlState whole = FullControlState();
  int64_t revision = loaded.incidents.at(0).revision;
  EXPECT_GE(revision, acknowledged);
  whole.incidents[0].revision = revision;
  whole.rollouts[0].revision = revision;
  EXPECT_EQ(loaded.incidents, whole.incidents);
  EXPECT_EQ(loaded.rollouts, whole.rollouts);
}

// Commits a host and two audit entries until it is killed, and reports how many entries are
// acknowledged.
void AppendAuditForever(const std::string& path, int report_fd) {
  auto store = SqliteControlStore::Open(path).value();
  AuditTail tail = store->Load()->audit_tail;
  while (true) {
    ControlState changed;
    changed.audit = AuditAfter(tail, 2);
    tail = {changed.audit[1].sequence, changed.audit[1].hash};
    changed.hosts = {MakeHost("web-1")};
    changed.hosts[0].desired_revision = tail.sequence;
    if (!store->Commit(changed).ok()) return;
    if (!WriteAll(report_fd, absl::StrCat(tail.sequence, "\n"), "report").ok()) return;
  }
}

TEST(ControlFaults, Kill9LeavesTheAuditChainWholeWithWhatItTellsOf) {
  TemporaryDirectory directory;
  std::string path = directory.File("control.db");
  for (int round = 1; round <= 4; ++round) {
    int64_t acknowledged = 0;
    {
      ChildProcess child([&](int report_fd) { AppendAuditForever(path, report_fd); });
      for (int i = 0; i < 10 * round; ++i) ASSERT_NE(child.ReadLine(), "");
      child.Kill();
      for (std::string line = child.ReadLine(); !line.empty(); line = child.ReadLine()) {
        ASSERT_TRUE(absl::SimpleAtoi(line, &acknowledged));
      }
    }

    ControlState loaded = SqliteControlStore::Open(path).value()->Load().value();
    EXPECT_GE(loaded.audit_tail.sequence, acknowledged);
    EXPECT_EQ(loaded.audit_tail.sequence % 2, 0) << "half a commit";
    EXPECT_EQ(loaded.hosts.at(0).desired_revision, loaded.audit_tail.sequence);
    auto reader = SqliteAuditReader::Open(path).value();
    ChainVerifier verifier;
    while (true) {
      auto entries = reader->ReadFrom(verifier.tail().sequence + 1, 100).value();
      if (entries.empty()) break;
      for (const AuditEntry& entry : entries) {
        auto broken = verifier.Add(entry);
        ASSERT_FALSE(broken.has_value()) << broken->what;
      }
    }
    EXPECT_EQ(verifier.tail(), loaded.audit_tail);
  }
}

}  // namespace
}  // namespace berthmaster
