#ifndef BERTHMASTER_CLI_LINT_SYSCTL_CONF_H_
#define BERTHMASTER_CLI_LINT_SYSCTL_CONF_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace berthmaster {

// sysctl(8) takes no longer line (sysctl.conf(5)).
inline constexpr size_t kConfLineBytesMax = 4096;
// No host has so many; what follows is not read.
inline constexpr size_t kConfLinesMax = 10000;

// One line that says something, as sysctl.conf(5) and sysctl.d(5) have it.
struct ConfLine {
  // From 1.
  int line = 0;
  // With dots between its parts; may be a glob.
  std::string name;
  // Without white space at its ends.
  std::string value;
  // "-name" without "=": no glob is to set it. The value is empty.
  bool is_exclusion = false;
  // "-name = value": it may fail.
  bool may_fail = false;
};

// A line that no reader understands.
struct ConfProblem {
  int line = 0;
  std::string what;
};

struct SysctlConf {
  std::vector<ConfLine> lines;
  std::vector<ConfProblem> problems;
};

// Takes any bytes. Never fails: what is wrong is among the problems, of which there are at most as
// many as lines.
SysctlConf ParseSysctlConf(absl::string_view content);

}  // namespace berthmaster

#endif  // BERTHMASTER_CLI_LINT_SYSCTL_CONF_H_
