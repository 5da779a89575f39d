// The completion script of the real binary, in a real bash.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "tests/process/child_process.h"
#include "tests/process/temp_directory.h"

namespace berthmaster {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class CompletionCommand : public ::testing::Test {
 protected:
  std::string Run(const std::vector<std::string>& arguments) {
    auto process = ChildProcess::Start(arguments, {{"XDG_CONFIG_HOME", directory_.path()}});
    exit_code_ = process->WaitForExit(absl::Seconds(30));
    return process->Output();
  }

  // What bash offers for the last of `words`. Names come from a berthctl that says what it is
  // asked.
  std::vector<std::string> Complete(const std::vector<std::string>& words) {
    const std::string output = Run(
        {"/bin/bash", "-c",
         absl::StrCat("source <(", BinaryPath("berthctl"),
                      " completion bash); berthctl() { echo \"$2/1\"; echo \"$2/\\$(echo 2)\"; }; "
                      "COMP_WORDS=(berthctl ",
                      absl::StrJoin(words, " "), "); COMP_CWORD=", words.size(),
                      "; [[ ${#COMP_WORDS[@]} -gt COMP_CWORD ]] || COMP_WORDS+=(''); _berthctl; "
                      "printf '%s\\n' \"${COMPREPLY[@]}\"")});
    EXPECT_EQ(exit_code_, 0) << output;
    return absl::StrSplit(output, '\n', absl::SkipEmpty());
  }

  TempDirectory directory_;
  int exit_code_ = -1;
};

TEST_F(CompletionCommand, OffersCommandsFlagsAndNames) {
  EXPECT_THAT(Complete({"ro"}), ElementsAre("rollout"));
  EXPECT_THAT(Complete({"rollout", "p"}), ElementsAre("pause", "promote"));
  EXPECT_THAT(Complete({"rollout", "pause", "--r"}), ElementsAre("--reason"));
  EXPECT_THAT(Complete({"rollout", "pause", "r"}), ElementsAre("rollouts/1"));
  EXPECT_THAT(Complete({"approve", "re"}), ElementsAre("recommendations/1"));
  EXPECT_THAT(Complete({"get", "si"}), ElementsAre("silences"));
  EXPECT_THAT(Complete({"policy", "set", "a"}), ElementsAre("approval"));
  EXPECT_THAT(
      Complete({"propose", "--"}),
      AllOf(Contains("--selector"), Contains("--pause-after-canary"), Not(Contains("--etag"))));
}

TEST_F(CompletionCommand, RefusesAShellThatItDoesNotKnow) {
  EXPECT_THAT(Run({BinaryPath("berthctl"), "completion", "tcsh"}),
              HasSubstr("'tcsh' is not a shell that can be served; use bash or zsh"));
  EXPECT_EQ(exit_code_, 2);
  EXPECT_THAT(Run({BinaryPath("berthctl"), "completion", "zsh"}), HasSubstr("bashcompinit"));
}

}  // namespace
}  // namespace berthmaster
