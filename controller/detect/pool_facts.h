#ifndef BERTHMASTER_CONTROLLER_DETECT_POOL_FACTS_H_
#define BERTHMASTER_CONTROLLER_DETECT_POOL_FACTS_H_

#include <cstdint>
#include <optional>

#include "absl/time/time.h"
#include "common/protocol/sample.h"
#include "controller/detect/netns_evidence.h"
#include "controller/detect/pool_window.h"
#include "controller/detect/thresholds.h"

namespace berthmaster {

// What one sample of a pool foretells.
struct Outcome {
  // Without its curve.
  std::optional<double> settled_utilization;
  std::optional<absl::Duration> time_to_exhaustion;
  // The lower edge of the forecast's band reaches the capacity too; for a pool whose rate no source
  // sees: its growth was even.
  bool firm = false;

  bool exhausting() const { return time_to_exhaustion.has_value(); }
};

// What one sample says about one pool, all of it.
struct PoolFacts {
  // Of a listener that its handshakes fill, the figures of the handshakes.
  const PoolSample& pool;
  // Has `pool` as its last sample.
  const PoolWindow& window;
  const NetnsEvidence& evidence;
  const Thresholds& thresholds;
  bool is_handshakes = false;
  // It stands for a blocked restart.
  bool is_finding = false;
  // Since the sample before.
  int64_t failures = 0;
  // Since the sample before; 0 when that is not known.
  absl::Duration interval;
  // For the records.
  absl::Time now;
  Outcome outcome;

  // Nobody can run out of ports at headroom 0 but by opening something.
  bool exhausted() const { return pool.headroom() == 0 && pool.in_use > 0; }
};

// Whether a forecast of the kind goes by rates that a source sees, not by its growth.
constexpr bool HasRates(PoolKind kind) {
  return kind == PoolKind::kConnect || kind == PoolKind::kTimeWaitTable;
}

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_DETECT_POOL_FACTS_H_
