#include "tests/fuzz/procfs_fuzz.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <span>

#include "absl/status/status.h"
#include "agent/kernel/line_buffer.h"
#include "agent/kernel/procfs_parser.h"

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
  for (bool is_v4 : {true, false}) {
    SocketRow row;
    const absl::Status status = ParseProcNetLine(line, {.is_v4 = is_v4}, row);
    Require(status.ok() || absl::IsInvalidArgument(status));
    Require(status.message().size() <= kMessageBytesMax);
    if (!status.ok()) continue;
    Require(static_cast<int>(row.state) < kTcpStateCount);
    Require(row.is_mini || row.expires_ms == 0);
    Require(!is_v4 || (row.source.is_v4 && row.destination.is_v4));
    Require(!row.source.is_v4 || row.source == RawAddress::From(row.source.ToIpAddress()));
    Require(!IsProcNetHeader(line));
  }
}

}  // namespace

void FuzzProcfs(const uint8_t* data, size_t size) {
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
  berthmaster::FuzzProcfs(data, size);
  return 0;
}
