#include "agent/link/spool.h"

#include <dirent.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/file/file.h"
#include "tests/fakes/fake_clock.h"

namespace berthmaster {
namespace {

using ::testing::ElementsAre;

class SpoolTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "/spool.XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    options_.directory = pattern + "/spool";
    options_.boot_id = "boot-1";
  }

  std::unique_ptr<Spool> Open() { return Spool::Open(options_, random_); }

  static std::vector<std::string> Contents(Spool& spool) {
    std::vector<std::string> contents;
    int64_t after = 0;
    while (std::optional<Spool::Record> record = spool.ReadAfter(after)) {
      contents.push_back(absl::StrCat(record->sequence, ":", record->payload));
      after = record->sequence;
    }
    return contents;
  }

  std::vector<std::string> Segments() const {
    std::vector<std::string> paths;
    DIR* listing = opendir(options_.directory.c_str());
    while (const dirent* entry = readdir(listing)) {
      if (absl::EndsWith(entry->d_name, ".segment")) {
        paths.push_back(absl::StrCat(options_.directory, "/", entry->d_name));
      }
    }
    closedir(listing);
    return paths;
  }

  FakeRandom random_;
  SpoolOptions options_;
};

TEST_F(SpoolTest, NumbersSamplesFromOneAndGivesThemBackInOrder) {
  std::unique_ptr<Spool> spool = Open();
  EXPECT_GT(spool->epoch(), 0);
  EXPECT_EQ(spool->next_sequence(), 1);

  spool->Append("a");
  spool->Append("b");

  EXPECT_EQ(spool->next_sequence(), 3);
  EXPECT_THAT(Contents(*spool), ElementsAre("1:a", "2:b"));
}

TEST_F(SpoolTest, ForgetsWhatIsAcknowledged) {
  std::unique_ptr<Spool> spool = Open();
  for (const char* payload : {"a", "b", "c"}) spool->Append(payload);

  spool->Acknowledge(2);

  EXPECT_THAT(Contents(*spool), ElementsAre("3:c"));
  EXPECT_EQ(spool->dropped_count(), 0);
}

TEST_F(SpoolTest, KeepsSamplesEpochAndNumbersOverAKill) {
  int64_t epoch = 0;
  {
    std::unique_ptr<Spool> spool = Open();
    epoch = spool->epoch();
    for (const char* payload : {"a", "b"}) spool->Append(payload);
  }
  std::unique_ptr<Spool> spool = Open();

  EXPECT_EQ(spool->epoch(), epoch);
  spool->Append("c");
  EXPECT_THAT(Contents(*spool), ElementsAre("1:a", "2:b", "3:c"));
}

TEST_F(SpoolTest, GoesOnCountingWhenAllIsAcknowledged) {
  {
    options_.segment_bytes = 1;
    std::unique_ptr<Spool> spool = Open();
    for (const char* payload : {"a", "b", "c"}) spool->Append(payload);
    spool->Acknowledge(3);
    EXPECT_EQ(Segments().size(), 1u);
  }
  EXPECT_EQ(Open()->next_sequence(), 4);
}

TEST_F(SpoolTest, DropsTheOldestBeyondItsCount) {
  options_.count_max = 2;
  std::unique_ptr<Spool> spool = Open();
  for (const char* payload : {"a", "b", "c", "d"}) spool->Append(payload);

  EXPECT_THAT(Contents(*spool), ElementsAre("3:c", "4:d"));
  EXPECT_EQ(spool->dropped_count(), 2);
}

TEST_F(SpoolTest, DropsTheOldestBeyondItsBytes) {
  options_.segment_bytes = 1000;
  options_.bytes_max = 3000;
  std::unique_ptr<Spool> spool = Open();
  for (int i = 0; i < 20; ++i) spool->Append(std::string(480, 'x'));

  EXPECT_LE(spool->size() * 500, 3000u);
  EXPECT_GE(spool->size(), 4u);
  EXPECT_LE(Segments().size(), 3u);
  EXPECT_EQ(spool->dropped_count() + static_cast<int64_t>(spool->size()), 20);
}

