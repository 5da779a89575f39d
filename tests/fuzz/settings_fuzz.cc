#include "tests/fuzz/settings_fuzz.h"

#include <algorithm>
#include <cstdlib>
#include <string>

#include "cli/lint/lint.h"
#include "cli/lint/lint_files.h"

namespace berthmaster {
namespace {

// Names, values and messages of parsers are cut; lists of ports are short.
constexpr size_t kReasonBytesMax = 2000;

void Require(bool condition) {
  if (!condition) std::abort();
}

void TryLint(const std::string& content, bool is_manifest) {
  const auto line_count = 1 + std::count(content.begin(), content.end(), '\n');
  const LintReport report =
      Lint({{.name = "a", .content = content, .is_manifest = is_manifest, .hidden_by = ""}},
           {.kernel = Release{6, 1}, .kubernetes = Release{1, 29}});
  Require(report.setting_count >= 0);
  for (const LintFinding& finding : report.findings) {
    Require(finding.line >= 1 && finding.line <= line_count + 1);
    Require(!finding.advice.id.empty() && !finding.advice.reason.empty());
    Require(finding.advice.reason.size() <= kReasonBytesMax);
    Require(finding.value.size() <= kReasonBytesMax);
  }
}

}  // namespace

void FuzzSettings(const uint8_t* data, size_t size) {
  const std::string content(reinterpret_cast<const char*>(data), size);
  TryLint(content, false);
  TryLint(content, true);
  LooksLikeManifest("-", content);
}

}  // namespace berthmaster

// The entry of libFuzzer: ./dev fuzz settings.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  berthmaster::FuzzSettings(data, size);
  return 0;
}
