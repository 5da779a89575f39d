#include "controller/api/incident_conversion.h"

#include "common/ids/names.h"
#include "common/wire/time_wire.h"
#include "controller/model/names.h"

namespace berthmaster {

v1::Evidence ToProto(const Evidence& evidence) {
  v1::Evidence proto;
  proto.set_fact(evidence.fact);
  proto.set_value(evidence.value);
  return proto;
}

namespace {

v1::IncidentMember MemberToProto(const IncidentMember& member) {
  v1::IncidentMember proto;
  proto.set_host(HostName(member.host_id));
  proto.set_netns(NetnsName(member.host_id, member.netns_cookie));
  proto.set_netns_label(member.netns_label);
  proto.set_pool(member.pool_name);
  proto.set_pool_kind(static_cast<v1::PoolKind>(member.pool_kind));
  proto.set_severity(static_cast<v1::IncidentSeverity>(member.severity));
  proto.set_utilization(member.utilization);
  if (member.time_to_exhaustion.has_value()) {
    *proto.mutable_time_to_exhaustion() = ToProto(*member.time_to_exhaustion);
  }
  *proto.mutable_join_time() = ToProto(member.join_time);
  proto.mutable_labels()->insert(member.labels.begin(), member.labels.end());
  return proto;
}

}  // namespace

v1::Incident ToProto(const Incident& incident) {
  v1::Incident proto;
  proto.set_name(IncidentName(incident.id));
  proto.set_state(static_cast<v1::IncidentState>(incident.state));
  proto.set_severity(static_cast<v1::IncidentSeverity>(incident.severity));
  proto.set_cause(static_cast<v1::IncidentCause>(incident.cause));
  proto.set_summary(incident.summary);
  proto.set_host(HostName(incident.host_id));
  proto.set_netns(NetnsName(incident.host_id, incident.netns_cookie));
  proto.set_netns_label(incident.netns_label);
  proto.set_pool(incident.pool_name);
  proto.set_pool_kind(static_cast<v1::PoolKind>(incident.pool_kind));
  if (HasSource(incident.pool_kind)) {
    proto.set_source_address(incident.key.source.ToString());
  }
  if (HasDestination(incident.pool_kind)) {
    proto.set_destination_address(incident.key.destination.ToString());
    proto.set_destination_port(incident.key.destination_port);
  }
  for (const Evidence& evidence : incident.evidence) *proto.add_evidence() = ToProto(evidence);
  proto.set_utilization(incident.utilization);
  proto.set_utilization_max(incident.utilization_max);
  if (incident.settled_utilization.has_value()) {
    proto.set_settled_utilization(*incident.settled_utilization);
  }
  if (incident.time_to_exhaustion.has_value()) {
    *proto.mutable_time_to_exhaustion() = ToProto(*incident.time_to_exhaustion);
  }
  *proto.mutable_open_time() = ToProto(incident.open_time);
  *proto.mutable_update_time() = ToProto(incident.update_time);
  if (incident.acknowledge_time.has_value()) {
    *proto.mutable_acknowledge_time() = ToProto(*incident.acknowledge_time);
  }
  proto.set_acknowledger(incident.acknowledger);
  if (incident.resolve_time.has_value()) {
    *proto.mutable_resolve_time() = ToProto(*incident.resolve_time);
  }
  proto.set_resolve_reason(incident.resolve_reason);
  for (const IncidentEvent& event : incident.timeline) {
    v1::IncidentEvent& entry = *proto.add_timeline();
    *entry.mutable_event_time() = ToProto(event.event_time);
    entry.set_text(event.text);
  }
  for (const IncidentMember& member : incident.members)
    *proto.add_members() = MemberToProto(member);
  proto.set_member_count(incident.member_count);
  if (incident.silenced()) proto.set_silence(SilenceName(incident.silence_id));
  if (incident.silenced_until.has_value()) {
    *proto.mutable_silenced_until() = ToProto(*incident.silenced_until);
  }
  proto.set_etag(EtagOf(incident.revision));
  return proto;
}

}  // namespace berthmaster
