#ifndef BERTHMASTER_CLI_LINT_CONF_LINT_H_
#define BERTHMASTER_CLI_LINT_CONF_LINT_H_

#include <vector>

#include "cli/lint/findings.h"
#include "cli/lint/lint.h"

namespace berthmaster {

// Judges the sysctl.conf files among `sources` as one configuration. Returns how many settings they
// have.
int LintConf(const std::vector<LintSource>& sources, const LintOptions& options,
             Findings& findings);

}  // namespace berthmaster

#endif  // BERTHMASTER_CLI_LINT_CONF_LINT_H_
