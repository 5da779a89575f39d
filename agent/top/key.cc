#include "agent/top/key.h"

#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"

namespace berthmaster {
namespace {

struct Sequence {
  const char* text;
  KeyCode code;
};
// After the escape character.
constexpr Sequence kSequences[] = {
    {"[A", KeyCode::kUp},    {"[B", KeyCode::kDown},    {"OA", KeyCode::kUp},
    {"OB", KeyCode::kDown},  {"[5~", KeyCode::kPageUp}, {"[6~", KeyCode::kPageDown},
    {"[H", KeyCode::kHome},  {"[F", KeyCode::kEnd},     {"OH", KeyCode::kHome},
    {"OF", KeyCode::kEnd},   {"[1~", KeyCode::kHome},   {"[4~", KeyCode::kEnd},
    {"[7~", KeyCode::kHome}, {"[8~", KeyCode::kEnd},
};

// Takes one sequence off `rest`, which begins after an escape character.
std::optional<KeyCode> TakeSequence(absl::string_view& rest) {
  for (const Sequence& known : kSequences) {
    if (absl::ConsumePrefix(&rest, known.text)) return known.code;
  }
  if (absl::ConsumePrefix(&rest, "O")) {
    if (!rest.empty()) rest.remove_prefix(1);
    return std::nullopt;
  }
  if (!absl::ConsumePrefix(&rest, "[")) return KeyCode::kEscape;
  // An unknown CSI: parameters, then one final byte between @ and ~.
  while (!rest.empty()) {
    const char c = rest[0];
    rest.remove_prefix(1);
    if (c >= '@' && c <= '~') break;
  }
  return std::nullopt;
}

}  // namespace

std::vector<Key> ParseKeys(absl::string_view bytes) {
  constexpr char kEscapeCharacter = '\x1b';
  constexpr char kDelete = '\x7f';
  std::vector<Key> keys;
  while (!bytes.empty()) {
    const char c = bytes[0];
    bytes.remove_prefix(1);
    if (c == kEscapeCharacter) {
      const std::optional<KeyCode> code = TakeSequence(bytes);
      if (code.has_value()) keys.push_back({*code});
    } else if (c == '\r' || c == '\n') {
      keys.push_back({KeyCode::kEnter});
    } else if (c == kDelete || c == '\b') {
      keys.push_back({KeyCode::kBackspace});
    } else if (absl::ascii_isprint(static_cast<unsigned char>(c))) {
      keys.push_back({KeyCode::kText, c});
    }
  }
  return keys;
}

}  // namespace berthmaster
