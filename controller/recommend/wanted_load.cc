#include "controller/recommend/wanted_load.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "controller/detect/inflow.h"
#include "controller/detect/thresholds.h"

namespace berthmaster {
namespace {

// The rate of a peak is taken over as long as the agent's own.
constexpr size_t kPeakSeconds = 5;

double PeakCloseRate(const PoolSample& pool) {
  std::vector<int64_t> history = CloseHistory(pool);
  double most = 0;
  for (size_t from = 0; from + kPeakSeconds <= history.size(); ++from) {
    double sum = 0;
    for (size_t i = from; i < from + kPeakSeconds; ++i) sum += static_cast<double>(history[i]);
    most = std::max(most, sum / kPeakSeconds);
  }
  return most;
}

}  // namespace

bool IsAtLimit(const PoolSample& pool) { return pool.utilization() >= kCriticalUtilizationMin; }

PoolSample AtWantedLoad(const PoolSample& pool) {
  PoolSample wanted = pool;
  const double peak = PeakCloseRate(pool);
  if (!IsAtLimit(pool) || peak <= pool.connection_rate.value_or(0)) return wanted;
  wanted.connection_rate = peak;
  wanted.time_wait_rate = peak;
  return wanted;
}

}  // namespace berthmaster
