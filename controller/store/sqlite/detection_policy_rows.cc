#include "controller/store/sqlite/detection_policy_rows.h"

#include <cstdint>
#include <utility>
#include <vector>

namespace berthmaster {
namespace {

constexpr int64_t kPolicyId = 1;

}  // namespace

DetectionPolicyRows::DetectionPolicyRows(ParentTable<DetectionPolicy> policies,
                                         ChildTable<DetectionRule> rules)
    : policies_(std::move(policies)), rules_(std::move(rules)) {}

absl::StatusOr<DetectionPolicyRows> DetectionPolicyRows::Prepare(const Database& database) {
  BERTHMASTER_ASSIGN_OR_RETURN(
      auto policies,
      ParentTable<DetectionPolicy>::Prepare(
          database,
          "INSERT OR REPLACE INTO detection_policy (id, update_time, updater, revision) "
          "VALUES (1, ?, ?, ?)",
          "SELECT update_time, updater, revision FROM detection_policy WHERE id = 1"));
  BERTHMASTER_ASSIGN_OR_RETURN(
      auto rules,
      ChildTable<DetectionRule>::Prepare(
          database,
          "INSERT INTO detection_rule (policy_id, position, name, selector, "
          "near_limit_utilization_min, near_limit_time, forecast_utilization_min, "
          "critical_utilization_min, critical_time_left, stuck_utilization_min, stuck_time, "
          "filled_utilization_min, leak_utilization_min, leak_time, leak_horizon, "
          "restart_blocked_time, calm_time, calm_thin_time) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
          "SELECT name, selector, near_limit_utilization_min, near_limit_time, "
          "forecast_utilization_min, critical_utilization_min, critical_time_left, "
          "stuck_utilization_min, stuck_time, filled_utilization_min, leak_utilization_min, "
          "leak_time, leak_horizon, restart_blocked_time, calm_time, calm_thin_time "
          "FROM detection_rule WHERE policy_id = ? ORDER BY position"));
  return DetectionPolicyRows(std::move(policies), std::move(rules));
}

absl::Status DetectionPolicyRows::Put(const DetectionPolicy& policy) {
  BERTHMASTER_RETURN_IF_ERROR(policies_.Replace(policy));
  return rules_.Insert(policy.rules, kPolicyId);
}

absl::StatusOr<std::optional<DetectionPolicy>> DetectionPolicyRows::Load() {
  BERTHMASTER_ASSIGN_OR_RETURN(std::vector<DetectionPolicy> policies, policies_.Load());
  std::optional<DetectionPolicy> policy;
  if (policies.empty()) return policy;
  policy = std::move(policies.front());
  BERTHMASTER_RETURN_IF_ERROR(rules_.Load(policy->rules, kPolicyId));
  return policy;
}

}  // namespace berthmaster
