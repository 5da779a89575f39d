#ifndef BERTHMASTER_CONTROLLER_STORE_SQLITE_TARGET_ROW_H_
#define BERTHMASTER_CONTROLLER_STORE_SQLITE_TARGET_ROW_H_

#include <cstdint>
#include <optional>

#include "absl/time/time.h"
#include "controller/model/rollout.h"

namespace berthmaster {

// An outlook that may not be there, as columns: capacity is NULL then.
struct OutlookColumns {
  std::optional<int32_t> capacity;
  std::optional<double> utilization;
  std::optional<double> settled_utilization;
  std::optional<absl::Duration> time_to_exhaustion;

  static OutlookColumns Of(const std::optional<Outlook>& outlook) {
    if (!outlook.has_value()) return {};
    return {outlook->capacity, outlook->utilization, outlook->settled_utilization,
            outlook->time_to_exhaustion};
  }
  std::optional<Outlook> outlook() const {
    if (!capacity.has_value()) return std::nullopt;
    return Outlook{*capacity, utilization.value_or(0), settled_utilization, time_to_exhaustion};
  }
};

// The advice of a target; what its netns and rollout are, the target knows.
struct AdviceRow {
  DesiredAdvice desired;
  std::optional<double> connection_rate_now;
  std::optional<AdviceState> state;
  AdviceResult result;
};

// A target of a rollout, without its sysctls.
struct TargetRow {
  RolloutTarget target;
  OutlookColumns before;
  OutlookColumns predicted;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_STORE_SQLITE_TARGET_ROW_H_
