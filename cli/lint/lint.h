#ifndef BERTHMASTER_CLI_LINT_LINT_H_
#define BERTHMASTER_CLI_LINT_LINT_H_

#include <optional>
#include <string>
#include <vector>

#include "common/sysctl/advice.h"
#include "common/sysctl/release.h"

namespace berthmaster {

// A file as it was read.
struct LintSource {
  std::string name;
  std::string content;
  // YAML or JSON of Kubernetes; else lines of sysctl.conf.
  bool is_manifest = false;
  // The file of the same name in a directory given earlier, which is read in its place; else empty.
  std::string hidden_by;
};

struct LintOptions {
  // The kernel and the Kubernetes to judge for; nothing is assumed where they are not given.
  std::optional<Release> kernel;
  std::optional<Release> kubernetes;
};

// Another setting that a finding rests on.
struct LintRelated {
  std::string setting;
  std::string value;
  // Empty when it is not in any file: the kernel's default.
  std::string file;
  int line = 0;
};

struct LintFinding {
  std::string file;
  // From 1.
  int line = 0;
  // "Deployment/web" in a manifest; else empty.
  std::string object;
  // Empty for what is wrong with the line itself.
  std::string setting;
  std::string value;
  Advice advice;
  std::vector<LintRelated> related;
};

struct LintReport {
  // By file in the order given, then by line.
  std::vector<LintFinding> findings;
  int file_count = 0;
  int setting_count = 0;
  // Findings that a comment allows: "# berthctl lint: allow ID".
  int allowed_count = 0;

  int CountOf(AdviceSeverity severity) const;
};

// Judges all settings of `sources`. The sysctl.conf files are one configuration, read in their
// order, so that the last one to set a name wins; each pod is one of its own. Kubelet
// configurations among the sources say what their pods may set. Pure.
LintReport Lint(const std::vector<LintSource>& sources, const LintOptions& options);

}  // namespace berthmaster

#endif  // BERTHMASTER_CLI_LINT_LINT_H_
