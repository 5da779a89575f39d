#ifndef BERTHMASTER_CONTROLLER_DETECT_SIGNAL_H_
#define BERTHMASTER_CONTROLLER_DETECT_SIGNAL_H_

#include <cstdint>
#include <optional>

#include "absl/time/time.h"
#include "common/forecast/forecast.h"
#include "common/protocol/sample.h"
#include "controller/detect/pool_window.h"

namespace berthmaster {

// What one sample of a pool foretells.
struct Outcome {
  // Without its curve.
  std::optional<double> settled_utilization;
  std::optional<absl::Duration> time_to_exhaustion;
  // The forecast reaches the capacity at the rate - 2 sigma too.
  bool firm = false;

  bool exhausting() const { return time_to_exhaustion.has_value(); }
};

Outcome Foretell(const PoolSample& pool, std::optional<absl::Duration> reuse_delay);

// The detector's verdict on one sample of one pool, with what is remembered of it.
struct Signal {
  // Enough evidence for an incident.
  bool problem = false;
  // So little is wrong that an incident may resolve, if it lasts for calm_time.
  bool calm = false;
  absl::Duration calm_time;
  bool exhausted = false;
  bool critical = false;
};

// `window` has `pool` as its last sample. `overflow_delta` is what the TIME_WAIT table lost since
// the sample before. Pure.
Signal Judge(const PoolSample& pool, const PoolWindow& window, const Outcome& outcome,
             int64_t overflow_delta);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_DETECT_SIGNAL_H_
