#include "common/protocol/tcp_state.h"

namespace berthmaster {
namespace {

constexpr absl::string_view kNames[kTcpStateCount] = {
    "UNKNOWN",    "ESTABLISHED", "SYN_SENT",     "SYN_RECV",      "FIN_WAIT_1",
    "FIN_WAIT_2", "TIME_WAIT",   "CLOSE",        "CLOSE_WAIT",    "LAST_ACK",
    "LISTEN",     "CLOSING",     "NEW_SYN_RECV", "BOUND_INACTIVE"};

}  // namespace

absl::string_view TcpStateName(TcpState state) {
  auto index = static_cast<size_t>(state);
  return index < kTcpStateCount ? kNames[index] : kNames[0];
}

std::optional<TcpState> ParseTcpState(absl::string_view name) {
  for (int index = 1; index < kTcpStateCount; ++index) {
    if (kNames[index] == name) return static_cast<TcpState>(index);
  }
  return std::nullopt;
}

}  // namespace berthmaster
