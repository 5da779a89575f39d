#include "controller/detect/incident_board.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace berthmaster {

void IncidentBoard::Add(const OpenIncidentPointer& restored) {
  active_[restored->life.incident().id] = restored;
  for (const Subject& subject : restored->life.Subjects()) {
    groups_.Join(restored, {subject, restored->life.incident().cause, "", ""});
  }
}

OpenIncidentPointer IncidentBoard::Take(Arrival arrival, OpenIncidentPointer own) {
  // Its own incident of a moment ago comes before one of its neighbours.
  OpenIncidentPointer incident = std::move(own);
  if (incident == nullptr) incident = groups_.Find(arrival.candidate);
  if (incident == nullptr) {
    incident = std::make_shared<OpenIncident>(IncidentLife(make_id_(arrival.finding.facts.now),
                                                           std::move(arrival.member),
                                                           arrival.finding, arrival.sign));
    incident->life.SetReturns(arrival.returns);
  } else if (incident->life.incident().active()) {
    incident->life.Join(std::move(arrival.member), arrival.finding);
  } else {
    resolved_.erase(std::remove(resolved_.begin(), resolved_.end(), incident), resolved_.end());
    groups_.Remove(incident);
    incident->life.Reopen(std::move(arrival.member), arrival.finding);
  }
  groups_.Join(incident, arrival.candidate);
  Note(incident);
  return incident;
}

void IncidentBoard::Note(const OpenIncidentPointer& incident) {
  const Incident& now = incident->life.incident();
  if (now.active()) {
    active_[now.id] = incident;
  } else if (active_.erase(now.id) > 0) {
    resolved_.push_back(incident);
  }
}

void IncidentBoard::ResolveForGood(const OpenIncidentPointer& incident, absl::string_view reason,
                                   absl::Time now) {
  incident->life.Resolve(reason, now);
  incident->quiet_until = now + reopen_time_;
  groups_.Remove(incident);
  active_.erase(incident->life.incident().id);
}

void IncidentBoard::Forget(absl::Time now) {
  while (!resolved_.empty() && !Matters(resolved_.front(), now)) {
    groups_.Remove(resolved_.front());
    resolved_.pop_front();
  }
}

bool IncidentBoard::Matters(const OpenIncidentPointer& incident, absl::Time now) const {
  if (incident == nullptr) return false;
  const Incident& shown = incident->life.incident();
  if (incident->quiet_until.has_value()) return now < *incident->quiet_until;
  return shown.active() || now - *shown.resolve_time <= reopen_time_;
}

OpenIncidentPointer IncidentBoard::FindActive(absl::string_view id) const {
  auto found = active_.find(id);
  return found == active_.end() ? nullptr : found->second;
}

}  // namespace berthmaster
