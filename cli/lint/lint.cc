#include "cli/lint/lint.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "cli/lint/conf_lint.h"
#include "cli/lint/findings.h"
#include "cli/lint/manifest_lint.h"

namespace berthmaster {

int LintReport::CountOf(AdviceSeverity severity) const {
  return static_cast<int>(std::count_if(
      findings.begin(), findings.end(),
      [severity](const LintFinding& finding) { return finding.advice.severity == severity; }));
}

LintReport Lint(const std::vector<LintSource>& sources, const LintOptions& options) {
  Findings findings(sources);
  for (size_t i = 0; i < sources.size(); ++i) {
    if (sources[i].hidden_by.empty()) continue;
    findings.AddSyntax({.source = i, .line = 1}, AdviceSeverity::kNote, "file-hidden",
                       absl::StrCat("Not read: ", sources[i].hidden_by,
                                    " has the same name in a directory that comes first."),
                       "");
  }
  const int conf_count = LintConf(sources, options, findings);
  const int manifest_count = LintManifests(sources, options, findings);
  LintReport report = findings.Take();
  report.file_count = static_cast<int>(sources.size());
  report.setting_count = conf_count + manifest_count;
  return report;
}

}  // namespace berthmaster
