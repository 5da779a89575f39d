#include "tests/fuzz/line_feed.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <span>

#include "agent/kernel/line_buffer.h"

namespace berthmaster {
namespace {

// Short, so that lines that do not fit happen.
constexpr size_t kLineBytesMax = 512;

}  // namespace

void FeedLines(const uint8_t* data, size_t size, absl::FunctionRef<void(absl::string_view)> visit) {
  LineBuffer lines(kLineBytesMax);
  size_t line_bytes = 0;
  size_t at = 0;
  while (at < size) {
    const std::span<char> space = lines.Space();
    if (space.empty()) return;
    // Pieces of different lengths, by what they hold.
    const size_t piece = std::min({space.size(), size - at, size_t{data[at]} + 1});
    std::memcpy(space.data(), data + at, piece);
    lines.Commit(piece);
    at += piece;
    absl::string_view line;
    while (lines.Next(line)) {
      line_bytes += line.size() + 1;
      visit(line);
    }
  }
  if (line_bytes + lines.rest().size() != size) std::abort();
}

}  // namespace berthmaster
