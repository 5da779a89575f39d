#ifndef BERTHMASTER_CONTROLLER_DETECT_NETNS_EVIDENCE_H_
#define BERTHMASTER_CONTROLLER_DETECT_NETNS_EVIDENCE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/protocol/sample.h"
#include "controller/detect/thresholds.h"
#include "controller/model/incident.h"

namespace berthmaster {

// What the sample of a whole namespace says about one of its pools: counters that no pool has of
// its own, who calls bind(), whose connect() failed. Looked up when asked for, since most pools
// need none of it. One thread; the sample must outlive it.
class NetnsEvidence {
 public:
  // `overflow_delta` is what the TIME_WAIT table lost since the sample before.
  NetnsEvidence(const NetnsSample& netns, int64_t overflow_delta, const Thresholds& thresholds)
      : netns_(netns), overflow_delta_(overflow_delta), thresholds_(thresholds) {}

  // Failures since the sample before that are this pool's: connect() without a port, sockets closed
  // without TIME_WAIT, packets dropped, connections dropped. A counter of the namespace is given to
  // the fullest pool that can have caused it. 0 where nobody counts them.
  int64_t FailuresOf(const PoolSample& pool) const;
  // What FailuresOf() counts, for a person.
  static absl::string_view FailureText(const PoolSample& pool, bool is_handshakes);

  // How much a counter rose since the sample before; 0 when that is not known, as in the first
  // sample, which has all that ever was.
  int64_t Rise(absl::string_view counter) const;

  // Ports of the range that clients hold which called bind() first, and what bound sockets wait
  // with: what is closed to auto-bind, less the listeners. At least this many.
  int BoundClientPorts() const;
  // Whether somebody calls bind() where this bind pool is used: only then can it hurt anybody.
  bool HasBinders(const PoolSample& bind_pool) const;

  // Who could not connect in this pool, the most frequent first.
  std::vector<Evidence> Callers(const PoolSample& pool) const;

  const NetnsSample& netns() const { return netns_; }

 private:
  // The pool of the kind that is fullest, the first of equals; null when there is none.
  const PoolSample* Fullest(PoolKind kind) const;
  int64_t ListenerFailures(const PoolSample& pool) const;

  const NetnsSample& netns_;
  const int64_t overflow_delta_;
  const Thresholds& thresholds_;
  mutable std::optional<int> bound_ports_;
  mutable std::optional<int64_t> overflows_;
  mutable std::optional<int64_t> full_handshakes_;
};

// How full a listener's table of handshakes is, against the same backlog; 0 for other kinds.
double HandshakeShare(const PoolSample& pool);
// A listener whose handshakes fill it more than its accept queue does, with the figures of the
// handshakes in place of those of the queue: in use SYN_RECV, capacity backlog. Nothing otherwise.
std::optional<PoolSample> HandshakesOf(const PoolSample& pool);

// A blocked restart as a pool: the listener that is gone, full of what holds its port.
PoolSample PoolOfFinding(const NetnsFinding& finding);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_DETECT_NETNS_EVIDENCE_H_
