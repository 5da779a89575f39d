#include "agent/tune/sysctl_drop_in.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "common/file/file.h"
#include "common/status/reason.h"

namespace berthmaster {
namespace {

class SysctlDropInTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "/sysctl_d.XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    path_ = directory_ + "/60-berthmaster.conf";
  }

  std::string Content() const { return ReadFile(path_, 1 << 20).value_or("none"); }

  std::string directory_;
  std::string path_;
  const absl::Time now_ = absl::FromUnixSeconds(1790000000);
  const DropInLine widened_ = {"net.ipv4.ip_local_port_range", "16384 60999", "rollouts/widen",
                               "32768 60999"};
};

TEST_F(SysctlDropInTest, SaysWhoWroteWhatWhenAndHowItGoesAway) {
  const SysctlDropIn drop_in(directory_, "/var/lib/a/journal");

  ASSERT_TRUE(drop_in.Bring({widened_}, now_).ok());

  EXPECT_EQ(Content(),
            "# Kept by the berthmaster-agent with the journal /var/lib/a/journal\n"
            "# Written 2026-09-21T14:13:20Z\n"
            "# Approved values that were confirmed to outlive a reboot. Do not edit: a value is "
            "taken back,\n"
            "# and its line removed, by `berthctl revert ROLLOUT --reason TEXT`. Without a "
            "controller: stop\n"
            "# the agent, remove the line, and set the value of before with sysctl -w.\n"
            "\n"
            "# rollouts/widen; before: 32768 60999\n"
            "net.ipv4.ip_local_port_range = 16384 60999\n");
  struct stat info;
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0644u);
}

TEST_F(SysctlDropInTest, IsWrittenOnlyWhenAValueChanges) {
  const SysctlDropIn drop_in(directory_, "a");
  ASSERT_TRUE(drop_in.Bring({widened_}, now_).ok());
  const std::string first = Content();

  ASSERT_TRUE(drop_in.Bring({widened_}, now_ + absl::Hours(1)).ok());
  EXPECT_EQ(Content(), first);

  DropInLine wider = widened_;
  wider.value = "10000 60999";
  ASSERT_TRUE(drop_in.Bring({wider}, now_ + absl::Hours(1)).ok());
  EXPECT_NE(Content(), first);
}

TEST_F(SysctlDropInTest, IsRemovedWithItsLastLine) {
  const SysctlDropIn drop_in(directory_, "a");
  ASSERT_TRUE(drop_in.Bring({widened_}, now_).ok());

  ASSERT_TRUE(drop_in.Bring({}, now_).ok());

  EXPECT_EQ(Content(), "none");
}

TEST_F(SysctlDropInTest, LeavesAForeignFileAlone) {
  const SysctlDropIn drop_in(directory_, "a");
  for (const char* foreign :
       {"", "net.ipv4.tcp_tw_reuse = 1\n", "# Kept by the berthmaster-agent with the journal ab\n",
        "# Kept by the berthmaster-agent with the journal a"}) {
    ASSERT_TRUE(WriteFileAtomically(path_, foreign, 0600).ok());
    EXPECT_EQ(ReasonOf(drop_in.Check()), "PERSIST_FOREIGN_FILE") << foreign;
    EXPECT_EQ(ReasonOf(drop_in.Bring({widened_}, now_)), "PERSIST_FOREIGN_FILE");
    EXPECT_TRUE(drop_in.Bring({}, now_).ok()) << "there is nothing of ours in it";
    EXPECT_EQ(Content(), foreign);
  }
}

TEST_F(SysctlDropInTest, TakesALinkForAForeignFile) {
  const SysctlDropIn drop_in(directory_, "a");
  ASSERT_TRUE(drop_in.Bring({widened_}, now_).ok());
  const std::string target = directory_ + "/elsewhere";
  ASSERT_EQ(rename(path_.c_str(), target.c_str()), 0);
  ASSERT_EQ(symlink(target.c_str(), path_.c_str()), 0);

  EXPECT_EQ(ReasonOf(drop_in.Check()), "PERSIST_FOREIGN_FILE");
}

TEST_F(SysctlDropInTest, SaysWhenItCannotBeWritten) {
  const SysctlDropIn drop_in(directory_ + "/missing", "a");

  EXPECT_EQ(ReasonOf(drop_in.Check()), "PERSIST_UNWRITABLE");
  EXPECT_EQ(ReasonOf(drop_in.Bring({widened_}, now_)), "PERSIST_UNWRITABLE");
}

}  // namespace
}  // namespace berthmaster
