#ifndef BERTHMASTER_CONTROLLER_MODEL_ROLLOUT_PLAN_H_
#define BERTHMASTER_CONTROLLER_MODEL_ROLLOUT_PLAN_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "controller/model/labels.h"

namespace berthmaster {

inline constexpr int32_t kCanaryCountMax = 100;
inline constexpr size_t kWavesMax = 20;
inline constexpr absl::Duration kPlanSoakMax = absl::Hours(24);
// Namespaces that one rollout may change, those that join late included: a host takes
// kDesiredChangesMax of all rollouts, and a rollout is one row that a person reads.
inline constexpr size_t kRolloutTargetsMax = 5000;

// The size of one wave: a number of targets, or a share of all of the rollout's.
struct WaveSize {
  // 0: percent says it.
  int32_t count = 0;
  // 1 to 100.
  int32_t percent = 0;
  friend bool operator==(const WaveSize&, const WaveSize&) = default;
};

// Where a change goes and in which steps.
struct RolloutPlan {
  // Empty: the one namespace of the recommendation.
  LabelSelector selector;
  int32_t canary_count = 1;
  // After the canary; what they leave is one more.
  std::vector<WaveSize> waves;
  // How long a target must hold; zero is the controller's default.
  absl::Duration soak;
  // Targets after the canary that may fail before everything is put back.
  int32_t failed_targets_max = 0;
  bool pause_after_canary = false;
  // Changes of a host's own namespace are to outlive its reboot.
  bool persist = false;
  // What comes to match the selector later gets the change too.
  bool follows = false;
  friend bool operator==(const RolloutPlan&, const RolloutPlan&) = default;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_MODEL_ROLLOUT_PLAN_H_
