#ifndef BERTHMASTER_CONTROLLER_DETECT_OUTLOOK_H_
#define BERTHMASTER_CONTROLLER_DETECT_OUTLOOK_H_

#include <optional>

#include "absl/time/time.h"
#include "common/forecast/forecast.h"
#include "common/protocol/sample.h"
#include "controller/detect/pool_facts.h"
#include "controller/detect/pool_window.h"
#include "controller/detect/thresholds.h"

namespace berthmaster {

// By common/forecast, for the kinds with rates. Pure.
Outcome Foretell(const PoolSample& pool, std::optional<absl::Duration> reuse_delay,
                 const LoadHistory& history);

// For the kinds whose rate no source sees, by how the pool grew up to `pool`, which is the newest
// inflow of `window`. An even growth that is younger than what it is made of lasts (TIME_WAIT: 61 s
// in a bind pool, `conntrack_hold` in conntrack) settles at what it held before + growth x that
// time; so only if that reaches the capacity does it run out. Growth that goes on for longer, or of
// what nothing ends by itself, is a straight line. Pure.
Outcome ForetellGrowth(const PoolSample& pool, const PoolWindow& window,
                       absl::Duration conntrack_hold, const Thresholds& thresholds);

// Where the pool settles at the rate + 2 sigma; the settled occupancy grows with the rate.
double SettledHigh(const PoolSample& pool, const Outcome& outcome, const Thresholds& thresholds);

// Whether the pool's figures are enough for a forecast.
bool LoadKnown(const PoolSample& pool);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_DETECT_OUTLOOK_H_
