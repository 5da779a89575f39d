#include "cli/lint/glob.h"

#include <cstddef>
#include <vector>

#include "absl/strings/str_split.h"

namespace berthmaster {
namespace {

// How many bytes of `pattern` stand for one letter, and whether `letter` is one of those.
struct Step {
  size_t bytes = 1;
  bool matches = false;
};

Step StepOf(absl::string_view pattern, char letter) {
  if (pattern[0] == '?') return {1, true};
  // Without its end a bracket is a letter as any other.
  const size_t end = pattern[0] == '[' ? pattern.find(']', 2) : absl::string_view::npos;
  if (end == absl::string_view::npos) return {1, pattern[0] == letter};
  absl::string_view set = pattern.substr(1, end - 1);
  const bool is_inverted = set[0] == '!' || set[0] == '^';
  if (is_inverted) set.remove_prefix(1);
  bool has = false;
  for (size_t i = 0; i < set.size(); ++i) {
    if (i + 2 < set.size() && set[i + 1] == '-') {
      has = has || (set[i] <= letter && letter <= set[i + 2]);
      i += 2;
    } else {
      has = has || set[i] == letter;
    }
  }
  return {end + 1, has != is_inverted};
}

bool PartMatches(absl::string_view pattern, absl::string_view part) {
  size_t p = 0;
  size_t at = 0;
  // Where to go on with one letter more under the last '*'.
  size_t star = absl::string_view::npos;
  size_t star_at = 0;
  while (at < part.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = ++p;
      star_at = at;
      continue;
    }
    const Step step = p < pattern.size() ? StepOf(pattern.substr(p), part[at]) : Step{};
    if (step.matches) {
      p += step.bytes;
      ++at;
    } else if (star != absl::string_view::npos) {
      p = star;
      at = ++star_at;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace

bool IsGlob(absl::string_view name) { return name.find_first_of("*?[") != absl::string_view::npos; }

bool MatchesGlob(absl::string_view pattern, absl::string_view sysctl) {
  const std::vector<absl::string_view> patterns = absl::StrSplit(pattern, '.');
  const std::vector<absl::string_view> parts = absl::StrSplit(sysctl, '.');
  if (patterns.size() != parts.size()) return false;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (!PartMatches(patterns[i], parts[i])) return false;
  }
  return true;
}

}  // namespace berthmaster
