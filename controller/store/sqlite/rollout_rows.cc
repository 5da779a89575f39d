#include "controller/store/sqlite/rollout_rows.h"

#include <cstdint>
#include <utility>

#include "common/ids/names.h"

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
      auto advice,
      ChildTable<AdviceRow>::Prepare(
          database,
          "INSERT INTO rollout_advice (rollout_id, target_position, position, workload, "
          "destination_address, destination_port, protocol, source_address, connection_pool_size, "
          "connection_rate, hold_time, ports_saved, keep_alive, connection_rate_now, state, path, "
          "follower_count, acknowledged, acknowledgement, error) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
          "SELECT workload, destination_address, destination_port, protocol, source_address, "
          "connection_pool_size, connection_rate, hold_time, ports_saved, keep_alive, "
          "connection_rate_now, state, path, follower_count, acknowledged, acknowledgement, error "
          "FROM rollout_advice WHERE rollout_id = ? AND target_position = ? ORDER BY position"));
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
  return Children{std::move(targets), std::move(sysctls),   std::move(advice), std::move(changes),
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
  BERTHMASTER_RETURN_IF_ERROR(PutAdvice(rollout));
  BERTHMASTER_RETURN_IF_ERROR(children_.changes.Insert(rollout.changes, rollout.id));
  BERTHMASTER_RETURN_IF_ERROR(children_.waves.Insert(rollout.plan.waves, rollout.id));
  BERTHMASTER_RETURN_IF_ERROR(children_.approvals.Insert(rollout.approvals, rollout.id));
  return children_.pause.Insert(rollout.pause, rollout.id);
}

absl::Status RolloutRows::PutAdvice(const Rollout& rollout) {
  int64_t target_position = -1;
  for (const RolloutTarget& target : rollout.targets) {
    ++target_position;
    if (!target.advice.has_value()) continue;
    const TargetAdvice& advice = *target.advice;
    AdviceRow row{advice.desired, advice.connection_rate_now, std::nullopt, {}};
    if (advice.result.has_value()) {
      row.state = advice.result->state;
      row.result = *advice.result;
    }
    BERTHMASTER_RETURN_IF_ERROR(children_.advice.Insert(std::vector<AdviceRow>{std::move(row)},
                                                        rollout.id, target_position));
  }
  return absl::OkStatus();
}

absl::Status RolloutRows::LoadAdvice(Rollout& rollout) {
  // Advice changes no sysctl.
  if (!rollout.changes.empty()) return absl::OkStatus();
  int64_t target_position = 0;
  for (RolloutTarget& target : rollout.targets) {
    std::vector<AdviceRow> rows;
    BERTHMASTER_RETURN_IF_ERROR(children_.advice.Load(rows, rollout.id, target_position));
    ++target_position;
    if (rows.empty()) continue;
    AdviceRow& row = rows.front();
    TargetAdvice& advice = target.advice.emplace();
    advice.desired = std::move(row.desired);
    advice.desired.netns_cookie = target.netns_cookie;
    advice.desired.netns_inode = target.netns_inode;
    advice.desired.netns_label = target.netns_label;
    advice.connection_rate_now = row.connection_rate_now;
    if (!row.state.has_value()) continue;
    advice.result = std::move(row.result);
    advice.result->state = *row.state;
    advice.result->rollout = RolloutName(rollout.id);
    advice.result->netns_cookie = target.netns_cookie;
    advice.result->destination = advice.desired.destination;
    advice.result->destination_port = advice.desired.destination_port;
  }
  return absl::OkStatus();
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
  BERTHMASTER_RETURN_IF_ERROR(LoadAdvice(rollout));
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
