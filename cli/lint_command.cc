#include "cli/lint_command.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "cli/exit_code.h"
#include "cli/lint/lint.h"
#include "cli/lint/lint_files.h"
#include "cli/lint_report.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

absl::StatusOr<std::optional<Release>> ParseReleaseFlag(absl::string_view flag,
                                                        const std::string& text) {
  if (text.empty()) return std::optional<Release>();
  const std::optional<Release> release = ParseRelease(text);
  if (release.has_value()) return release;
  return absl::InvalidArgumentError(
      absl::StrCat(flag, ": '", text, "' is not a release such as 6.1"));
}

}  // namespace

absl::StatusOr<LintOutcome> RunLintCommand(const LintRequest& request) {
  BERTHMASTER_ASSIGN_OR_RETURN(const LintFormat format, ParseLintFormat(request.output));
  BERTHMASTER_ASSIGN_OR_RETURN(const std::optional<Release> kernel,
                               ParseReleaseFlag("--kernel", request.kernel));
  BERTHMASTER_ASSIGN_OR_RETURN(const std::optional<Release> kubernetes,
                               ParseReleaseFlag("--kubernetes", request.kubernetes));
  BERTHMASTER_ASSIGN_OR_RETURN(const std::vector<LintSource> sources,
                               ReadLintSources(request.paths));
  const LintReport report = Lint(sources, {.kernel = kernel, .kubernetes = kubernetes});
  LintOutcome outcome;
  BERTHMASTER_ASSIGN_OR_RETURN(outcome.text, RenderLint(report, format));
  if (format == LintFormat::kText) outcome.summary = LintSummary(report);
  const bool has_warnings = report.CountOf(AdviceSeverity::kWarning) > 0;
  const bool has_errors = report.CountOf(AdviceSeverity::kError) > 0;
  if (has_errors || (request.is_strict && has_warnings)) outcome.exit_code = kExitGeneric;
  return outcome;
}

}  // namespace berthmaster
