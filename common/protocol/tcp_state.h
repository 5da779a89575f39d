#ifndef BERTHMASTER_COMMON_PROTOCOL_TCP_STATE_H_
#define BERTHMASTER_COMMON_PROTOCOL_TCP_STATE_H_

#include <array>
#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"

namespace berthmaster {

// The states of include/net/tcp_states.h, with the kernel's numbers.
enum class TcpState : uint8_t {
  kEstablished = 1,
  kSynSent = 2,
  kSynRecv = 3,
  kFinWait1 = 4,
  kFinWait2 = 5,
  kTimeWait = 6,
  kClose = 7,
  kCloseWait = 8,
  kLastAck = 9,
  kListen = 10,
  kClosing = 11,
  kNewSynRecv = 12,
  kBoundInactive = 13,
};

inline constexpr int kTcpStateCount = 14;

// "TIME_WAIT", "FIN_WAIT_2", ...: the names of the contract.
absl::string_view TcpStateName(TcpState state);
// Nothing for a name that is not a state's.
std::optional<TcpState> ParseTcpState(absl::string_view name);

// Sockets by state.
class StateCounts {
 public:
  int32_t& operator[](TcpState state) { return counts_[static_cast<size_t>(state)]; }
  int32_t operator[](TcpState state) const { return counts_[static_cast<size_t>(state)]; }
  friend bool operator==(const StateCounts&, const StateCounts&) = default;

 private:
  std::array<int32_t, kTcpStateCount> counts_{};
};

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_PROTOCOL_TCP_STATE_H_
