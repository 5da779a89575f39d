#include "agent/kernel/host_probe.h"

#include <gtest/gtest.h>

namespace berthmaster {
namespace {

TEST(ParseHidePid, ReadsTheOptionsOfProc) {
  EXPECT_EQ(ParseHidePid("proc /proc proc rw,nosuid,nodev 0 0\n"), HidePid::kOff);
  EXPECT_EQ(ParseHidePid("proc /proc proc rw,hidepid=2,gid=7 0 0\n"), HidePid::kInvisible);
  EXPECT_EQ(ParseHidePid("proc /proc proc rw,hidepid=noaccess 0 0\n"), HidePid::kNoAccess);
  EXPECT_EQ(ParseHidePid("proc /proc proc rw,hidepid=ptraceable 0 0\n"), HidePid::kPtraceable);
  EXPECT_EQ(ParseHidePid("proc /proc proc rw,hidepid=9 0 0\n"), std::nullopt);
}

TEST(ParseHidePid, TakesTheMountThatIsSeen) {
  EXPECT_EQ(ParseHidePid("proc /proc proc rw 0 0\nproc /mnt/proc proc rw,hidepid=2 0 0\n"),
            HidePid::kOff);
  EXPECT_EQ(ParseHidePid("proc /proc proc rw 0 0\nproc /proc proc rw,hidepid=1 0 0\n"),
            HidePid::kNoAccess);
  EXPECT_EQ(ParseHidePid("sysfs /sys sysfs rw 0 0\n"), std::nullopt);
  EXPECT_EQ(ParseHidePid(""), std::nullopt);
  EXPECT_EQ(ParseHidePid("proc /proc\n proc\n\n"), std::nullopt);
}

}  // namespace
}  // namespace berthmaster
