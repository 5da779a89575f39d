#include "common/sysctl/value.h"

#include "absl/strings/ascii.h"

namespace berthmaster {

std::string NormalizeSysctlValue(absl::string_view value) {
  std::string text(value);
  for (char& c : text) {
    if (absl::ascii_isspace(static_cast<unsigned char>(c))) c = ' ';
  }
  absl::RemoveExtraAsciiWhitespace(&text);
  return text;
}

}  // namespace berthmaster
