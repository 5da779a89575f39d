#ifndef BERTHMASTER_CLI_LINT_FINDINGS_H_
#define BERTHMASTER_CLI_LINT_FINDINGS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "cli/lint/lint.h"

namespace berthmaster {

// Where a setting stands.
struct SettingPlace {
  size_t source = 0;  // its index
  int line = 0;
  std::string object{};
};

// Collects what is found in `sources`, which outlives it, and leaves out what a comment in the line
// or above it allows.
class Findings {
 public:
  explicit Findings(const std::vector<LintSource>& sources);

  void Add(const SettingPlace& place, absl::string_view setting, absl::string_view value,
           Advice advice, std::vector<LintRelated> related = {});
  // For what is wrong with the line itself.
  void AddSyntax(const SettingPlace& place, AdviceSeverity severity, absl::string_view id,
                 absl::string_view reason, absl::string_view instead);
  LintReport Take();

 private:
  struct Found {
    size_t source = 0;
    LintFinding finding;
  };

  bool IsAllowed(const SettingPlace& place, absl::string_view id) const;

  const std::vector<LintSource>& sources_;
  std::vector<std::vector<absl::string_view>> lines_;
  std::vector<Found> found_;
  int allowed_count_ = 0;
};

// A setting that holds, with its place.
struct EffectiveSetting {
  std::string value;
  SettingPlace place;
};
using EffectiveSettings = std::map<std::string, EffectiveSetting>;

// Their values, for an AdviceContext.
std::map<std::string, std::string> ValuesOf(const EffectiveSettings& settings);

// The settings that `advice` rests on, with where they stand.
std::vector<LintRelated> RelatedOf(const Advice& advice, const EffectiveSettings& settings,
                                   const std::vector<LintSource>& sources);

// A name that is written so in no file of the kernel: without "net.ipv4.", in capitals, or a socket
// option. Adds an error and says so.
bool AddWrongName(const SettingPlace& place, absl::string_view name, absl::string_view value,
                  Findings& findings);

}  // namespace berthmaster

#endif  // BERTHMASTER_CLI_LINT_FINDINGS_H_
