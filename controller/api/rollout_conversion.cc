#include "controller/api/rollout_conversion.h"

#include "absl/strings/str_cat.h"
#include "common/ids/names.h"
#include "common/wire/desired_state_wire.h"
#include "common/wire/time_wire.h"
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

v1::RolloutTarget ToProto(const RolloutTarget& target, absl::string_view name) {
  v1::RolloutTarget proto;
  proto.set_name(std::string(name));
  proto.set_host(HostName(target.host_id));
  proto.set_netns(NetnsName(target.host_id, target.netns_cookie));
  proto.set_netns_label(target.netns_label);
  for (const TargetSysctl& sysctl : target.sysctls) *proto.add_sysctls() = ToProto(sysctl);
  proto.set_revision(target.desired_revision);
  return proto;
}

}  // namespace

v1::Rollout ToProto(const Rollout& rollout) {
  v1::Rollout proto;
  proto.set_name(RolloutName(rollout.id));
  proto.set_state(static_cast<v1::RolloutState>(rollout.state));
  proto.set_recommendation(RecommendationName(rollout.recommendation_id));
  proto.set_incident(IncidentName(rollout.incident_id));
  for (const RolloutTarget& target : rollout.targets) {
    *proto.add_targets() =
        ToProto(target, absl::StrCat(proto.name(), "/targets/", proto.targets_size() + 1));
  }
  proto.set_message(rollout.message);
  *proto.mutable_create_time() = ToProto(rollout.create_time);
  *proto.mutable_update_time() = ToProto(rollout.update_time);
  proto.set_approver(rollout.approver);
  proto.set_etag(EtagOf(rollout.revision));
  return proto;
}

}  // namespace berthmaster
