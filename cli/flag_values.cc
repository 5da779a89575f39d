#include "cli/flag_values.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

std::vector<std::string> SplitTerms(absl::string_view text) {
  std::vector<std::string> terms(1);
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ',') {
      terms.emplace_back();
      continue;
    }
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    terms.back().push_back(text[i]);
  }
  return terms;
}

}  // namespace

absl::StatusOr<std::map<std::string, std::string>> ParseSelectorFlag(
    const std::vector<std::string>& texts) {
  std::map<std::string, std::string> selector;
  for (const std::string& text : texts) {
    for (const std::string& term : SplitTerms(text)) {
      const size_t equals = term.find('=');
      if (equals == std::string::npos || equals == 0) {
        return absl::InvalidArgumentError(
            absl::StrCat("--selector '", term,
                         "' is not NAME=VALUE, such as workload=shop/api or host=web-1,netns=blue; "
                         "write \\, for a comma in a value"));
      }
      const std::string name = term.substr(0, equals);
      if (!selector.emplace(name, term.substr(equals + 1)).second) {
        return absl::InvalidArgumentError(
            absl::StrCat("--selector ", name,
                         " is given twice; a namespace has one value, so propose for each"));
      }
    }
  }
  return selector;
}

absl::StatusOr<v1::WaveSize> ParseWaveFlag(absl::string_view text) {
  absl::string_view digits = text;
  const bool is_share = absl::ConsumeSuffix(&digits, "%");
  int32_t number = 0;
  const bool is_number = std::all_of(digits.begin(), digits.end(), absl::ascii_isdigit) &&
                         absl::SimpleAtoi(digits, &number);
  if (!is_number || number < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("--wave '", text,
                     "' is not a number of targets such as 5, or a share of all "
                     "such as 10%"));
  }
  v1::WaveSize wave;
  if (is_share) {
    wave.set_percent(number);
  } else {
    wave.set_count(number);
  }
  return wave;
}

absl::StatusOr<absl::Duration> ParseDurationFlag(absl::string_view flag, const std::string& text) {
  absl::Duration duration;
  if (absl::ParseDuration(text, &duration) && duration >= absl::ZeroDuration() &&
      duration != absl::InfiniteDuration()) {
    return duration;
  }
  return absl::InvalidArgumentError(absl::StrCat(
      flag, " '", text, "' is not a time; write a number with a unit, such as 30s, 5m or 1h"));
}

}  // namespace berthmaster
