#include "tests/fuzz/ss_fuzz.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <span>

#include "absl/status/status.h"
#include "agent/kernel/line_buffer.h"
#include "agent/kernel/ss_parser.h"

namespace berthmaster {
namespace {

// Short, so that lines that do not fit happen.
constexpr size_t kLineBytesMax = 512;
// A message quotes a part of a line only.
constexpr size_t kMessageBytesMax = 320;

void Require(bool condition) {
  if (!condition) std::abort();
}

void TryLine(absl::string_view line) {
  for (std::optional<TcpState> known :
       {std::optional<TcpState>(), std::optional(TcpState::kListen)}) {
    SocketRow row;
    const absl::Status status = ParseSsLine(line, known, row);
    Require(status.ok() || absl::IsInvalidArgument(status));
    Require(status.message().size() <= kMessageBytesMax);
    if (!status.ok()) continue;
    Require(static_cast<int>(row.state) < kTcpStateCount);
    Require(row.state != TcpState::kTimeWait || row.is_mini);
    Require(row.is_mini || row.expires_ms == 0);
    Require(row.cgroup.empty() ||
            (row.cgroup.data() > line.data() &&
             row.cgroup.data() + row.cgroup.size() <= line.data() + line.size()));
  }
}

}  // namespace

void FuzzSs(const uint8_t* data, size_t size) {
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
      TryLine(line);
    }
  }
  Require(line_bytes + lines.rest().size() == size);
}

}  // namespace berthmaster

// The entry of libFuzzer: clang++ -fsanitize=fuzzer,address this file and its libraries.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  berthmaster::FuzzSs(data, size);
  return 0;
}
