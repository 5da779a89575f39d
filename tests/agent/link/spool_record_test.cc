#include "agent/link/spool_record.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/fakes/fake_clock.h"

namespace berthmaster {
namespace {

std::string ThreeRecords() {
  return EncodeSpoolRecord(5, "five") + EncodeSpoolRecord(6, "") + EncodeSpoolRecord(9, "nine");
}

TEST(SpoolRecord, ScansWhatWasEncoded) {
  std::string segment = ThreeRecords();

  SpoolScan scan = ScanSpoolSegment(segment);

  EXPECT_TRUE(scan.is_whole);
  ASSERT_EQ(scan.records.size(), 3u);
  EXPECT_EQ(scan.records[0].sequence, 5);
  EXPECT_EQ(segment.substr(scan.records[0].payload_offset, scan.records[0].payload_bytes), "five");
  EXPECT_EQ(scan.records[1].payload_bytes, 0u);
  EXPECT_EQ(segment.substr(scan.records[2].payload_offset, scan.records[2].payload_bytes), "nine");
}

TEST(SpoolRecord, KeepsWhatIsBeforeATornTail) {
  std::string segment = ThreeRecords();
  size_t last = EncodeSpoolRecord(9, "nine").size();
  for (size_t cut = 1; cut < last; ++cut) {
    SpoolScan scan = ScanSpoolSegment(segment.substr(0, segment.size() - cut));
    EXPECT_EQ(scan.records.size(), 2u);
    EXPECT_FALSE(scan.is_whole);
  }
}

TEST(SpoolRecord, StopsAtADamagedByteWhereverItIs) {
  const std::string segment = ThreeRecords();
  for (size_t i = 0; i < segment.size(); ++i) {
    std::string damaged = segment;
    damaged[i] ^= 0x10;
    SpoolScan scan = ScanSpoolSegment(damaged);
    EXPECT_FALSE(scan.is_whole) << "byte " << i;
    EXPECT_LT(scan.records.size(), 3u);
  }
}

TEST(SpoolRecord, StopsWhereNumbersDoNotRise) {
  SpoolScan scan = ScanSpoolSegment(EncodeSpoolRecord(5, "a") + EncodeSpoolRecord(5, "b"));

  EXPECT_EQ(scan.records.size(), 1u);
  EXPECT_FALSE(scan.is_whole);
}

TEST(SpoolRecord, SurvivesRandomBytes) {
  FakeRandom random(3);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes(random.Next() % 60, '\0');
    for (char& c : bytes) c = static_cast<char>(random.Next());
    EXPECT_TRUE(ScanSpoolSegment(bytes).records.empty());
  }
}

}  // namespace
}  // namespace berthmaster
