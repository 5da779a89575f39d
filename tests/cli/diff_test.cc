#include "cli/diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/cli/change_server.h"

namespace berthmaster {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class DiffCommand : public ::testing::Test {
 protected:
  DiffCommand() {
    server_.rollouts.rollouts = {RolloutInItsSecondWave()};
    SetEffective(0, "15000\t64999");
    SetEffective(1, "32768\t60999");
  }

  v1::Rollout& rollout() { return server_.rollouts.rollouts[0]; }
  // What the newest sample of web-`number` says.
  void SetEffective(int number, const std::string& value) {
    const std::string name = absl::StrCat("hosts/web-", number, "/netns/7");
    for (v1::Netns& netns : server_.hosts.namespaces) {
      if (netns.name() != name) continue;
      (*netns.mutable_sysctls())["net.ipv4.ip_local_port_range"] = value;
      return;
    }
    v1::Netns netns;
    netns.set_name(name);
    (*netns.mutable_sysctls())["net.ipv4.ip_local_port_range"] = value;
    server_.hosts.namespaces.push_back(netns);
  }
  // The text, and the exit code in front.
  std::string Run(const std::string& what = "", OutputFormat format = OutputFormat::kTable) {
    absl::StatusOr<DiffOutcome> outcome = Diff(server_.client(), what, format);
    return outcome.ok() ? absl::StrCat(outcome->exit_code, "\n", outcome->text)
                        : std::string(outcome.status().message());
  }

  ChangeServer server_;
};

TEST_F(DiffCommand, ShowsWhatIsWantedWrittenAndThere) {
  EXPECT_EQ(Run(),
            "5\n"
            "NETNS       SYSCTL                        DESIRED      APPLIED      EFFECTIVE    "
            "ROLLOUT      NOTE\n"
            "web-0/blue  net.ipv4.ip_local_port_range  15000 64999  15000 64999  15000 64999  "
            "rollouts/r1\n"
            "web-1/blue  net.ipv4.ip_local_port_range  15000 64999  -            32768 60999  "
            "rollouts/r1  SENT\n");
}

TEST_F(DiffCommand, IsCleanWhenEverythingIsAsDesired) {
  rollout().mutable_targets()->RemoveLast();

  EXPECT_THAT(Run("hosts/web-0"), HasSubstr("0\nNETNS"));
  EXPECT_EQ(server_.rollouts.listed_host, "hosts/web-0");
  EXPECT_EQ(Run("web-0", OutputFormat::kName), "0\n");
}

TEST_F(DiffCommand, MarksDriftAlsoBeforeTheAgentTells) {
  SetEffective(0, "1024 65535");
  EXPECT_THAT(Run("web-0"), HasSubstr("1024 65535  rollouts/r1  DRIFT: somebody else wrote it\n"));
  EXPECT_EQ(Run("web-0", OutputFormat::kName), "5\nhosts/web-0/netns/7\n");

  rollout().set_state(v1::ROLLOUT_STATE_CONFIRMED);
  rollout().mutable_targets(0)->set_state(v1::TARGET_STATE_FAILED);
  rollout().mutable_targets(0)->mutable_sysctls(0)->set_state(v1::APPLY_STATE_DRIFTED);
  rollout().mutable_targets(0)->mutable_sysctls(0)->clear_applied_value();
  EXPECT_THAT(Run("web-0"), HasSubstr("DRIFT: somebody else wrote it\n"));
}

TEST_F(DiffCommand, CallsNothingDriftThatWasNotSeenToHold) {
  SetEffective(0, "32768 60999");
  rollout().mutable_targets(0)->set_state(v1::TARGET_STATE_SOAKING);

  EXPECT_THAT(Run("web-0"), HasSubstr("32768 60999  rollouts/r1  SOAKING\n"));
}

TEST_F(DiffCommand, ShowsOneRolloutWhatItHasNotGotToToo) {
  rollout().mutable_targets(1)->set_state(v1::TARGET_STATE_WAITING);
  EXPECT_THAT(Run(), Not(HasSubstr("web-1")));
  EXPECT_THAT(Run("rollouts/r1"), HasSubstr("rollouts/r1  WAITING\n"));
  EXPECT_THAT(Run("rollout/r1"), HasSubstr("rollouts/r1  WAITING\n"));
  EXPECT_EQ(Run("rollouts/r9"), "rollouts/r9");
}

TEST_F(DiffCommand, WantsTheValueFromBeforeWhileItIsTakenBack) {
  rollout().set_state(v1::ROLLOUT_STATE_REVERTING);
  rollout().mutable_targets(0)->set_state(v1::TARGET_STATE_REVERTING);
  rollout().mutable_targets()->RemoveLast();
  EXPECT_THAT(Run(), HasSubstr("32768 60999  15000 64999  15000 64999  rollouts/r1  REVERTING\n"));

  rollout().set_state(v1::ROLLOUT_STATE_REVERTED);
  EXPECT_EQ(Run(), "0\nno rollout is in force here\n");
}

TEST_F(DiffCommand, TakesTheNewestRolloutOfASysctl) {
  v1::Rollout older = RolloutInItsSecondWave();
  older.set_name("rollouts/r0");
  server_.rollouts.rollouts.push_back(older);

  EXPECT_THAT(Run(), Not(HasSubstr("rollouts/r0")));
}

TEST_F(DiffCommand, AnUnknownValueIsNoAgreement) {
  server_.hosts.namespaces.clear();
  rollout().mutable_targets(0)->mutable_sysctls(0)->clear_effective_value();

  EXPECT_THAT(
      Run("web-0"),
      HasSubstr("15000 64999  -          rollouts/r1  UNKNOWN: not in the newest sample\n"));
}

TEST_F(DiffCommand, PrintsJson) {
  EXPECT_THAT(Run("web-0", OutputFormat::kJson), HasSubstr("\"differs\": false"));
  EXPECT_THAT(Run("web-1", OutputFormat::kYaml), HasSubstr("note: \"SENT\""));
}

}  // namespace
}  // namespace berthmaster
