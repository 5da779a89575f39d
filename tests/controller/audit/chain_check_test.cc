#include "controller/audit/chain_check.h"

#include <memory>
#include <string>
#include <vector>

#include "controller/audit/signing_key.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/controller/store/temporary_directory.h"
#include "tests/fakes/fake_stores.h"

namespace berthmaster {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class ChainCheckTest : public testing::Test {
 protected:
  // So many entries are in the store.
  void Fill(int count) {
    std::vector<AuditEntry> entries;
    for (int i = 1; i <= count; ++i) {
      AuditEntry entry;
      entry.sequence = i;
      entry.actor = "berthmaster";
      entry.previous_hash = i == 1 ? kAuditFirstHash : entries.back().hash;
      entry.hash = AuditHash(entry);
      entries.push_back(entry);
    }
    store_.ReplaceAudit(std::move(entries));
  }
  // Runs the check to its end.
  ChainCheck Run(const std::optional<AuditCheckpoint>& checkpoint = {}) {
    ChainCheck check(&store_, checkpoint);
    step_count_ = 1;
    while (check.Step().value()) ++step_count_;
    return check;
  }
  AuditCheckpoint Checkpoint() {
    auto key = AuditSigningKey::LoadOrCreate(directory_.File("key.pem")).value();
    return key->Sign(store_.ReadTail().value(), absl::UnixEpoch()).value();
  }

  TemporaryDirectory directory_;
  FakeControlStore store_;
  int step_count_ = 0;
};

TEST_F(ChainCheckTest, AnEmptyChainIsWhole) {
  const ChainCheck check = Run();

  EXPECT_FALSE(check.broken().has_value());
  EXPECT_EQ(check.tail(), AuditTail());
}

TEST_F(ChainCheckTest, GoesThroughALongChainInBoundedSteps) {
  Fill(2500);

  const ChainCheck check = Run(Checkpoint());

  EXPECT_FALSE(check.broken().has_value());
  EXPECT_EQ(check.tail(), store_.ReadTail().value());
  EXPECT_EQ(step_count_, 4);
}

TEST_F(ChainCheckTest, StopsAtTheFirstBrokenLink) {
  Fill(2500);
  std::vector<AuditEntry> entries = store_.audit();
  entries[1499].actor = "mallory";
  entries[2000].actor = "mallory";
  store_.ReplaceAudit(std::move(entries));

  const ChainCheck check = Run();

  ASSERT_TRUE(check.broken().has_value());
  EXPECT_EQ(check.broken()->sequence, 1500);
  EXPECT_THAT(check.broken()->what, StartsWith("entry 1500 was altered"));
  EXPECT_EQ(check.tail().sequence, 1499);
}

TEST_F(ChainCheckTest, ACutEndShowsAgainstACheckpoint) {
  Fill(5);
  const AuditCheckpoint checkpoint = Checkpoint();
  Fill(3);

  const ChainCheck check = Run(checkpoint);

  ASSERT_TRUE(check.broken().has_value());
  EXPECT_EQ(check.broken()->sequence, 4);
  EXPECT_THAT(check.broken()->what, HasSubstr("the end of the chain is cut off"));
}

TEST_F(ChainCheckTest, AForgedCheckpointIsSaid) {
  Fill(5);
  AuditCheckpoint checkpoint = Checkpoint();
  checkpoint.sequence = 4;

  const ChainCheck check = Run(checkpoint);

  ASSERT_TRUE(check.broken().has_value());
  EXPECT_EQ(check.broken()->sequence, 0);
  EXPECT_THAT(check.broken()->what, HasSubstr("the signature of the checkpoint"));
}

}  // namespace
}  // namespace berthmaster
