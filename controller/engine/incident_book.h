#ifndef BERTHMASTER_CONTROLLER_ENGINE_INCIDENT_BOOK_H_
#define BERTHMASTER_CONTROLLER_ENGINE_INCIDENT_BOOK_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "common/protocol/sample.h"
#include "controller/detect/incident_tracker.h"
#include "controller/engine/control_ledger.h"

namespace berthmaster {

// The incidents of the ledger and the tracker that moves them, held together: whatever the tracker
// returns is put into the ledger. One thread.
class IncidentBook {
 public:
  // Both must outlive the book.
  IncidentBook(ControlLedger* ledger, Random* random);

  // Begins with a new tracker that knows the ledger's active incidents, as after a start. After a
  // rollback of the ledger too: the tracker cannot take a step back, and forgetting its windows
  // costs a few samples, where keeping a decision that was answered with an error would be a lie.
  void Restore();

  // Returns what was opened, changed or resolved.
  std::vector<Incident> Observe(absl::string_view host_id, const HostSample& sample,
                                absl::Time now);
  // As in IncidentTracker.
  PoolHistories HistoriesOf(absl::string_view host_id) const {
    return tracker_->HistoriesOf(host_id);
  }
  absl::StatusOr<Incident> Acknowledge(absl::string_view id, absl::string_view who, absl::Time now);
  absl::StatusOr<Incident> Resolve(absl::string_view id, absl::string_view who,
                                   absl::string_view reason, absl::Time now);
  // Nothing for an incident that is over or unknown.
  void AddTimelineEntry(absl::string_view id, absl::string_view text, absl::Time now);

 private:
  ControlLedger* ledger_;
  Random* random_;
  std::unique_ptr<IncidentTracker> tracker_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_ENGINE_INCIDENT_BOOK_H_
