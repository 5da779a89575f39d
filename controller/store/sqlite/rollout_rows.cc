#include "controller/store/sqlite/rollout_rows.h"

#include <cstdint>
#include <utility>

namespace berthmaster {

RolloutRows::RolloutRows(ParentTable<Rollout> rollouts, ChildTable<RolloutTarget> targets,
                         ChildTable<TargetSysctl> sysctls)
    : rollouts_(std::move(rollouts)), targets_(std::move(targets)), sysctls_(std::move(sysctls)) {}

absl::StatusOr<RolloutRows> RolloutRows::Prepare(const Database& database) {
  BERTHMASTER_ASSIGN_OR_RETURN(
      auto rollouts,
      ParentTable<Rollout>::Prepare(
          database,
          "INSERT OR REPLACE INTO rollout (id, state, recommendation_id, incident_id, pool_name, "
          "message, create_time, update_time, state_time, approver, revision) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
          // 6 is REVERTED, 7 is FAILED.
          "SELECT id, state, recommendation_id, incident_id, pool_name, message, create_time, "
          "update_time, state_time, approver, revision FROM rollout "
          "WHERE state NOT IN (6, 7) OR id IN (SELECT id FROM rollout WHERE state IN (6, 7) "
          "ORDER BY create_time DESC, id DESC LIMIT ?) ORDER BY create_time, id"));
  BERTHMASTER_ASSIGN_OR_RETURN(
      auto targets,
      ChildTable<RolloutTarget>::Prepare(
          database,
          "INSERT INTO rollout_target (rollout_id, position, host_id, netns_cookie, netns_inode, "
          "netns_label, desired_revision) VALUES (?, ?, ?, ?, ?, ?, ?)",
          "SELECT host_id, netns_cookie, netns_inode, netns_label, desired_revision "
          "FROM rollout_target WHERE rollout_id = ? ORDER BY position"));
  BERTHMASTER_ASSIGN_OR_RETURN(
      auto sysctls,
      ChildTable<TargetSysctl>::Prepare(
          database,
          "INSERT INTO rollout_sysctl (rollout_id, target_position, position, sysctl, "
          "expected_value, desired_value, applied_value, effective_value, state, error) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
          "SELECT sysctl, expected_value, desired_value, applied_value, effective_value, state, "
          "error FROM rollout_sysctl WHERE rollout_id = ? AND target_position = ? "
          "ORDER BY position"));
  return RolloutRows(std::move(rollouts), std::move(targets), std::move(sysctls));
}

absl::Status RolloutRows::Put(const Rollout& rollout) {
  BERTHMASTER_RETURN_IF_ERROR(rollouts_.Replace(rollout));
  BERTHMASTER_RETURN_IF_ERROR(targets_.Insert(rollout.targets, rollout.id));
  int64_t target_position = 0;
  for (const RolloutTarget& target : rollout.targets) {
    BERTHMASTER_RETURN_IF_ERROR(sysctls_.Insert(target.sysctls, rollout.id, target_position));
    ++target_position;
  }
  return absl::OkStatus();
}

absl::Status RolloutRows::LoadTargets(Rollout& rollout) {
  BERTHMASTER_RETURN_IF_ERROR(targets_.Load(rollout.targets, rollout.id));
  int64_t target_position = 0;
  for (RolloutTarget& target : rollout.targets) {
    BERTHMASTER_RETURN_IF_ERROR(sysctls_.Load(target.sysctls, rollout.id, target_position));
    ++target_position;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Rollout>> RolloutRows::Load(int ended_max) {
  BERTHMASTER_ASSIGN_OR_RETURN(std::vector<Rollout> rollouts, rollouts_.Load(ended_max));
  for (Rollout& rollout : rollouts) BERTHMASTER_RETURN_IF_ERROR(LoadTargets(rollout));
  return rollouts;
}

}  // namespace berthmaster