TEST_F(SpoolTest, DeletesSegmentsThatAreAcknowledged) {
  options_.segment_bytes = 100;
  std::unique_ptr<Spool> spool = Open();
  for (int i = 0; i < 10; ++i) spool->Append(std::string(90, 'x'));
  EXPECT_EQ(Segments().size(), 10u);

  spool->Acknowledge(7);

  EXPECT_EQ(Segments().size(), 3u);
}

TEST_F(SpoolTest, KeepsWhatIsBeforeATornTail) {
  {
    auto spool = Open();
    for (const char* payload : {"a", "b"}) spool->Append(payload);
  }
  std::string path = Segments().at(0);
  std::string content = *ReadFile(path, 1 << 20);
  ASSERT_EQ(truncate(path.c_str(), static_cast<off_t>(content.size()) - 1), 0);

  std::unique_ptr<Spool> spool = Open();

  EXPECT_THAT(Contents(*spool), ElementsAre("1:a"));
  spool->Append("c");
  EXPECT_THAT(Contents(*spool), ElementsAre("1:a", "2:c"));
  EXPECT_THAT(Contents(*Open()), ElementsAre("1:a", "2:c"));
}

TEST_F(SpoolTest, DropsASampleDamagedSinceItWasWritten) {
  std::unique_ptr<Spool> spool = Open();
  for (const char* payload : {"aaaa", "b"}) spool->Append(payload);
  std::string path = Segments().at(0);
  std::string content = *ReadFile(path, 1 << 20);
  content[content.find("aaaa")] = 'X';
  ASSERT_TRUE(WriteFileAtomically(path, content, 0600).ok());

  EXPECT_THAT(Contents(*spool), ElementsAre("2:b"));
  EXPECT_EQ(spool->dropped_count(), 1);
}

TEST_F(SpoolTest, LeavesNumbersOutThatAPowerLossMayHaveTaken) {
  Open()->Append("a");
  options_.boot_id = "boot-2";
  EXPECT_EQ(Open()->next_sequence(), 1002);
}

TEST_F(SpoolTest, LeavesNoNumbersOutAfterACleanStop) {
  {
    std::unique_ptr<Spool> spool = Open();
    spool->Append("a");
    spool->Close();
  }
  options_.boot_id = "boot-2";
  EXPECT_EQ(Open()->next_sequence(), 2);
}

TEST_F(SpoolTest, SkipsNumbersThatTheControllerHas) {
  std::unique_ptr<Spool> spool = Open();
  spool->SkipPast(41);
  spool->Append("a");

  EXPECT_THAT(Contents(*spool), ElementsAre("42:a"));
}

TEST_F(SpoolTest, BeginsANewEpochWhenItsOwnIsLost) {
  {
    std::unique_ptr<Spool> spool = Open();
    spool->Append("a");
  }
  ASSERT_TRUE(WriteFileAtomically(options_.directory + "/epoch", "garbage\n", 0600).ok());

  std::unique_ptr<Spool> spool = Open();

  EXPECT_EQ(spool->size(), 0u);
  EXPECT_EQ(spool->next_sequence(), 1);
  EXPECT_GT(spool->epoch(), 0);
}

TEST_F(SpoolTest, HoldsSamplesInMemoryWhileTheDiskTakesNothing) {
  ASSERT_TRUE(WriteFileAtomically(options_.directory, "not a directory", 0600).ok());
  options_.memory_bytes_max = 3;
  std::unique_ptr<Spool> spool = Open();
  for (const char* payload : {"a", "b", "c", "d"}) spool->Append(payload);

  EXPECT_THAT(Contents(*spool), ElementsAre("2:b", "3:c", "4:d"));
  EXPECT_EQ(spool->dropped_count(), 1);

  ASSERT_EQ(unlink(options_.directory.c_str()), 0);
  ASSERT_TRUE(MakeDirectories(options_.directory).ok());
  spool->Append("e");
  EXPECT_THAT(Contents(*spool), ElementsAre("2:b", "3:c", "4:d", "5:e"));
  EXPECT_EQ(Segments().size(), 1u);
}

}  // namespace
}  // namespace berthmaster
