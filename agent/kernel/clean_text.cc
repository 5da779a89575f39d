#include "agent/kernel/clean_text.h"

#include "absl/strings/ascii.h"

namespace berthmaster {

std::string CleanText(absl::string_view text, size_t bytes_max) {
  std::string clean(absl::StripAsciiWhitespace(text).substr(0, bytes_max));
  for (char& c : clean) {
    if (!absl::ascii_isprint(static_cast<unsigned char>(c))) c = '?';
  }
  return clean;
}

}  // namespace berthmaster
