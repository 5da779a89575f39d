#include "common/sysctl/release.h"

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace berthmaster {
namespace {

// Takes 1 to 3 digits from the front of `text`.
std::optional<int> TakeNumber(absl::string_view& text) {
  constexpr size_t kDigitsMax = 3;
  size_t digits = 0;
  while (digits < text.size() && absl::ascii_isdigit(static_cast<unsigned char>(text[digits]))) {
    ++digits;
  }
  int number = 0;
  if (digits == 0 || digits > kDigitsMax || !absl::SimpleAtoi(text.substr(0, digits), &number)) {
    return std::nullopt;
  }
  text.remove_prefix(digits);
  return number;
}

}  // namespace

std::string Release::ToString() const { return absl::StrCat(major_number, ".", minor_number); }

std::optional<Release> ParseRelease(absl::string_view text) {
  absl::ConsumePrefix(&text, "v");
  std::optional<int> major_number = TakeNumber(text);
  if (!major_number.has_value() || !absl::ConsumePrefix(&text, ".")) return std::nullopt;
  std::optional<int> minor_number = TakeNumber(text);
  if (!minor_number.has_value()) return std::nullopt;
  return Release{*major_number, *minor_number};
}

}  // namespace berthmaster
