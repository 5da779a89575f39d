#ifndef BERTHMASTER_AGENT_TOP_KEY_H_
#define BERTHMASTER_AGENT_TOP_KEY_H_

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"

namespace berthmaster {

enum class KeyCode : uint8_t {
  // A printable character, in `text`.
  kText,
  kUp,
  kDown,
  kPageUp,
  kPageDown,
  kHome,
  kEnd,
  kEnter,
  kEscape,
  kBackspace,
};

struct Key {
  KeyCode code = KeyCode::kText;
  char text = 0;
  friend bool operator==(const Key&, const Key&) = default;
};

// The keys in what one read from a terminal gave: characters, and the escape sequences that xterm
// and its kin send (ECMA-48 CSI, SS3). What is none of ours is left out; an escape character with
// nothing after it is the key of that name. Pure; any bytes.
std::vector<Key> ParseKeys(absl::string_view bytes);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_TOP_KEY_H_
