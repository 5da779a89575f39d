#include "agent/collect/exhaustion_watch.h"

#include <algorithm>

#include "common/forecast/forecast.h"
#include "common/forecast/reuse.h"

namespace berthmaster {
namespace {

bool IsWithin(const Nearness& nearness, double utilization, absl::Duration time_left) {
  return nearness.utilization_max >= utilization ||
         (nearness.time_left_min.has_value() && *nearness.time_left_min <= time_left);
}

// A full backlog or conntrack table comes and goes within a packet's time; a dump a second would
// not see it either.
bool IsWorthHaste(PoolKind kind) {
  return kind != PoolKind::kListener && kind != PoolKind::kConntrackTable;
}

}  // namespace

Nearness MeasureNearness(const std::vector<PoolSample>& pools,
                         const std::map<std::string, std::string>& sysctls) {
  Nearness nearness;
  for (const PoolSample& pool : pools) {
    if (!IsWorthHaste(pool.kind)) continue;
    const double utilization = pool.utilization();
    nearness.utilization_max = std::max(nearness.utilization_max, utilization);
    if (utilization < kForecastShareMin) continue;
    const std::optional<absl::Duration> time_left =
        MakeForecast(pool, ReuseDelay(sysctls, pool.key)).time_to_exhaustion;
    if (!time_left.has_value()) continue;
    nearness.time_left_min =
        std::min(nearness.time_left_min.value_or(absl::InfiniteDuration()), *time_left);
  }
  return nearness;
}

void ExhaustionWatch::Update(const Nearness& nearness, absl::Duration now) {
  if (IsWithin(nearness, kCloseUtilization, kCloseTimeLeft)) is_close_ = true;
  if (IsWithin(nearness, kCalmUtilization, kCalmTimeLeft)) {
    last_restless_ = now;
  } else if (now - last_restless_ >= kCalmHold) {
    is_close_ = false;
  }
}

}  // namespace berthmaster
