#ifndef BERTHMASTER_AGENT_COLLECT_CLOSED_PORTS_H_
#define BERTHMASTER_AGENT_COLLECT_CLOSED_PORTS_H_

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "agent/collect/port_space.h"
#include "agent/kernel/bind_ownership.h"
#include "common/net/port_range.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// Asking walks the socket table of the whole host, as a dump does, so a busy namespace is asked
// about that often only...
inline constexpr absl::Duration kClosedPortsInterval = absl::Seconds(60);
// ...and that often when the answer may decide: while a pool is past this share of its capacity,
// or has more ports of the wrong parity than its utilization explains.
inline constexpr absl::Duration kClosedPortsUrgentInterval = absl::Seconds(5);
inline constexpr double kUrgentUtilization = 0.5;
// connect() takes the wrong parity below half of the capacity only where bind() closed ports of the
// right one; bind(0) itself prefers it. A few sockets show nothing.
inline constexpr double kWrongParityShare = 0.10;
inline constexpr int kWrongParitySocketsMin = 16;

// The ports of one namespace that bind() closed, as of the last time that the kernel was asked. One
// thread.
class ClosedPorts {
 public:
  // Before a dump of a busy namespace: asks where it is due. `reader` may be null.
  void Refresh(const NetnsEntry& netns, absl::Duration now, BindOwnershipReader* reader);
  // After a dump, what its pools say of how soon to ask again.
  void NotePool(const PoolSample& pool);

  // Null while not known.
  const PortSet* ports() const { return ports_.has_value() ? &*ports_ : nullptr; }
  // Why it cannot be known, with the remedy; empty when it can.
  const std::string& limitation() const { return limitation_; }

 private:
  std::optional<PortSet> ports_;
  std::optional<absl::Duration> last_ask_;
  bool is_urgent_ = false;
  bool is_refused_ = false;
  std::string limitation_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_COLLECT_CLOSED_PORTS_H_
