#include "common/sysctl/value.h"

#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"

namespace berthmaster {
namespace {

// -1 for what is no digit of any base.
int DigitOf(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

int TakeBase(absl::string_view& text) {
  if (text.size() < 2 || text[0] != '0') return 10;
  const bool is_hexadecimal = text[1] == 'x' || text[1] == 'X';
  if (!is_hexadecimal) return 8;
  if (text.size() < 3 || DigitOf(text[2]) < 0) return 10;
  text.remove_prefix(2);
  return 16;
}

}  // namespace

std::string NormalizeSysctlValue(absl::string_view value) {
  std::string text(value);
  for (char& c : text) {
    if (absl::ascii_isspace(static_cast<unsigned char>(c))) c = ' ';
  }
  absl::RemoveExtraAsciiWhitespace(&text);
  return text;
}

std::optional<int64_t> TakeSysctlInteger(absl::string_view& text) {
  text = absl::StripLeadingAsciiWhitespace(text);
  const bool is_negative = absl::ConsumePrefix(&text, "-");
  const int base = TakeBase(text);
  int64_t number = 0;
  size_t digits = 0;
  for (; digits < text.size(); ++digits) {
    const int digit = DigitOf(text[digits]);
    if (digit < 0 || digit >= base) break;
    if (number > (std::numeric_limits<int64_t>::max() - digit) / base) return std::nullopt;
    number = number * base + digit;
  }
  if (digits == 0) return std::nullopt;
  text.remove_prefix(digits);
  if (!text.empty() && text[0] != ' ' && text[0] != '\t' && text[0] != '\n') return std::nullopt;
  return is_negative ? -number : number;
}

}  // namespace berthmaster
