#ifndef BERTHMASTER_CLI_DIFF_H_
#define BERTHMASTER_CLI_DIFF_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cli/client.h"
#include "cli/print.h"

namespace berthmaster {

// One sysctl of one namespace that a rollout is about. Values are as NormalizeSysctlValue has them.
struct DiffLine {
  // "hosts/web-1/netns/7"
  std::string netns;
  std::string netns_label;
  std::string sysctl;
  // What is wanted: the rollout's value, or the one before it where the rollout is taken back.
  std::string desired;
  // What the agent wrote; empty where nothing of it is in force by its hand.
  std::string applied;
  // What the kernel said in the newest sample; empty where that is not known.
  std::string effective;
  std::string rollout;
  // Whether `effective` is not known to be `desired`.
  bool differs = false;
  // What to say of it: "drift: somebody else wrote it", "waiting"; empty where all is well.
  std::string note;
};

struct DiffOutcome {
  std::string text;
  // 0, or kExitConflict when a line differs.
  int exit_code = 0;
};

// `berthctl diff`: desired, applied and effective values of all rollouts in force or on their way
// back, of those on one host, or of one rollout whatever its state. `what` is a host's or a
// rollout's name, or empty. The newest rollout decides where two are about the same sysctl.
absl::StatusOr<DiffOutcome> Diff(Client& client, const std::string& what, OutputFormat format);

// The lines of one rollout, with the effective values of the samples (by namespace and sysctl)
// before those that the rollout remembers. `is_whole` also takes targets that it has not got to.
std::vector<DiffLine> LinesOf(
    const v1::Rollout& rollout, bool is_whole,
    const std::map<std::string, std::map<std::string, std::string>>& effective);

}  // namespace berthmaster

#endif  // BERTHMASTER_CLI_DIFF_H_
