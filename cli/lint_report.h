#ifndef BERTHMASTER_CLI_LINT_REPORT_H_
#define BERTHMASTER_CLI_LINT_REPORT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cli/lint/lint.h"

namespace berthmaster {

// kJsonLines: one finding a line. kSarif: SARIF 2.1.0, which code hosts show beside the lines.
enum class LintFormat { kText, kJson, kYaml, kJsonLines, kSarif };

// "table", "json", "yaml", "jsonl", "sarif". INVALID_ARGUMENT lists the formats.
absl::StatusOr<LintFormat> ParseLintFormat(absl::string_view text);

absl::StatusOr<std::string> RenderLint(const LintReport& report, LintFormat format);

// One line for a person: what was read and how much was found.
std::string LintSummary(const LintReport& report);

}  // namespace berthmaster

#endif  // BERTHMASTER_CLI_LINT_REPORT_H_
