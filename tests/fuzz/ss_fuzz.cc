#include "tests/fuzz/ss_fuzz.h"

#include <cstdlib>
#include <optional>

#include "absl/status/status.h"
#include "agent/kernel/sockets/ss_parser.h"
#include "tests/fuzz/line_feed.h"

namespace berthmaster {
namespace {

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

void FuzzSs(const uint8_t* data, size_t size) { FeedLines(data, size, TryLine); }

}  // namespace berthmaster

// The entry of libFuzzer: ./dev fuzz ss.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  berthmaster::FuzzSs(data, size);
  return 0;
}
