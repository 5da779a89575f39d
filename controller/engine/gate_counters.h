#ifndef BERTHMASTER_CONTROLLER_ENGINE_GATE_COUNTERS_H_
#define BERTHMASTER_CONTROLLER_ENGINE_GATE_COUNTERS_H_

#include <cstdint>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/protocol/sample.h"
#include "controller/model/rollout.h"

namespace berthmaster {

// How long counts are added up before they make room: what is remembered of a namespace is between
// this and twice this old.
inline constexpr absl::Duration kGateWindow = absl::Seconds(30);

// What a sample of a namespace adds to the counts that rollouts are gated by; nothing, over no
// span, for the first one, whose counters are totals.
GateCounts GateCountsOf(const NetnsSample& netns);
GateCounts Sum(const GateCounts& a, const GateCounts& b);

// What every namespace of the fleet counted lately, so that a change that is made now can be
// compared with the time before it. Memory only, some 100 bytes a namespace. One thread.
class GateCounters {
 public:
  void Observe(const std::string& host_id, const HostSample& sample);
  // Of the last kGateWindow to twice that; over no span when nothing is known.
  GateCounts Lately(absl::string_view host_id, uint64_t netns_cookie) const;

 private:
  struct Window {
    GateCounts current;
    GateCounts previous;
  };
  absl::flat_hash_map<std::string, absl::flat_hash_map<uint64_t, Window>> windows_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_ENGINE_GATE_COUNTERS_H_
