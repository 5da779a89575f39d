#ifndef BERTHMASTER_CLI_LINT_COMMAND_H_
#define BERTHMASTER_CLI_LINT_COMMAND_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace berthmaster {

struct LintRequest {
  // Files and directories, "-" for standard input.
  std::vector<std::string> paths;
  // What to judge for; empty: everything.
  std::string kernel;
  std::string kubernetes;
  std::string output = "table";
  bool is_strict = false;
};

struct LintOutcome {
  std::string text;
  // For a person, beside the table; else empty.
  std::string summary;
  // 0: clean or notes only; 1: errors, or with is_strict warnings.
  int exit_code = 0;
};

// Judges the sysctls of what the paths name. Errors are those of the flags and of the files.
absl::StatusOr<LintOutcome> RunLintCommand(const LintRequest& request);

}  // namespace berthmaster

#endif  // BERTHMASTER_CLI_LINT_COMMAND_H_
