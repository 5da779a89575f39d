#ifndef BERTHMASTER_CLI_LINT_GLOB_H_
#define BERTHMASTER_CLI_LINT_GLOB_H_

#include "absl/strings/string_view.h"

namespace berthmaster {

// Whether a sysctl's name, or a pattern of names, has '*', '?' or '['.
bool IsGlob(absl::string_view name);

// Whether `sysctl` matches `pattern` as glob(7) has it for a path: '*', '?' and '[...]' stay inside
// one part between dots. Takes time in the product of the lengths at most, whatever the pattern.
bool MatchesGlob(absl::string_view pattern, absl::string_view sysctl);

}  // namespace berthmaster

#endif  // BERTHMASTER_CLI_LINT_GLOB_H_
