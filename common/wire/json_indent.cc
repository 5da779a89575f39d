#include "common/wire/json_indent.h"

#include <cstddef>

namespace berthmaster {
namespace {

void BreakLine(size_t depth, std::string& out) {
  out.push_back('\n');
  out.append(2 * depth, ' ');
}

// The position after the string that begins at `start`.
size_t StringEnd(absl::string_view text, size_t start) {
  size_t at = start + 1;
  while (at < text.size() && text[at] != '"') at += text[at] == '\\' ? 2 : 1;
  return at < text.size() ? at + 1 : text.size();
}

}  // namespace

std::string IndentJson(absl::string_view compact) {
  std::string out;
  size_t depth = 0;
  for (size_t at = 0; at < compact.size(); ++at) {
    const char c = compact[at];
    if (c == '"') {
      const size_t end = StringEnd(compact, at);
      out.append(compact.data() + at, end - at);
      at = end - 1;
    } else if (c == '{' || c == '[') {
      out.push_back(c);
      const bool is_empty =
          at + 1 < compact.size() && (compact[at + 1] == '}' || compact[at + 1] == ']');
      if (is_empty) {
        out.push_back(compact[++at]);
      } else {
        BreakLine(++depth, out);
      }
    } else if (c == '}' || c == ']') {
      if (depth > 0) --depth;
      BreakLine(depth, out);
      out.push_back(c);
    } else {
      out.push_back(c);
      if (c == ',') BreakLine(depth, out);
      if (c == ':') out.push_back(' ');
    }
  }
  return out;
}

}  // namespace berthmaster
