// berthmaster-controller replay, as the real binary: over recordings of real sockets, and over a
// history that a controller's store wrote.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/clock/clock.h"
#include "common/file/file.h"
#include "controller/store/sqlite/open_stores.h"
#include "tests/controller/replay/recorded.h"
#include "tests/process/child_process.h"
#include "tests/process/temp_directory.h"

namespace berthmaster {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr absl::Duration kLimit = absl::Seconds(60);

struct Outcome {
  int exit_code = 0;
  std::string output;
};

Outcome Replay(const std::vector<std::string>& arguments) {
  std::vector<std::string> command = {BinaryPath("berthmaster-controller"), "replay"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  auto process = ChildProcess::Start(command);
  const int exit_code = process->WaitForExit(kLimit);
  return {exit_code, process->Output()};
}

class ReplayTest : public testing::Test {
 protected:
  std::string Write(const std::string& bytes) {
    std::string path = absl::StrCat(directory_.path(), "/run.bmr");
    EXPECT_TRUE(WriteFileAtomically(path, bytes, 0600).ok());
    return path;
  }
  // As if an agent had sent these samples to a controller.
  void Store(const std::string& host_id, const std::vector<HostSample>& samples) {
    Stores stores = OpenStores(directory_.path()).value();
    std::vector<HistoryEntry> entries;
    entries.reserve(samples.size());
    for (const HostSample& sample : samples) {
      entries.push_back({host_id, 1, std::make_shared<HostSample>(sample)});
    }
    ASSERT_TRUE(stores.history_writer->Append(entries).ok());
  }

  TempDirectory directory_;
};

TEST_F(ReplayTest, PrintsIncidentsAndForecastsOfARecording) {
  const std::string path = RecordingPath("churn_into_exhaustion");
  const Outcome table = Replay({path});
  EXPECT_EQ(table.exit_code, 0) << table.output;
  EXPECT_THAT(table.output,
              AllOf(HasSubstr("30 samples of 1 host"), HasSubstr("TIME_WAIT churn"),
                    HasSubstr("MOMENT OF EXHAUSTION"), HasSubstr("times as fast as it happened")));
  EXPECT_THAT(table.output, Not(HasSubstr("NOT JUDGED")));

  const Outcome json = Replay({path, "-o", "json", "--host", "web-1", "--log-level", "error"});
  EXPECT_EQ(json.exit_code, 0);
  EXPECT_THAT(json.output, HasSubstr("\"cause\": \"TIME_WAIT churn\""));
  EXPECT_EQ(json.output, Replay({path, "-o", "json", "--log-level", "error"}).output);
}

TEST_F(ReplayTest, TakesOnlyTheTimeAskedFor) {
  const absl::Time middle = RecordedSamples("churn_into_exhaustion")[10].sample_time;
  const std::string path = RecordingPath("churn_into_exhaustion");
  const std::string text = absl::FormatTime(absl::RFC3339_full, middle, absl::UTCTimeZone());
  EXPECT_THAT(Replay({path, "--to", text}).output, HasSubstr("10 samples of 1 host"));
  EXPECT_THAT(Replay({path, "--from", text}).output, HasSubstr("20 samples of 1 host"));
  EXPECT_EQ(Replay({path, "--to", "2001-01-01T00:00:00Z"}).exit_code, 1);
}

TEST_F(ReplayTest, ReplaysACutRecordingUpToItsEnd) {
  const std::string bytes = ReadFile(RecordingPath("churn_into_exhaustion"), 1 << 20).value();
  const Outcome cut = Replay({Write(bytes.substr(0, bytes.size() * 2 / 3))});
  EXPECT_EQ(cut.exit_code, 0) << cut.output;
  EXPECT_THAT(cut.output, AllOf(HasSubstr("TIME_WAIT churn"), HasSubstr("has no end mark")));

  std::string damaged = bytes;
  damaged[bytes.size() * 2 / 3] ^= 0x55;
  const Outcome half = Replay({Write(damaged)});
  EXPECT_EQ(half.exit_code, 0) << half.output;
  EXPECT_THAT(half.output, HasSubstr("damaged after sample "));
}

TEST_F(ReplayTest, RefusesWhatItCannotRead) {
  std::string bytes = ReadFile(RecordingPath("churn_into_exhaustion"), 1 << 20).value();
  bytes.replace(bytes.find(" 1 "), 3, " 9 ");
  const Outcome version = Replay({Write(bytes)});
  EXPECT_EQ(version.exit_code, 1);
  EXPECT_THAT(version.output, HasSubstr("has format version 9 and this program reads 1"));
  EXPECT_EQ(Replay({Write("nonsense")}).exit_code, 1);
  EXPECT_EQ(Replay({"/nowhere.bmr"}).exit_code, 1);
  const std::string path = RecordingPath("churn_into_exhaustion");
  EXPECT_EQ(Replay({path, "--host", "web-2"}).exit_code, 1);
  EXPECT_EQ(Replay({path, "--from", "yesterday"}).exit_code, 2);
  EXPECT_EQ(Replay({path, "--data-dir", directory_.path()}).exit_code, 2);
  EXPECT_EQ(Replay({"--data-dir", directory_.path()}).exit_code, 1);
}

TEST_F(ReplayTest, ReplaysTheHistoryOfEachHost) {
  Store("web-1", RecordedSamples("churn_into_exhaustion"));
  Store("web-2", RecordedSamples("time_wait_comes_back"));

  const Outcome both = Replay({"--data-dir", directory_.path()});
  EXPECT_EQ(both.exit_code, 0) << both.output;
  EXPECT_THAT(both.output,
              AllOf(HasSubstr("180 samples of 2 hosts"), HasSubstr("TIME_WAIT churn"),
                    HasSubstr("NOT JUDGED"), HasSubstr("the history keeps no tunables")));

  const Outcome quiet = Replay({"--data-dir", directory_.path(), "--host", "web-2"});
  EXPECT_THAT(quiet.output, AllOf(HasSubstr("150 samples of 1 host"), HasSubstr("No incident.")));
  EXPECT_EQ(Replay({"--data-dir", directory_.path(), "--host", "web-3"}).exit_code, 1);
}

// The controller holds the lock and writes; a replay only reads.
TEST_F(ReplayTest, ReplaysBesideARunningController) {
  std::vector<HostSample> samples = RecordedSamples("churn_into_exhaustion");
  // Of now, so that the controller does not prune them.
  const absl::Duration age = LinuxClock().SystemNow() - samples.back().sample_time;
  for (HostSample& sample : samples) sample.sample_time += age;
  Store("web-1", samples);
  auto controller = ChildProcess::Start(
      {BinaryPath("berthmaster-controller"), "--data-dir", directory_.path(), "--listen",
       "127.0.0.1:0", "--web-listen", "127.0.0.1:0", "--history-retention", "8760h"});
  ASSERT_TRUE(controller->WaitForOutput("serving gRPC on", kLimit)) << controller->Output();
  const Outcome replay = Replay({"--data-dir", directory_.path()});
  EXPECT_EQ(replay.exit_code, 0) << replay.output;
  EXPECT_THAT(replay.output, HasSubstr("30 samples of 1 host"));
}

}  // namespace
}  // namespace berthmaster
