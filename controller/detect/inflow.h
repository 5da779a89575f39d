#ifndef BERTHMASTER_CONTROLLER_DETECT_INFLOW_H_
#define BERTHMASTER_CONTROLLER_DETECT_INFLOW_H_

#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "common/protocol/sample.h"
#include "controller/detect/thresholds.h"

namespace berthmaster {

// TIME_WAIT made in each past second, the newest first, as the release histogram remembers it.
// Empty when there is no histogram.
std::vector<int64_t> CloseHistory(const PoolSample& pool);

// Whether `count` + 2 sigma of a Poisson count reaches `expected`. Nothing never does.
bool EvenWith(double count, double expected);

// Whether the closes of the last kSteadyHistorySeconds were about as many in each, at a rate of no
// clearly less than recent_share_min of `rate`.
bool HasSteadyHistory(const PoolSample& pool, double rate, const Thresholds& thresholds);

// How many sockets came into the pool between two samples: its growth, and what ended meanwhile of
// the TIME_WAIT of `before`. Never below 0. Without `before` the pool was empty.
double Inflow(const PoolSample* before, const PoolSample& now, absl::Duration interval);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_DETECT_INFLOW_H_
