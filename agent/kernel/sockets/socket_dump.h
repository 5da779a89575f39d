#ifndef BERTHMASTER_AGENT_KERNEL_SOCKETS_SOCKET_DUMP_H_
#define BERTHMASTER_AGENT_KERNEL_SOCKETS_SOCKET_DUMP_H_

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "agent/kernel/netns/netns_directory.h"
#include "agent/kernel/sockets/socket_row.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// What became of the dumps of one source since it was made. A dump is one walk of a table.
struct SocketDumpCounters {
  // Begun, those that failed too.
  int64_t dumps = 0;
  // The kernel said that the table changed under the walk (NLM_F_DUMP_INTR), or the dump ended
  // without its end.
  int64_t interrupted = 0;
  // The kernel dropped part of the answer for want of memory (ENOBUFS).
  int64_t dropped = 0;
  // A message was longer than the buffer.
  int64_t truncated = 0;
  friend bool operator==(const SocketDumpCounters&, const SocketDumpCounters&) = default;
};

// Visits the sockets of one namespace.
class SocketDump {
 public:
  virtual ~SocketDump() = default;

  // Calls `visit` for every TCP socket, listening and bound ones before all others. One thread.
  // After an error the rows visited so far are not the whole: forget them. UNAVAILABLE is worth
  // another try; PERMISSION_DENIED and UNIMPLEMENTED are not.
  virtual absl::Status Visit(const NetnsEntry& netns,
                             absl::FunctionRef<void(const SocketRow&)> visit) = 0;

  // The same for every UDP socket, in no order. One that is not connected is BOUND_INACTIVE.
  // UNIMPLEMENTED from a source that cannot see them.
  virtual absl::Status VisitUdp(const NetnsEntry& netns,
                                absl::FunctionRef<void(const SocketRow&)> visit) = 0;

  // Where the rows come from: what they lack hangs on it, see socket_source.h.
  virtual SocketSource source() const { return SocketSource::kNetlink; }

  // On the thread of the visits.
  virtual SocketDumpCounters counters() const { return {}; }
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_SOCKETS_SOCKET_DUMP_H_
