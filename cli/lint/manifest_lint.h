#ifndef BERTHMASTER_CLI_LINT_MANIFEST_LINT_H_
#define BERTHMASTER_CLI_LINT_MANIFEST_LINT_H_

#include <vector>

#include "cli/lint/findings.h"
#include "cli/lint/lint.h"

namespace berthmaster {

// Judges the manifests among `sources`, each pod spec for itself. Returns how many settings they
// have.
int LintManifests(const std::vector<LintSource>& sources, const LintOptions& options,
                  Findings& findings);

}  // namespace berthmaster

#endif  // BERTHMASTER_CLI_LINT_MANIFEST_LINT_H_
