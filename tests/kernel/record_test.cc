// berthmaster-agent sample --record on real sockets; and, when asked for by name, the recordings in
// tests/testdata/recordings.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/config/config.h"
#include "common/recording/recording_reader.h"
#include "tests/kernel/recording_scenes.h"
#include "tests/process/temp_directory.h"

namespace berthmaster {
namespace {

using ::testing::HasSubstr;

constexpr absl::Duration kLimit = absl::Seconds(30);

struct Recorded {
  std::vector<HostSample> samples;
  bool is_finished = false;
};

Recorded ReadRecording(const std::string& path) {
  auto reader = RecordingReader::Open(path).value();
  Recorded recorded;
  while (true) {
    std::optional<HostSample> sample = reader->Next().value();
    if (!sample.has_value()) break;
    recorded.samples.push_back(*std::move(sample));
  }
  recorded.is_finished = reader->is_finished();
  return recorded;
}

// How many sockets the one connect pool of the scene has.
int ConnectsIn(const HostSample& sample) {
  for (const PoolSample& pool : sample.namespaces.at(0).pools) {
    if (pool.kind == PoolKind::kConnect) return pool.in_use;
  }
  return 0;
}

class RecordTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!CanMakeNetns()) GTEST_SKIP() << kNeedsRoot;
  }

  TempDirectory directory_;
  const std::string path_ = absl::StrCat(directory_.path(), "/run.bmr");
};

TEST_F(RecordTest, HoldsWhatWasThereUntilTheTimeIsOver) {
  RecordedScene scene(path_, absl::Seconds(4));
  scene.OpenAndKeep(25, 1000);
  EXPECT_EQ(scene.Finish(), 0) << scene.recorder().Output();
  EXPECT_THAT(scene.recorder().Output(), HasSubstr(" samples in 4s: "));

  const Recorded recorded = ReadRecording(path_);
  EXPECT_TRUE(recorded.is_finished);
  ASSERT_GE(recorded.samples.size(), 3u);
  ASSERT_LE(recorded.samples.size(), 8u);
  EXPECT_EQ(recorded.samples.front().namespaces.size(), 1u);
  EXPECT_EQ(ConnectsIn(recorded.samples.back()), 25);
}

TEST_F(RecordTest, EndsOnASignalWithAWholeFile) {
  RecordedScene scene(path_, absl::Minutes(10));
  scene.recorder().Signal(SIGTERM);
  EXPECT_EQ(scene.recorder().WaitForExit(kLimit), 0);
  EXPECT_THAT(scene.recorder().Output(), HasSubstr("recorded "));
  EXPECT_TRUE(ReadRecording(path_).is_finished);
}

TEST_F(RecordTest, LeavesWhatItHasWhenItIsKilled) {
  RecordedScene scene(path_, absl::Minutes(10));
  // Rewritten by nobody: each sample is in the file as soon as it is taken.
  const absl::Time limit = LinuxClock().SystemNow() + kLimit;
  while (ReadRecording(path_).samples.size() < 2 && LinuxClock().SystemNow() < limit) {
  }
  scene.recorder().Signal(SIGKILL);
  EXPECT_EQ(scene.recorder().WaitForExit(kLimit), 128 + SIGKILL);

  const Recorded recorded = ReadRecording(path_);
  EXPECT_FALSE(recorded.is_finished);
  EXPECT_GE(recorded.samples.size(), 2u);
}

TEST(RecordCommand, RefusesWhatItCannotDo) {
  TempDirectory directory;
  const std::string path = absl::StrCat(directory.path(), "/run.bmr");
  const std::string agent = BinaryPath("berthmaster-agent");
  for (const std::vector<std::string>& wrong :
       std::vector<std::vector<std::string>>{{agent, "sample", "--for", "5s"},
                                             {agent, "sample", "--record", path, "--once"},
                                             {agent, "sample", "--record", path, "--for", "5"},
                                             {agent, "sample", "--record", path, "--for", "-5s"}}) {
    auto command = ChildProcess::Start(wrong);
    EXPECT_EQ(command->WaitForExit(kLimit), 2) << command->Output();
  }
  ASSERT_TRUE(WriteFileAtomically(path, "mine", 0600).ok());
  auto command = ChildProcess::Start({agent, "sample", "--record", path, "--for", "5s"});
  EXPECT_EQ(command->WaitForExit(kLimit), 1);
  EXPECT_THAT(command->Output(), HasSubstr("is not overwritten: name another file"));
  EXPECT_EQ(ReadFile(path, 100).value(), "mine");
}

// BERTHMASTER_FIXTURE_DIR=tests/testdata/recordings, and --gtest_also_run_disabled_tests.
class MakeRecordings : public testing::Test {
 protected:
  void SetUp() override {
    if (!CanMakeNetns()) GTEST_SKIP() << kNeedsRoot;
    const std::optional<std::string> directory = ProcessEnvironment("BERTHMASTER_FIXTURE_DIR");
    ASSERT_TRUE(directory.has_value()) << "BERTHMASTER_FIXTURE_DIR says where to";
    directory_ = *directory;
  }
  std::string Path(absl::string_view name) const {
    return absl::StrCat(directory_, "/", name, ".bmr");
  }

 private:
  std::string directory_;
};

TEST_F(MakeRecordings, DISABLED_ChurnIntoExhaustion) {
  RecordedScene scene(Path("churn_into_exhaustion"), absl::Seconds(30));
  EXPECT_LT(scene.Churn(20, absl::Seconds(28)), absl::Seconds(25));
  EXPECT_EQ(scene.Finish(), 0);
}

TEST_F(MakeRecordings, DISABLED_EstablishedLeak) {
  RecordedScene scene(Path("established_leak"), absl::Seconds(55));
  scene.OpenAndKeep(400, 8);
  EXPECT_EQ(scene.Finish(), 0);
}

TEST_F(MakeRecordings, DISABLED_BurstThatSettles) {
  RecordedScene scene(Path("burst_that_settles"), absl::Seconds(90));
  EXPECT_EQ(scene.Churn(60, absl::Seconds(2)), absl::InfiniteDuration());
  EXPECT_EQ(scene.Churn(2, absl::Seconds(85)), absl::InfiniteDuration());
  EXPECT_EQ(scene.Finish(), 0);
}

TEST_F(MakeRecordings, DISABLED_LoopbackReuse) {
  RecordedScene scene(Path("loopback_reuse"), absl::Seconds(45), "127.0.0.1", "127.0.0.2");
  EXPECT_EQ(scene.Churn(20, absl::Seconds(43)), absl::InfiniteDuration());
  EXPECT_EQ(scene.Finish(), 0);
}

TEST_F(MakeRecordings, DISABLED_TimeWaitComesBack) {
  RecordedScene scene(Path("time_wait_comes_back"), absl::Seconds(150));
  EXPECT_EQ(scene.Churn(5, absl::Seconds(148)), absl::InfiniteDuration());
  EXPECT_EQ(scene.Finish(), 0);
}

}  // namespace
}  // namespace berthmaster
