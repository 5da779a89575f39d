#include "controller/api/rollout_conversion.h"

#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/ids/names.h"
#include "common/net/endpoint.h"
#include "common/wire/desired_state_wire.h"
#include "common/wire/time_wire.h"
#include "controller/api/plan_conversion.h"
#include "controller/api/recommendation_conversion.h"
#include "controller/model/names.h"

namespace berthmaster {
namespace {

v1::TargetSysctl ToProto(const TargetSysctl& sysctl) {
  v1::TargetSysctl proto;
  *proto.mutable_change() = berthmaster::ToProto(sysctl.change);
  proto.set_applied_value(sysctl.applied_value);
  proto.set_effective_value(sysctl.effective_value);
  proto.set_state(static_cast<v1::ApplyState>(sysctl.state));
  proto.set_error(sysctl.error);
  return proto;
}

v1::GateRates RatesOf(const GateCounts& counts) {
  const double seconds = absl::ToDoubleSeconds(counts.span);
  v1::GateRates rates;
  rates.set_failures(static_cast<double>(counts.failures) / seconds);
  rates.set_resets(static_cast<double>(counts.resets) / seconds);
  rates.set_retransmits(static_cast<double>(counts.retransmits) / seconds);
  rates.set_time_wait_overflows(static_cast<double>(counts.time_wait_overflows) / seconds);
  return rates;
}

v1::AdviceStatus ToProto(const TargetAdvice& advice) {
  const DesiredAdvice& desired = advice.desired;
  v1::AdviceStatus proto;
  proto.mutable_advice()->set_connection_pool_size(desired.connection_pool_size);
  proto.mutable_advice()->set_connection_rate(desired.connection_rate);
  *proto.mutable_advice()->mutable_hold_time() = berthmaster::ToProto(desired.hold_time);
  proto.mutable_advice()->set_ports_saved(desired.ports_saved);
  proto.set_workload(desired.workload);
  proto.set_destination(
      Endpoint{desired.destination.ToString(), desired.destination_port}.ToString());
  proto.set_connection_rate_before(desired.connection_rate);
  if (advice.connection_rate_now.has_value()) {
    proto.set_connection_rate_now(*advice.connection_rate_now);
  }
  if (!advice.result.has_value()) return proto;
  proto.set_path(advice.result->path);
  proto.set_follower_count(advice.result->follower_count);
  proto.set_acknowledgement(advice.result->acknowledgement);
  return proto;
}

void AddGates(const RolloutTarget& target, v1::RolloutTarget& proto) {
  const GateCounts& before = target.counts_before;
  const GateCounts& after = target.counts_after;
  if (before.span > absl::ZeroDuration()) {
    *proto.mutable_gates()->mutable_before() = RatesOf(before);
    *proto.mutable_gates()->mutable_before_span() = berthmaster::ToProto(before.span);
  }
  if (after.span > absl::ZeroDuration()) {
    *proto.mutable_gates()->mutable_after() = RatesOf(after);
    *proto.mutable_gates()->mutable_after_span() = berthmaster::ToProto(after.span);
  }
}

v1::RolloutTarget ToProto(const RolloutTarget& target, absl::string_view name) {
  v1::RolloutTarget proto;
  proto.set_name(std::string(name));
  proto.set_host(HostName(target.host_id));
  proto.set_netns(NetnsName(target.host_id, target.netns_cookie));
  proto.set_netns_label(target.netns_label);
  for (const TargetSysctl& sysctl : target.sysctls) *proto.add_sysctls() = ToProto(sysctl);
  proto.set_revision(target.desired_revision);
  proto.set_wave(target.wave);
  proto.set_state(static_cast<v1::TargetState>(target.state));
  proto.set_message(target.message);
  *proto.mutable_state_time() = berthmaster::ToProto(target.state_time);
  AddGates(target, proto);
  if (target.advice.has_value()) *proto.mutable_advice() = ToProto(*target.advice);
  if (target.before.has_value()) *proto.mutable_before() = berthmaster::ToProto(*target.before);
  if (target.predicted.has_value()) {
    *proto.mutable_predicted() = berthmaster::ToProto(*target.predicted);
  }
  return proto;
}

v1::TargetCounts CountTargets(const std::vector<RolloutTarget>& targets) {
  v1::TargetCounts counts;
  counts.set_total(static_cast<int32_t>(targets.size()));
  for (const RolloutTarget& target : targets) {
    switch (target.state) {
      case TargetState::kWaiting:
      case TargetState::kAway:
        counts.set_waiting(counts.waiting() + 1);
        break;
      case TargetState::kSent:
      case TargetState::kSoaking:
        counts.set_applying(counts.applying() + 1);
        break;
      case TargetState::kHolding:
        counts.set_holding(counts.holding() + 1);
        break;
      case TargetState::kFailed:
        counts.set_failed(counts.failed() + 1);
        break;
      case TargetState::kReverting:
      case TargetState::kReverted:
        counts.set_reverted(counts.reverted() + 1);
        break;
      case TargetState::kGone:
        counts.set_gone(counts.gone() + 1);
        break;
    }
  }
  return counts;
}

}  // namespace

v1::Rollout ToProto(const Rollout& rollout) {
  v1::Rollout proto;
  proto.set_name(RolloutName(rollout.id));
  proto.set_state(static_cast<v1::RolloutState>(rollout.state));
  proto.set_recommendation(RecommendationName(rollout.recommendation_id));
  if (!rollout.incident_id.empty()) proto.set_incident(IncidentName(rollout.incident_id));
  for (const RolloutTarget& target : rollout.targets) {
    *proto.add_targets() =
        ToProto(target, absl::StrCat(proto.name(), "/targets/", proto.targets_size() + 1));
  }
  proto.set_message(rollout.message);
  *proto.mutable_create_time() = ToProto(rollout.create_time);
  *proto.mutable_update_time() = ToProto(rollout.update_time);
  proto.set_approver(rollout.approver);
  proto.set_etag(EtagOf(rollout.revision));
  *proto.mutable_plan() = ToProto(rollout.plan);
  proto.set_wave(rollout.wave);
  proto.set_wave_count(rollout.wave_count);
  if (rollout.pause.has_value()) {
    proto.mutable_pause()->set_pauser(rollout.pause->pauser);
    proto.mutable_pause()->set_reason(rollout.pause->reason);
    *proto.mutable_pause()->mutable_pause_time() = ToProto(rollout.pause->pause_time);
  }
  proto.set_stop_reason(rollout.stop_reason);
  *proto.mutable_target_counts() = CountTargets(rollout.targets);
  for (const Decision& approval : rollout.approvals) *proto.add_approvals() = ToProto(approval);
  return proto;
}

}  // namespace berthmaster
