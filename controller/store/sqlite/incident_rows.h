#ifndef BERTHMASTER_CONTROLLER_STORE_SQLITE_INCIDENT_ROWS_H_
#define BERTHMASTER_CONTROLLER_STORE_SQLITE_INCIDENT_ROWS_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "controller/model/incident.h"
#include "controller/store/sqlite/child_table.h"
#include "controller/store/sqlite/parent_table.h"

namespace berthmaster {

// Incidents with their evidence, timeline and pools. The database must outlive it.
class IncidentRows {
 public:
  static absl::StatusOr<IncidentRows> Prepare(const Database& database);

  absl::Status Put(const Incident& incident);
  // The active ones and the newest `ended_max` of the others, oldest first.
  absl::StatusOr<std::vector<Incident>> Load(int ended_max);

 private:
  IncidentRows(ParentTable<Incident> incidents, ChildTable<Evidence> evidence,
               ChildTable<IncidentEvent> timeline, ChildTable<IncidentMember> members);

  ParentTable<Incident> incidents_;
  ChildTable<Evidence> evidence_;
  ChildTable<IncidentEvent> timeline_;
  ChildTable<IncidentMember> members_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_STORE_SQLITE_INCIDENT_ROWS_H_
