#include "tests/fuzz/procfs_fuzz.h"

#include <cstdlib>

#include "absl/status/status.h"
#include "agent/kernel/sockets/procfs_parser.h"
#include "tests/fuzz/line_feed.h"

namespace berthmaster {
namespace {

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

void FuzzProcfs(const uint8_t* data, size_t size) { FeedLines(data, size, TryLine); }

}  // namespace berthmaster

// The entry of libFuzzer: ./dev fuzz procfs.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  berthmaster::FuzzProcfs(data, size);
  return 0;
}
