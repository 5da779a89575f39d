#ifndef BERTHMASTER_CONTROLLER_DETECT_THRESHOLD_FIELDS_H_
#define BERTHMASTER_CONTROLLER_DETECT_THRESHOLD_FIELDS_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "controller/detect/thresholds.h"
#include "controller/model/detection_policy.h"

namespace berthmaster {

// The thresholds that a policy may set: a subset that an operator understands, with bounds within
// which detection still works.

// T is double, a share of the capacity, or absl::Duration.
template <typename T>
struct ThresholdField {
  // That of the member in both structs, and in the contract.
  absl::string_view name;
  std::optional<T> ThresholdOverrides::*override_value;
  T Thresholds::*value;
  // Inclusive.
  T min;
  T max;
};

absl::Span<const ThresholdField<double>> ShareFields();
absl::Span<const ThresholdField<absl::Duration>> DurationFields();

// INVALID_ARGUMENT names the threshold, its value and its bounds.
absl::Status CheckOverrides(const ThresholdOverrides& overrides);

// Every field that `overrides` sets, set in `thresholds`.
void ApplyOverrides(const ThresholdOverrides& overrides, Thresholds& thresholds);

// What follows from others: calm lies below the near limit, and plenty below calm, or incidents
// would open and resolve to and fro. For after the last ApplyOverrides.
void KeepOrder(Thresholds& thresholds);

// The defaults, and the bounds, of everything that a policy may set.
ThresholdOverrides DefaultThresholds();
ThresholdOverrides LeastThresholds();
ThresholdOverrides LargestThresholds();

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_DETECT_THRESHOLD_FIELDS_H_
