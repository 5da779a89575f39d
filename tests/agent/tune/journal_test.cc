#include "agent/tune/journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <string>

#include "common/file/file.h"
#include "tests/fakes/fake_clock.h"

namespace berthmaster {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class JournalTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "/journal.XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    path_ = pattern + "/journal";
  }

  std::unique_ptr<Journal> Open(const std::string& boot_id = "boot-1") {
    absl::StatusOr<std::unique_ptr<Journal>> journal = Journal::Open(path_, boot_id);
    EXPECT_TRUE(journal.ok()) << journal.status();
    return journal.ok() ? *std::move(journal) : nullptr;
  }

  static JournalEntry Entry() {
    JournalEntry entry;
    entry.rollout = "rollouts/a";
    entry.netns = {7, 4026532001};
    entry.sysctl = "net.ipv4.ip_local_port_range";
    entry.prior = "32768 60999";
    entry.desired = "16384\t60999\n";
    entry.lease = absl::Seconds(60);
    entry.deadline = absl::Seconds(1234);
    return entry;
  }

  // A journal with entries 1 and 2, the second applied, and the lines of its file as they were
  // appended.
  std::string Fill() {
    std::unique_ptr<Journal> journal = Open();
    EXPECT_TRUE(journal->AddIntent(Entry()).ok());
    EXPECT_TRUE(journal->AddIntent(Entry()).ok());
    journal->SetState(2, EntryState::kApplied);
    return *ReadFile(path_, 1 << 20);
  }

  void WriteContent(const std::string& content) {
    ASSERT_TRUE(WriteFileAtomically(path_, content, 0600).ok());
  }

  std::string path_;
};

TEST_F(JournalTest, KeepsEntriesOverARestart) {
  JournalEntry expected = Entry();
  {
    std::unique_ptr<Journal> journal = Open();
    expected.id = *journal->AddIntent(Entry());
    EXPECT_EQ(*journal->AddIntent(Entry()), 2u);
    journal->SetState(1, EntryState::kApplied);
    journal->Renew(1, true, absl::ZeroDuration(), absl::Seconds(99));
    journal->Close(2);
    journal->SetRevision(12);
  }
  expected.state = EntryState::kApplied;
  expected.confirmed = true;
  expected.lease = absl::ZeroDuration();
  expected.deadline = absl::Seconds(99);

  std::unique_ptr<Journal> journal = Open();

  EXPECT_EQ(journal->entries(), (std::map<uint64_t, JournalEntry>{{1, expected}}));
  EXPECT_EQ(journal->revision(), 12);
  EXPECT_GT(*journal->AddIntent(Entry()), 1u);
}

TEST_F(JournalTest, IsReadableByAPersonAndByNobodyElse) {
  EXPECT_THAT(Fill(), HasSubstr("\tentry\t1\tintent\trollouts/a\t7\t4026532001\t"
                                "net.ipv4.ip_local_port_range\t32768 60999\t16384\\t60999\\n\t"
                                "leased\t60000\t1234000\n"));
  struct stat info;
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(JournalTest, DropsARecordTornAtAnyByte) {
  const std::string content = Fill();
  const std::string last = content.substr(content.rfind('\n', content.size() - 2) + 1);
  for (size_t cut = 1; cut <= last.size(); ++cut) {
    WriteContent(content.substr(0, content.size() - cut));
    EXPECT_EQ(Open()->entries().at(2).state, EntryState::kIntent) << "cut " << cut;
  }
}

TEST_F(JournalTest, DropsABlockThatWasNeverWritten) {
  WriteContent(Fill() + std::string(4096, '\0'));
  EXPECT_EQ(Open()->entries().size(), 2u);
  WriteContent(Fill() + std::string(100, '\0') + "\n");
  EXPECT_EQ(Open()->entries().size(), 4u) << "two more";
}

TEST_F(JournalTest, AppendsWholeRecordsAfterATornOne) {
  WriteContent(Fill() + "1234");
  ASSERT_TRUE(Open()->AddIntent(Entry()).ok());

  EXPECT_EQ(Open()->entries().size(), 3u);
}

TEST_F(JournalTest, RefusesDamageInTheMiddleAndSaysWhatToDo) {
  std::string content = Fill();
  content[content.find("rollouts/a")] = 'R';
  WriteContent(content);

  absl::StatusOr<std::unique_ptr<Journal>> journal = Journal::Open(path_, "boot-1");

  EXPECT_EQ(journal.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(journal.status().message()), StartsWith(path_ + ":3: the checksum"));
  EXPECT_THAT(std::string(journal.status().message()), HasSubstr("move the file away"));
}

TEST_F(JournalTest, RefusesDamageInAWholeLastRecord) {
  std::string content = Fill();
  content[content.size() - 3] ^= 1;
  WriteContent(content);

  EXPECT_EQ(Journal::Open(path_, "boot-1").status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(JournalTest, DropsTheEntriesOfAnotherBoot) {
  Fill();

  EXPECT_TRUE(Open("boot-2")->entries().empty());
  EXPECT_TRUE(Open("boot-2")->entries().empty());
}

TEST_F(JournalTest, KeepsEntriesWhenTheBootIsNotKnown) {
  Fill();

  EXPECT_EQ(Open("")->entries().size(), 2u);
  EXPECT_TRUE(Open("boot-2")->entries().empty()) << "the boot of the entries is still boot-1";
}

TEST_F(JournalTest, StaysSmallHoweverOftenLeasesAreRenewed) {
  std::unique_ptr<Journal> journal = Open();
  uint64_t id = *journal->AddIntent(Entry());
  for (int i = 0; i < 20000; ++i) journal->Renew(id, false, absl::Seconds(60), absl::Seconds(i));

  EXPECT_LT(ReadFile(path_, 1 << 30)->size(), 512u * 1024);
  EXPECT_EQ(Open()->entries().at(id).deadline, absl::Seconds(19999));
}

TEST_F(JournalTest, SurvivesRandomBytes) {
  FakeRandom random(11);
  const std::string good = Fill();
  for (int round = 0; round < 200; ++round) {
    std::string content = good;
    for (uint64_t flips = random.Next() % 6; flips > 0; --flips) {
      content[random.Next() % content.size()] = static_cast<char>(random.Next());
    }
    WriteContent(content.substr(0, random.Next() % (content.size() + 1)));
    absl::StatusOr<std::unique_ptr<Journal>> journal = Journal::Open(path_, "boot-1");
    EXPECT_TRUE(journal.ok() || absl::IsDataLoss(journal.status())) << journal.status();
  }
}

}  // namespace
}  // namespace berthmaster
