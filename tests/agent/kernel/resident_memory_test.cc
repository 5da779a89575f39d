#include "agent/kernel/resident_memory.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace berthmaster {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string Mapping(absl::string_view head, int anonymous_kib) {
  return absl::StrCat(head,
                      "\nSize:                 64 kB\nRss:                  32 kB\n"
                      "Private_Clean:        32 kB\nAnonymous:       ",
                      anonymous_kib, " kB\nVmFlags: rd mr mw me\n");
}

TEST(ResidentMemoryTest, FindsTheCodeAndTheConstantsOfFiles) {
  const std::string smaps =
      absl::StrCat(Mapping("1000-2000 r-xp 00001000 fe:00 17     /usr/lib/libgrpc.so.29", 0),
                   Mapping("2000-3000 r--p 00002000 fe:00 17     /usr/lib/libgrpc.so.29", 0));

  EXPECT_THAT(CleanFileMappings(smaps),
              ElementsAre(MemoryRange{0x1000, 0x2000}, MemoryRange{0x2000, 0x3000}));
}

// What RELRO leaves is read-only and of a file, and its relocated pages are nowhere else.
TEST(ResidentMemoryTest, LeavesRelocatedPages) {
  EXPECT_THAT(
      CleanFileMappings(Mapping("3000-4000 r--p 00003000 fe:00 17  /usr/lib/libgrpc.so.29", 4)),
      IsEmpty());
}

TEST(ResidentMemoryTest, LeavesWhatIsWrittenSharedOrOfNoFile) {
  const std::string smaps =
      absl::StrCat(Mapping("1000-2000 rw-p 00001000 fe:00 17     /usr/lib/libgrpc.so.29", 0),
                   Mapping("2000-3000 r--s 00002000 fe:00 18     /var/lib/mapped", 0),
                   Mapping("3000-4000 r--p 00000000 00:00 0 ", 0),
                   Mapping("4000-5000 r-xp 00000000 00:00 0      [vdso]", 0));

  EXPECT_THAT(CleanFileMappings(smaps), IsEmpty());
}

TEST(ResidentMemoryTest, FindsNothingInOtherText) {
  EXPECT_THAT(CleanFileMappings(""), IsEmpty());
  EXPECT_THAT(CleanFileMappings("Anonymous: 0 kB\n"), IsEmpty());
  EXPECT_THAT(CleanFileMappings("zz-1 r-xp 0 0 0 /x\nAnonymous: 0 kB\n"), IsEmpty());
  EXPECT_THAT(CleanFileMappings("2000-1000 r-xp 0 0 0 /x\nAnonymous: 0 kB\n"), IsEmpty());
}

TEST(ResidentMemoryTest, TheProgramGoesOnWithoutItsStart) {
  EXPECT_EQ(ReleaseStartPages(), absl::OkStatus());
  EXPECT_EQ(absl::StrCat("still", " here ", 1), "still here 1");
}

}  // namespace
}  // namespace berthmaster
