#ifndef BERTHMASTER_CONTROLLER_MODEL_DETECTION_POLICY_H_
#define BERTHMASTER_CONTROLLER_MODEL_DETECTION_POLICY_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "controller/model/labels.h"

namespace berthmaster {

// Each namespace is held against each rule when its labels are new.
inline constexpr size_t kDetectionRulesMax = 100;
inline constexpr size_t kRuleNameBytesMax = 128;

// The thresholds of detection that a policy may set, by their names in detect/thresholds.h, which
// says what they mean. detect/threshold_fields has their bounds. Nothing: as it is without.
struct ThresholdOverrides {
  std::optional<double> near_limit_utilization_min;
  std::optional<absl::Duration> near_limit_time;
  std::optional<double> forecast_utilization_min;
  std::optional<double> critical_utilization_min;
  std::optional<absl::Duration> critical_time_left;
  std::optional<double> stuck_utilization_min;
  std::optional<absl::Duration> stuck_time;
  std::optional<double> filled_utilization_min;
  std::optional<double> leak_utilization_min;
  std::optional<absl::Duration> leak_time;
  std::optional<absl::Duration> leak_horizon;
  std::optional<absl::Duration> restart_blocked_time;
  std::optional<absl::Duration> calm_time;
  std::optional<absl::Duration> calm_thin_time;
  friend bool operator==(const ThresholdOverrides&, const ThresholdOverrides&) = default;
};

// Other thresholds for some of the fleet's namespaces.
struct DetectionRule {
  // Unique in its policy, for people.
  std::string name;
  // Empty: all namespaces.
  LabelSelector selector;
  ThresholdOverrides overrides;
  friend bool operator==(const DetectionRule&, const DetectionRule&) = default;
};

// What is detected where. There is one; of two rules that set the same threshold, the later wins.
struct DetectionPolicy {
  std::vector<DetectionRule> rules;
  // Nothing, and nobody, before somebody set it.
  std::optional<absl::Time> update_time;
  std::string updater;
  // Rises with every change; the etag.
  int64_t revision = 1;
  friend bool operator==(const DetectionPolicy&, const DetectionPolicy&) = default;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_MODEL_DETECTION_POLICY_H_
