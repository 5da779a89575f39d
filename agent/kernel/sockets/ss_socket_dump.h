#ifndef BERTHMASTER_AGENT_KERNEL_SOCKETS_SS_SOCKET_DUMP_H_
#define BERTHMASTER_AGENT_KERNEL_SOCKETS_SS_SOCKET_DUMP_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "agent/kernel/line_buffer.h"
#include "agent/kernel/sockets/socket_dump.h"
#include "common/clock/clock.h"

namespace berthmaster {

// ss takes 2 us for a socket: enough for ten million on a busy machine.
inline constexpr absl::Duration kSsTimeLimit = absl::Seconds(60);

// Runs `ss` of iproute2 inside the namespace, on a thread of one's own (see RunInNetns()), and
// reads its lines while it writes them. UNIMPLEMENTED where ss is not installed; INVALID_ARGUMENT
// for a line that is not understood, DATA_LOSS for one that is too long, DEADLINE_EXCEEDED past the
// time limit, INTERNAL when ss fails.
class SsSocketDump final : public SocketDump {
 public:
  // `clock` must outlive it. `programs`: where ss may be, the first that is there is run; those of
  // a distribution when empty. PATH is not asked, since the agent may be root.
  explicit SsSocketDump(const Clock& clock, std::vector<std::string> programs = {},
                        absl::Duration time_limit = kSsTimeLimit);

  absl::Status Visit(const NetnsEntry& netns,
                     absl::FunctionRef<void(const SocketRow&)> visit) override;
  absl::Status VisitUdp(const NetnsEntry& netns,
                        absl::FunctionRef<void(const SocketRow&)> visit) override;
  SocketSource source() const override { return SocketSource::kSs; }
  SocketDumpCounters counters() const override { return counters_; }

 private:
  using RowVisitor = absl::FunctionRef<void(const SocketRow&)>;

  absl::Status VisitBound(RowVisitor visit);
  absl::Status Run(const std::vector<std::string>& selection, std::optional<TcpState> known_state,
                   RowVisitor visit);

  const Clock& clock_;
  const std::vector<std::string> programs_;
  const absl::Duration time_limit_;
  LineBuffer lines_;
  SocketDumpCounters counters_;
  // Whether this ss knows the state bound-inactive (iproute2 6.8); unlearned from its error.
  bool knows_bound_ = true;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_SOCKETS_SS_SOCKET_DUMP_H_
