#include "agent/kernel/netfilter/conntrack_stat.h"

#include <algorithm>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace berthmaster {
namespace {

// The others count what goes well, or are always 0.
constexpr absl::string_view kColumns[] = {
    "clashres", "invalid", "chainlength", "insert_failed", "drop", "early_drop", "search_restart"};

// More columns or processors than any kernel has.
constexpr size_t kColumnsMax = 64;
constexpr size_t kProcessorsMax = 8192;

absl::Status Bad(absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("nf_conntrack's statistics have ", why));
}

}  // namespace

absl::Status ParseConntrackStat(absl::string_view text, std::map<std::string, int64_t>& counters) {
  std::vector<absl::string_view> lines = absl::StrSplit(text, '\n', absl::SkipEmpty());
  if (lines.size() < 2 || lines.size() > kProcessorsMax) return Bad("no line of numbers");
  const std::vector<absl::string_view> names = absl::StrSplit(lines[0], ' ', absl::SkipEmpty());
  if (names.size() > kColumnsMax) return Bad("too many columns");
  std::map<std::string, int64_t> sums;
  for (size_t line = 1; line < lines.size(); ++line) {
    const std::vector<absl::string_view> words =
        absl::StrSplit(lines[line], ' ', absl::SkipEmpty());
    if (words.size() != names.size()) return Bad("a line that does not fit its columns");
    for (size_t column = 0; column < names.size(); ++column) {
      if (std::find(std::begin(kColumns), std::end(kColumns), names[column]) ==
          std::end(kColumns)) {
        continue;
      }
      // Each is an unsigned int of the kernel's, so that no sum overflows.
      uint32_t number = 0;
      if (!absl::SimpleHexAtoi(words[column], &number)) {
        return Bad(absl::StrCat("no number for ", names[column]));
      }
      sums[std::string(names[column])] += number;
    }
  }
  for (auto& [name, sum] : sums) counters.insert_or_assign(name, sum);
  return absl::OkStatus();
}

}  // namespace berthmaster
