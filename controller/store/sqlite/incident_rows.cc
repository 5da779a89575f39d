#include "controller/store/sqlite/incident_rows.h"

#include <utility>

namespace berthmaster {

IncidentRows::IncidentRows(ParentTable<Incident> incidents, ChildTable<Evidence> evidence,
                           ChildTable<IncidentEvent> timeline, ChildTable<IncidentMember> members)
    : incidents_(std::move(incidents)),
      evidence_(std::move(evidence)),
      timeline_(std::move(timeline)),
      members_(std::move(members)) {}

absl::StatusOr<IncidentRows> IncidentRows::Prepare(const Database& database) {
  BERTHMASTER_ASSIGN_OR_RETURN(
      auto incidents,
      ParentTable<Incident>::Prepare(
          database,
          "INSERT OR REPLACE INTO incident (id, state, severity, cause, summary, host_id, "
          "netns_cookie, netns_inode, netns_label, pool_name, pool_kind, source_address, "
          "destination_address, destination_port, utilization, utilization_max, "
          "settled_utilization, time_to_exhaustion, open_time, update_time, acknowledge_time, "
          "acknowledger, resolve_time, resolve_reason, revision, protocol, member_count, "
          "silence_id, "
          "silenced_until) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
          "?, ?, ?, ?)",
          // 3 is RESOLVED.
          "SELECT id, state, severity, cause, summary, host_id, netns_cookie, netns_inode, "
          "netns_label, pool_name, pool_kind, source_address, destination_address, "
          "destination_port, utilization, utilization_max, settled_utilization, "
          "time_to_exhaustion, open_time, update_time, acknowledge_time, acknowledger, "
          "resolve_time, resolve_reason, revision, protocol, member_count, silence_id, "
          "silenced_until FROM incident "
          "WHERE state <> 3 OR id IN (SELECT id FROM incident WHERE state = 3 "
          "ORDER BY open_time DESC, id DESC LIMIT ?) ORDER BY open_time, id"));
  BERTHMASTER_ASSIGN_OR_RETURN(
      auto evidence,
      ChildTable<Evidence>::Prepare(
          database,
          "INSERT INTO incident_evidence (incident_id, position, fact, value) "
          "VALUES (?, ?, ?, ?)",
          "SELECT fact, value FROM incident_evidence WHERE incident_id = ? ORDER BY position"));
  BERTHMASTER_ASSIGN_OR_RETURN(
      auto timeline,
      ChildTable<IncidentEvent>::Prepare(
          database,
          "INSERT INTO incident_event (incident_id, position, event_time, text) "
          "VALUES (?, ?, ?, ?)",
          "SELECT event_time, text FROM incident_event WHERE incident_id = ? ORDER BY position"));
  BERTHMASTER_ASSIGN_OR_RETURN(
      auto members,
      ChildTable<IncidentMember>::Prepare(
          database,
          "INSERT INTO incident_member (incident_id, position, host_id, netns_cookie, netns_inode, "
          "netns_label, pool_name, pool_kind, source_address, destination_address, "
          "destination_port, protocol, severity, utilization, time_to_exhaustion, join_time, "
          "labels) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
          "SELECT host_id, netns_cookie, netns_inode, netns_label, pool_name, pool_kind, "
          "source_address, destination_address, destination_port, protocol, severity, utilization, "
          "time_to_exhaustion, join_time, labels FROM incident_member WHERE incident_id = ? "
          "ORDER BY position"));
  return IncidentRows(std::move(incidents), std::move(evidence), std::move(timeline),
                      std::move(members));
}

absl::Status IncidentRows::Put(const Incident& incident) {
  BERTHMASTER_RETURN_IF_ERROR(incidents_.Replace(incident));
  BERTHMASTER_RETURN_IF_ERROR(evidence_.Insert(incident.evidence, incident.id));
  BERTHMASTER_RETURN_IF_ERROR(timeline_.Insert(incident.timeline, incident.id));
  return members_.Insert(incident.members, incident.id);
}

absl::StatusOr<std::vector<Incident>> IncidentRows::Load(int ended_max) {
  BERTHMASTER_ASSIGN_OR_RETURN(std::vector<Incident> incidents, incidents_.Load(ended_max));
  for (Incident& incident : incidents) {
    BERTHMASTER_RETURN_IF_ERROR(evidence_.Load(incident.evidence, incident.id));
    BERTHMASTER_RETURN_IF_ERROR(timeline_.Load(incident.timeline, incident.id));
    BERTHMASTER_RETURN_IF_ERROR(members_.Load(incident.members, incident.id));
  }
  return incidents;
}

}  // namespace berthmaster
