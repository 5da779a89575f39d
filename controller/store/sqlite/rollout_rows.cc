#include "controller/store/sqlite/rollout_rows.h"

#include <cstdint>
#include <utility>

namespace berthmaster {

RolloutRows::RolloutRows(ParentTable<Rollout> rollouts, Children children)
    : rollouts_(std::move(rollouts)), children_(std::move(children)) {}

absl::StatusOr<RolloutRows> RolloutRows::Prepare(const Database& database) {
  BERTHMASTER_ASSIGN_OR_RETURN(
      auto rollouts,
      ParentTable<Rollout>::Prepare(
          database,
          "INSERT OR REPLACE INTO rollout (id, state, recommendation_id, incident_id, pool_name, "
          "message, create_time, update_time, state_time, approver, revision, wave, wave_count, "
          "canary_released, stop_reason, plan_selector, plan_canary_count, plan_soak, "
          "plan_failed_targets_max, plan_pause_after_canary, plan_persist, plan_follows) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
          // 6 is REVERTED, 7 is FAILED.
          "SELECT id, state, recommendation_id, incident_id, pool_name, message, create_time, "
          "update_time, state_time, approver, revision, wave, wave_count, canary_released, "
          "stop_reason, plan_selector, plan_canary_count, plan_soak, plan_failed_targets_max, "
          "plan_pause_after_canary, plan_persist, plan_follows FROM rollout "
          "WHERE state NOT IN (6, 7) OR id IN (SELECT id FROM rollout WHERE state IN (6, 7) "
          "ORDER BY create_time DESC, id DESC LIMIT ?) ORDER BY create_time, id"));
  BERTHMASTER_ASSIGN_OR_RETURN(Children children, PrepareChildren(database));
  return RolloutRows(std::move(rollouts), std::move(children));
}

absl::StatusOr<RolloutRows::Children> RolloutRows::PrepareChildren(const Database& database) {
  BERTHMASTER_ASSIGN_OR_RETURN(
      auto targets,
      ChildTable<TargetRow>::Prepare(
          database,
          "INSERT INTO rollout_target (rollout_id, position, host_id, netns_cookie, netns_inode, "
          "netns_label, desired_revision, wave, state, message, state_time, pool_name, "
          "before_capacity, before_utilization, before_settled_utilization, "
          "before_time_to_exhaustion, predicted_capacity, predicted_utilization, "
          "predicted_settled_utilization, predicted_time_to_exhaustion, counted_before, "
          "failures_before, resets_before, retransmits_before, time_wait_overflows_before, "
          "counted_after, failures_after, resets_after, retransmits_after, "
          "time_wait_overflows_after) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
          "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
          "SELECT host_id, netns_cookie, netns_inode, netns_label, desired_revision, wave, state, "
          "message, state_time, pool_name, before_capacity, before_utilization, "
          "before_settled_utilization, before_time_to_exhaustion, predicted_capacity, "
          "predicted_utilization, predicted_settled_utilization, predicted_time_to_exhaustion, "
          "counted_before, failures_before, resets_before, retransmits_before, "
          "time_wait_overflows_before, counted_after, failures_after, resets_after, "
          "retransmits_after, time_wait_overflows_after "
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
  BERTHMASTER_ASSIGN_OR_RETURN(
      auto changes, ChildTable<SysctlChange>::Prepare(
                        database,
                        "INSERT INTO rollout_change (rollout_id, position, sysctl, "
                        "expected_value, desired_value) VALUES (?, ?, ?, ?, ?)",
                        "SELECT sysctl, expected_value, desired_value FROM rollout_change "
                        "WHERE rollout_id = ? ORDER BY position"));
  BERTHMASTER_ASSIGN_OR_RETURN(
      auto waves,
      ChildTable<WaveSize>::Prepare(
          database,
          "INSERT INTO rollout_wave (rollout_id, position, count, percent) VALUES (?, ?, ?, ?)",
          "SELECT count, percent FROM rollout_wave WHERE rollout_id = ? ORDER BY position"));
  BERTHMASTER_ASSIGN_OR_RETURN(
      auto approvals,
      ChildTable<Decision>::Prepare(
          database,
          "INSERT INTO rollout_approval (rollout_id, position, decider, reason, decide_time, "
          "content_sha256) VALUES (?, ?, ?, ?, ?, ?)",
          "SELECT decider, reason, decide_time, content_sha256 FROM rollout_approval "
          "WHERE rollout_id = ? ORDER BY position"));
  BERTHMASTER_ASSIGN_OR_RETURN(
      auto pause, ChildTable<RolloutPause>::Prepare(
                      database,
                      "INSERT INTO rollout_pause (rollout_id, position, pauser, reason, "
                      "pause_time) VALUES (?, ?, ?, ?, ?)",
                      "SELECT pauser, reason, pause_time FROM rollout_pause WHERE rollout_id = ? "
                      "ORDER BY position"));
  return Children{std::move(targets), std::move(sysctls),   std::move(changes),
                  std::move(waves),   std::move(approvals), std::move(pause)};
}

absl::Status RolloutRows::Put(const Rollout& rollout) {
  BERTHMASTER_RETURN_IF_ERROR(rollouts_.Replace(rollout));
  std::vector<TargetRow> rows;
  rows.reserve(rollout.targets.size());
  for (const RolloutTarget& target : rollout.targets) {
    rows.push_back(
        {target, OutlookColumns::Of(target.before), OutlookColumns::Of(target.predicted)});
  }
  BERTHMASTER_RETURN_IF_ERROR(children_.targets.Insert(rows, rollout.id));
  int64_t target_position = 0;
  for (const RolloutTarget& target : rollout.targets) {
    BERTHMASTER_RETURN_IF_ERROR(
        children_.sysctls.Insert(target.sysctls, rollout.id, target_position));
    ++target_position;
  }
  BERTHMASTER_RETURN_IF_ERROR(children_.changes.Insert(rollout.changes, rollout.id));
  BERTHMASTER_RETURN_IF_ERROR(children_.waves.Insert(rollout.plan.waves, rollout.id));
  BERTHMASTER_RETURN_IF_ERROR(children_.approvals.Insert(rollout.approvals, rollout.id));
  return children_.pause.Insert(rollout.pause, rollout.id);
}

absl::Status RolloutRows::LoadChildren(Rollout& rollout) {
  std::vector<TargetRow> rows;
  BERTHMASTER_RETURN_IF_ERROR(children_.targets.Load(rows, rollout.id));
  int64_t target_position = 0;
  for (TargetRow& row : rows) {
    RolloutTarget& target = rollout.targets.emplace_back(std::move(row.target));
    target.before = row.before.outlook();
    target.predicted = row.predicted.outlook();
    BERTHMASTER_RETURN_IF_ERROR(
        children_.sysctls.Load(target.sysctls, rollout.id, target_position));
    ++target_position;
  }
  BERTHMASTER_RETURN_IF_ERROR(children_.changes.Load(rollout.changes, rollout.id));
  BERTHMASTER_RETURN_IF_ERROR(children_.waves.Load(rollout.plan.waves, rollout.id));
  BERTHMASTER_RETURN_IF_ERROR(children_.approvals.Load(rollout.approvals, rollout.id));
  return children_.pause.Load(rollout.pause, rollout.id);
}

absl::StatusOr<std::vector<Rollout>> RolloutRows::Load(int ended_max) {
  BERTHMASTER_ASSIGN_OR_RETURN(std::vector<Rollout> rollouts, rollouts_.Load(ended_max));
  for (Rollout& rollout : rollouts) BERTHMASTER_RETURN_IF_ERROR(LoadChildren(rollout));
  return rollouts;
}

}  // namespace berthmaster
