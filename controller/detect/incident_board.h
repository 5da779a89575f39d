#ifndef BERTHMASTER_CONTROLLER_DETECT_INCIDENT_BOARD_H_
#define BERTHMASTER_CONTROLLER_DETECT_INCIDENT_BOARD_H_

#include <deque>
#include <functional>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "controller/detect/incident_group.h"
#include "controller/detect/incident_life.h"
#include "controller/model/incident.h"

namespace berthmaster {

// All incidents that are active or were until a moment ago, of all hosts. One thread.
class IncidentBoard {
 public:
  using IdMaker = std::function<std::string(absl::Time now)>;

  // A pool with a problem that is in no active incident.
  struct Arrival {
    IncidentGroups::Candidate candidate;
    const Finding& finding;
    IncidentMember member;
    std::optional<FirstSign> sign;
    // How often the problem has come back, for a new incident.
    int returns = 0;
  };

  IncidentBoard(IdMaker make_id, absl::Duration reopen_time)
      : make_id_(std::move(make_id)), reopen_time_(reopen_time) {}

  void Add(const OpenIncidentPointer& restored);
  // The incident that the pool is part of now: `own`, the one it was in a moment ago, opened again;
  // one that it joins; or a new one.
  OpenIncidentPointer Take(Arrival arrival, OpenIncidentPointer own);
  // After a change of the incident.
  void Note(const OpenIncidentPointer& incident);
  // A person resolves it: it is never opened again.
  void ResolveForGood(const OpenIncidentPointer& incident, absl::string_view reason,
                      absl::Time now);
  // Forgets what resolved too long ago to open again.
  void Forget(absl::Time now);

  // Whether the incident is active, may open again, or keeps its pools quiet. False for null.
  bool Matters(const OpenIncidentPointer& incident, absl::Time now) const;
  // Null when no active incident has the id.
  OpenIncidentPointer FindActive(absl::string_view id) const;

 private:
  IdMaker make_id_;
  absl::Duration reopen_time_;
  absl::flat_hash_map<std::string, OpenIncidentPointer> active_;
  IncidentGroups groups_;
  // In the order of their ends.
  std::deque<OpenIncidentPointer> resolved_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_DETECT_INCIDENT_BOARD_H_
