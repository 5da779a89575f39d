#include "controller/engine/incident_book.h"

#include <utility>

#include "common/ids/ids.h"

namespace berthmaster {

IncidentBook::IncidentBook(ControlLedger* ledger, Random* random)
    : ledger_(ledger), random_(random) {
  Restore();
}

void IncidentBook::Restore() {
  Random* random = random_;
  tracker_ =
      std::make_unique<IncidentTracker>([random](absl::Time now) { return NewId(now, *random); });
  std::vector<Incident> active;
  for (const auto& entry : ledger_->incidents().rows()) {
    if (entry.second->active()) active.push_back(*entry.second);
  }
  tracker_->Restore(std::move(active));
}

std::vector<Incident> IncidentBook::Observe(absl::string_view host_id, const HostSample& sample,
                                            absl::Time now) {
  std::vector<Incident> changed = tracker_->Observe(host_id, sample, now);
  for (const Incident& incident : changed) ledger_->Put(incident);
  return changed;
}

absl::StatusOr<Incident> IncidentBook::Acknowledge(absl::string_view id, absl::string_view who,
                                                   absl::Time now) {
  absl::StatusOr<Incident> incident = tracker_->Acknowledge(id, who, now);
  if (incident.ok()) ledger_->Put(*incident);
  return incident;
}

absl::StatusOr<Incident> IncidentBook::Resolve(absl::string_view id, absl::string_view who,
                                               absl::string_view reason, absl::Time now) {
  absl::StatusOr<Incident> incident = tracker_->Resolve(id, who, reason, now);
  if (incident.ok()) ledger_->Put(*incident);
  return incident;
}

void IncidentBook::AddTimelineEntry(absl::string_view id, absl::string_view text, absl::Time now) {
  absl::StatusOr<Incident> incident = tracker_->AddTimelineEntry(id, text, now);
  if (incident.ok()) ledger_->Put(*std::move(incident));
}

}  // namespace berthmaster
