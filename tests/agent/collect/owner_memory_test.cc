#include "agent/collect/owner_memory.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/agent/collect/fake_kernel.h"
#include "tests/agent/collect/fake_readers.h"

namespace berthmaster {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class OwnerMemoryTest : public testing::Test {
 protected:
  OwnerMemoryTest() {
    owners_.processes[71] = {4711, "curl", "/app"};
    owners_.processes[72] = {4711, "curl", "/app"};
    owners_.processes[73] = {4712, "wget", "/app"};
    const SocketRow row = MakeRow({});
    key_ = {row.source, row.destination, row.destination_port};
    memory_.SetNamed({key_});
  }
  static FakeRow Live(uint64_t cookie, uint32_t inode) {
    return {.local_port = 40000, .cookie = cookie, .inode = inode};
  }
  static FakeRow TimeWait(uint64_t cookie) {
    return {.state = TcpState::kTimeWait, .local_port = 40000, .age_seconds = 1, .cookie = cookie};
  }
  SeenOwners DumpSeen(const std::vector<FakeRow>& rows) {
    memory_.BeginDump();
    for (const FakeRow& row : rows) memory_.AddSocket(memory_.NamedIndex(key_), MakeRow(row));
    memory_.FinishDump(owners_, inodes_left_);
    return memory_.OwnersOf(key_);
  }
  // The owners alone.
  std::vector<PoolOwner> Dump(const std::vector<FakeRow>& rows) {
    std::vector<PoolOwner> owners;
    for (const SeenOwner& seen : DumpSeen(rows).owners) owners.push_back(seen.owner);
    return owners;
  }

  RawPoolKey key_;
  FakeOwners owners_;
  OwnerMemory memory_;
  size_t inodes_left_ = kInodesPerSampleMax;
};

TEST_F(OwnerMemoryTest, NamesTheHoldersOfLiveSockets) {
  EXPECT_THAT(Dump({Live(1, 71), Live(2, 72), Live(3, 73)}),
              ElementsAre(PoolOwner{"curl", 4711, "/app", 2}, PoolOwner{"wget", 4712, "/app", 1}));
}

TEST_F(OwnerMemoryTest, RemembersThemInTimeWait) {
  Dump({Live(1, 71), Live(2, 72)});
  EXPECT_THAT(Dump({TimeWait(1), TimeWait(2), TimeWait(3)}),
              ElementsAre(PoolOwner{"curl", 4711, "/app", 2}));
}

TEST_F(OwnerMemoryTest, CountsTimeWaitThatNobodyWasSeenHolding) {
  Dump({Live(1, 71), Live(2, 72)});
  const SeenOwners seen =
      DumpSeen({TimeWait(1), Live(2, 72), TimeWait(3), TimeWait(4), TimeWait(0), Live(5, 0)});
  ASSERT_EQ(seen.owners.size(), 1u);
  EXPECT_EQ(seen.owners[0].owner, (PoolOwner{"curl", 4711, "/app", 2}));
  EXPECT_EQ(seen.owners[0].time_wait, 1);
  // 3, 4 and the one without a cookie; the live one that nobody holds is not in TIME_WAIT.
  EXPECT_EQ(seen.unseen_time_wait, 3);
}

// Closed on the way there, and without a process.
TEST_F(OwnerMemoryTest, CountsWhatIsOnItsWayToTimeWait) {
  FakeRow orphan = Live(6, 0);
  orphan.state = TcpState::kFinWait1;
  FakeRow shut_down = Live(7, 79);
  shut_down.state = TcpState::kFinWait2;
  EXPECT_EQ(DumpSeen({orphan, shut_down}).unseen_time_wait, 2);
}

// As ss says it.
TEST_F(OwnerMemoryTest, TakesTheCgroupThatTheSourceNames) {
  memory_.BeginDump();
  SocketRow row = MakeRow(Live(9, 79));
  row.cgroup = "/a.slice";
  memory_.AddSocket(0, row);
  memory_.FinishDump(owners_, inodes_left_);
  EXPECT_THAT(Dump({TimeWait(9)}), ElementsAre(PoolOwner{"", 0, "/a.slice", 1}));
}

TEST_F(OwnerMemoryTest, AsksOnceForEachSocket) {
  Dump({Live(1, 71), Live(2, 72)});
  Dump({Live(1, 71), Live(2, 72)});
  EXPECT_EQ(owners_.asked_count, 2);
}

TEST_F(OwnerMemoryTest, ForgetsSocketsThatAreGone) {
  Dump({Live(1, 71)});
  Dump({});
  EXPECT_THAT(Dump({TimeWait(1)}), IsEmpty());
}

TEST_F(OwnerMemoryTest, AsksAgainForTheHolderThatWasNotFound) {
  EXPECT_THAT(Dump({Live(9, 79)}), IsEmpty());
  owners_.processes[79] = {5, "late", ""};
  EXPECT_THAT(Dump({Live(9, 79)}), ElementsAre(PoolOwner{"late", 5, "", 1}));
}

TEST_F(OwnerMemoryTest, KeepsToItsBudget) {
  inodes_left_ = 1;
  Dump({Live(1, 71), Live(2, 72)});
  EXPECT_EQ(owners_.asked_count, 1);
  EXPECT_EQ(inodes_left_, 0u);
}

TEST_F(OwnerMemoryTest, DoesNotAskAgainWhereItMayNot) {
  owners_.error = absl::PermissionDeniedError("no CAP_SYS_PTRACE");
  Dump({Live(1, 71)});
  Dump({Live(1, 71)});
  EXPECT_EQ(owners_.asked_count, 1);
  EXPECT_THAT(memory_.limitation(), HasSubstr("no CAP_SYS_PTRACE"));
}

TEST_F(OwnerMemoryTest, ForgetsTheRowsOfADumpThatFailed) {
  memory_.BeginDump();
  memory_.AddSocket(0, MakeRow(Live(1, 71)));
  EXPECT_THAT(Dump({Live(2, 72)}), ElementsAre(PoolOwner{"curl", 4711, "/app", 1}));
}

}  // namespace
}  // namespace berthmaster
