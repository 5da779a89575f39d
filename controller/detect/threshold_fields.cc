#include "controller/detect/threshold_fields.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"

namespace berthmaster {
namespace {

// How far below the near limit a pool must be to be calm, as between the defaults.
constexpr double kCalmDistance = 0.05;

constexpr ThresholdField<double> kShares[] = {
    {"near_limit_utilization_min", &ThresholdOverrides::near_limit_utilization_min,
     &Thresholds::near_limit_utilization_min, 0.5, 1},
    {"forecast_utilization_min", &ThresholdOverrides::forecast_utilization_min,
     &Thresholds::forecast_utilization_min, 0.05, 1},
    {"critical_utilization_min", &ThresholdOverrides::critical_utilization_min,
     &Thresholds::critical_utilization_min, 0.5, 1},
    {"stuck_utilization_min", &ThresholdOverrides::stuck_utilization_min,
     &Thresholds::stuck_utilization_min, 0.05, 1},
    {"filled_utilization_min", &ThresholdOverrides::filled_utilization_min,
     &Thresholds::filled_utilization_min, 0.3, 1},
    {"leak_utilization_min", &ThresholdOverrides::leak_utilization_min,
     &Thresholds::leak_utilization_min, 0.05, 1},
};

constexpr ThresholdField<absl::Duration> kDurations[] = {
    {"near_limit_time", &ThresholdOverrides::near_limit_time, &Thresholds::near_limit_time,
     absl::ZeroDuration(), absl::Hours(1)},
    {"critical_time_left", &ThresholdOverrides::critical_time_left, &Thresholds::critical_time_left,
     absl::ZeroDuration(), absl::Hours(1)},
    {"stuck_time", &ThresholdOverrides::stuck_time, &Thresholds::stuck_time, absl::Seconds(1),
     absl::Hours(1)},
    {"leak_time", &ThresholdOverrides::leak_time, &Thresholds::leak_time, absl::Seconds(10),
     absl::Hours(1)},
    {"leak_horizon", &ThresholdOverrides::leak_horizon, &Thresholds::leak_horizon, absl::Minutes(1),
     absl::Hours(24)},
    {"restart_blocked_time", &ThresholdOverrides::restart_blocked_time,
     &Thresholds::restart_blocked_time, absl::Seconds(3), absl::Hours(1)},
    {"calm_time", &ThresholdOverrides::calm_time, &Thresholds::calm_time, absl::Seconds(1),
     absl::Minutes(5)},
    {"calm_thin_time", &ThresholdOverrides::calm_thin_time, &Thresholds::calm_thin_time,
     absl::Seconds(1), absl::Minutes(5)},
};

std::string Text(double share) { return absl::StrCat(share); }
std::string Text(absl::Duration duration) { return absl::FormatDuration(duration); }

template <typename T>
absl::Status CheckFields(absl::Span<const ThresholdField<T>> fields,
                         const ThresholdOverrides& overrides) {
  for (const ThresholdField<T>& field : fields) {
    const std::optional<T>& value = overrides.*field.override_value;
    // Not a number is neither below nor above.
    if (!value.has_value() || (*value >= field.min && *value <= field.max)) continue;
    return absl::InvalidArgumentError(absl::StrCat(field.name, ": ", Text(*value),
                                                   " is not within ", Text(field.min), " and ",
                                                   Text(field.max)));
  }
  return absl::OkStatus();
}

template <typename T>
void ApplyFields(absl::Span<const ThresholdField<T>> fields, const ThresholdOverrides& overrides,
                 Thresholds& thresholds) {
  for (const ThresholdField<T>& field : fields) {
    const std::optional<T>& value = overrides.*field.override_value;
    if (value.has_value()) thresholds.*field.value = *value;
  }
}

// Of each field, what `pick` takes from it.
template <typename Pick>
ThresholdOverrides Picked(Pick pick) {
  ThresholdOverrides picked;
  for (const auto& field : ShareFields()) picked.*field.override_value = pick(field);
  for (const auto& field : DurationFields()) picked.*field.override_value = pick(field);
  return picked;
}

}  // namespace

absl::Span<const ThresholdField<double>> ShareFields() { return kShares; }
absl::Span<const ThresholdField<absl::Duration>> DurationFields() { return kDurations; }

absl::Status CheckOverrides(const ThresholdOverrides& overrides) {
  absl::Status status = CheckFields(ShareFields(), overrides);
  return status.ok() ? CheckFields(DurationFields(), overrides) : status;
}

void ApplyOverrides(const ThresholdOverrides& overrides, Thresholds& thresholds) {
  ApplyFields(ShareFields(), overrides, thresholds);
  ApplyFields(DurationFields(), overrides, thresholds);
}

void KeepOrder(Thresholds& thresholds) {
  thresholds.calm_utilization_max = std::min(thresholds.calm_utilization_max,
                                             thresholds.near_limit_utilization_min - kCalmDistance);
  thresholds.plenty_utilization_max =
      std::min(thresholds.plenty_utilization_max, thresholds.calm_utilization_max);
}

ThresholdOverrides DefaultThresholds() {
  return Picked([](const auto& field) { return Thresholds().*field.value; });
}
ThresholdOverrides LeastThresholds() {
  return Picked([](const auto& field) { return field.min; });
}
ThresholdOverrides LargestThresholds() {
  return Picked([](const auto& field) { return field.max; });
}

}  // namespace berthmaster
