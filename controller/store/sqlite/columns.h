#ifndef BERTHMASTER_CONTROLLER_STORE_SQLITE_COLUMNS_H_
#define BERTHMASTER_CONTROLLER_STORE_SQLITE_COLUMNS_H_

#include <string>
#include <type_traits>

#include "common/audit/audit_entry.h"
#include "common/protocol/identity.h"
#include "controller/model/detection_policy.h"
#include "controller/model/host.h"
#include "controller/model/incident.h"
#include "controller/model/recommendation.h"
#include "controller/model/rollout.h"
#include "controller/model/silence.h"
#include "controller/store/control_store.h"
#include "controller/store/sqlite/approval_rule_row.h"
#include "controller/store/sqlite/target_row.h"

namespace berthmaster {

// Calls `use` with the members of a row that are columns, in the order of the INSERT and SELECT of
// its table: one list for writing and for reading. Vectors are tables of their own (ChildTable).
// `row` is const for writing.

template <typename Row, typename T>
concept RowOf = std::is_same_v<std::remove_const_t<Row>, T>;

template <typename Row, typename Use>
requires RowOf<Row, Host>
auto WithColumns(Row& row, Use use) {
  return use(row.host_id, row.state, row.identity.host_name, row.identity.kernel_release,
             row.identity.boot_id, row.identity.agent_version, row.identity.profile,
             row.attach_time, row.sample_time, row.desired_revision);
}

template <typename Row, typename Use>
requires RowOf<Row, AgentCapability>
auto WithColumns(Row& row, Use use) { return use(row); }

template <typename Row, typename Use>
requires RowOf<Row, std::string>
auto WithColumns(Row& row, Use use) { return use(row); }

template <typename Row, typename Use>
requires RowOf<Row, Incident>
auto WithColumns(Row& row, Use use) {
  return use(row.id, row.state, row.severity, row.cause, row.summary, row.host_id, row.netns_cookie,
             row.netns_inode, row.netns_label, row.pool_name, row.pool_kind, row.key.source,
             row.key.destination, row.key.destination_port, row.utilization, row.utilization_max,
             row.settled_utilization, row.time_to_exhaustion, row.open_time, row.update_time,
             row.acknowledge_time, row.acknowledger, row.resolve_time, row.resolve_reason,
             row.revision, row.key.protocol, row.member_count, row.silence_id, row.silenced_until);
}

template <typename Row, typename Use>
requires RowOf<Row, Evidence>
auto WithColumns(Row& row, Use use) { return use(row.fact, row.value); }

template <typename Row, typename Use>
requires RowOf<Row, IncidentMember>
auto WithColumns(Row& row, Use use) {
  return use(row.host_id, row.netns_cookie, row.netns_inode, row.netns_label, row.pool_name,
             row.pool_kind, row.key.source, row.key.destination, row.key.destination_port,
             row.key.protocol, row.severity, row.utilization, row.time_to_exhaustion, row.join_time,
             row.labels);
}

template <typename Row, typename Use>
requires RowOf<Row, IncidentEvent>
auto WithColumns(Row& row, Use use) { return use(row.event_time, row.text); }

template <typename Row, typename Use>
requires RowOf<Row, Recommendation>
auto WithColumns(Row& row, Use use) {
  return use(row.id, row.state, row.kind, row.summary, row.rationale, row.incident_id, row.host_id,
             row.netns_cookie, row.netns_inode, row.netns_label, row.pool_name, row.rank,
             row.what_if.before.capacity, row.what_if.before.utilization,
             row.what_if.before.settled_utilization, row.what_if.before.time_to_exhaustion,
             row.what_if.after.capacity, row.what_if.after.utilization,
             row.what_if.after.settled_utilization, row.what_if.after.time_to_exhaustion, row.risk,
             row.scope, row.reversibility, row.create_time, row.update_time, row.rollout_id,
             row.revision, row.proposer, row.approvals_required, row.expire_time, row.target_count,
             row.plan.selector, row.plan.canary_count, row.plan.soak, row.plan.failed_targets_max,
             row.plan.pause_after_canary, row.plan.persist, row.plan.follows);
}

template <typename Row, typename Use>
requires RowOf<Row, SysctlChange>
auto WithColumns(Row& row, Use use) {
  return use(row.sysctl, row.expected_value, row.desired_value);
}

template <typename Row, typename Use>
requires RowOf<Row, DurableForm>
auto WithColumns(Row& row, Use use) { return use(row.kind, row.place, row.text); }

template <typename Row, typename Use>
requires RowOf<Row, Snippet>
auto WithColumns(Row& row, Use use) { return use(row.product, row.place, row.text); }

template <typename Row, typename Use>
requires RowOf<Row, TopologyAdvice>
auto WithColumns(Row& row, Use use) {
  return use(row.more_source_addresses, row.more_destination_addresses, row.more_destination_ports);
}

template <typename Row, typename Use>
requires RowOf<Row, PoolingAdvice>
auto WithColumns(Row& row, Use use) {
  return use(row.connection_pool_size, row.connection_rate, row.hold_time, row.ports_saved);
}

template <typename Row, typename Use>
requires RowOf<Row, Decision>
auto WithColumns(Row& row, Use use) {
  return use(row.decider, row.reason, row.decide_time, row.content_sha256);
}

template <typename Row, typename Use>
requires RowOf<Row, Rollout>
auto WithColumns(Row& row, Use use) {
  return use(row.id, row.state, row.recommendation_id, row.incident_id, row.pool_name, row.message,
             row.create_time, row.update_time, row.state_time, row.approver, row.revision, row.wave,
             row.wave_count, row.canary_released, row.stop_reason, row.plan.selector,
             row.plan.canary_count, row.plan.soak, row.plan.failed_targets_max,
             row.plan.pause_after_canary, row.plan.persist, row.plan.follows);
}

template <typename Row, typename Use>
requires RowOf<Row, WaveSize>
auto WithColumns(Row& row, Use use) { return use(row.count, row.percent); }

template <typename Row, typename Use>
requires RowOf<Row, RolloutPause>
auto WithColumns(Row& row, Use use) { return use(row.pauser, row.reason, row.pause_time); }

template <typename Row, typename Use>
requires RowOf<Row, TargetRow>
auto WithColumns(Row& row, Use use) {
  auto& target = row.target;
  auto& before = target.counts_before;
  auto& after = target.counts_after;
  return use(target.host_id, target.netns_cookie, target.netns_inode, target.netns_label,
             target.desired_revision, target.wave, target.state, target.message, target.state_time,
             target.pool_name, row.before.capacity, row.before.utilization,
             row.before.settled_utilization, row.before.time_to_exhaustion, row.predicted.capacity,
             row.predicted.utilization, row.predicted.settled_utilization,
             row.predicted.time_to_exhaustion, before.span, before.failures, before.resets,
             before.retransmits, before.time_wait_overflows, after.span, after.failures,
             after.resets, after.retransmits, after.time_wait_overflows);
}

template <typename Row, typename Use>
requires RowOf<Row, AdviceRow>
auto WithColumns(Row& row, Use use) {
  auto& desired = row.desired;
  auto& result = row.result;
  return use(desired.workload, desired.destination, desired.destination_port, desired.protocol,
             desired.source, desired.connection_pool_size, desired.connection_rate,
             desired.hold_time, desired.ports_saved, desired.keep_alive, row.connection_rate_now,
             row.state, result.path, result.follower_count, result.acknowledged,
             result.acknowledgement, result.error);
}

template <typename Row, typename Use>
requires RowOf<Row, TargetSysctl>
auto WithColumns(Row& row, Use use) {
  return use(row.change.sysctl, row.change.expected_value, row.change.desired_value,
             row.applied_value, row.effective_value, row.state, row.error);
}

template <typename Row, typename Use>
requires RowOf<Row, Silence>
auto WithColumns(Row& row, Use use) {
  return use(row.id, row.selector, row.reason, row.creator, row.create_time, row.start_time,
             row.expire_time, row.end_time, row.ender, row.revision);
}

template <typename Row, typename Use>
requires RowOf<Row, DetectionPolicy>
auto WithColumns(Row& row, Use use) { return use(row.update_time, row.updater, row.revision); }

template <typename Row, typename Use>
requires RowOf<Row, DetectionRule>
auto WithColumns(Row& row, Use use) {
  auto& set = row.overrides;
  return use(row.name, row.selector, set.near_limit_utilization_min, set.near_limit_time,
             set.forecast_utilization_min, set.critical_utilization_min, set.critical_time_left,
             set.stuck_utilization_min, set.stuck_time, set.filled_utilization_min,
             set.leak_utilization_min, set.leak_time, set.leak_horizon, set.restart_blocked_time,
             set.calm_time, set.calm_thin_time);
}

template <typename Row, typename Use>
requires RowOf<Row, AuditEntry>
auto WithColumns(Row& row, Use use) {
  return use(row.sequence, row.event_time, row.actor, row.source, row.action, row.object,
             row.reason, row.previous_hash, row.hash);
}

template <typename Row, typename Use>
requires RowOf<Row, AuditValue>
auto WithColumns(Row& row, Use use) {
  return use(row.host_id, row.netns_cookie, row.netns_label, row.sysctl, row.old_value,
             row.new_value);
}

template <typename Row, typename Use>
requires RowOf<Row, CompletedRequest>
auto WithColumns(Row& row, Use use) {
  return use(row.request_id, row.method, row.request_sha256, row.resource_name, row.complete_time);
}

template <typename Row, typename Use>
requires RowOf<Row, ApprovalPolicy>
auto WithColumns(Row& row, Use use) { return use(row.update_time, row.updater, row.revision); }

template <typename Row, typename Use>
requires RowOf<Row, ApprovalRuleRow>
auto WithColumns(Row& row, Use use) {
  return use(row.rule.name, row.rule.selector, row.risks, row.rule.approvals_required,
             row.rule.proposer_may_approve);
}

template <typename Row, typename Use>
requires RowOf<Row, ApprovalWindowRow>
auto WithColumns(Row& row, Use use) { return use(row.days, row.window.start, row.window.length); }

template <typename Row, typename Use>
requires RowOf<Row, Freeze>
auto WithColumns(Row& row, Use use) {
  return use(row.name, row.selector, row.start_time, row.end_time, row.reason);
}

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_STORE_SQLITE_COLUMNS_H_
