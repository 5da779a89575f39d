#ifndef BERTHMASTER_CLI_LINT_LINT_FILES_H_
#define BERTHMASTER_CLI_LINT_LINT_FILES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/lint/lint.h"

namespace berthmaster {

// A larger file is no configuration.
inline constexpr size_t kLintFileBytesMax = 1024 * 1024;
// More files in one call than any host has of them.
inline constexpr size_t kLintFilesMax = 1000;

// Reads what is to be judged, in the order given. A path is a file, "-" for standard input, or a
// directory, of which *.conf, *.yaml, *.yml and *.json are read by name. As sysctl(8) --system and
// systemd-sysctl do, the *.conf files of all directories are sorted by name together, and of two
// with one name that of the directory given first is taken. A file that is named itself is taken
// for what its name or else its content says. NOT_FOUND and the like name the path;
// RESOURCE_EXHAUSTED when something is larger than allowed.
absl::StatusOr<std::vector<LintSource>> ReadLintSources(const std::vector<std::string>& paths);

// Whether `content` is a manifest rather than lines of sysctl.conf; `name` decides if its ending
// does.
bool LooksLikeManifest(absl::string_view name, absl::string_view content);

}  // namespace berthmaster

#endif  // BERTHMASTER_CLI_LINT_LINT_FILES_H_
