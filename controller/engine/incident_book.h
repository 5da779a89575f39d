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
#include "controller/detect/silence_matcher.h"
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

  // Returns what was opened, changed or resolved, each as silences have it at `now`.
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

  // After a change of the ledger's silences: mutes and unmutes what is active.
  void TakeSilences(absl::Time now);
  // The same when a silence began or ended by time since the last call; costs nothing otherwise.
  void ReviewSilences(absl::Time now);
  // After a change of the ledger's detection policy: from the next sample on.
  void TakeDetectionPolicy();

 private:
  // Brings the muting of an active incident up to date. Returns it as it then is.
  Incident Judge(Incident incident, absl::Time now);
  void JudgeAll(absl::Time now);
  std::string UnmutingText(const Incident& incident, absl::Time now) const;

  ControlLedger* ledger_;
  Random* random_;
  std::unique_ptr<IncidentTracker> tracker_;
  SilenceMatcher silences_;
  // From here to there by system time no silence begins or ends.
  absl::Time judged_at_ = absl::InfiniteFuture();
  absl::Time next_change_ = absl::InfinitePast();
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_ENGINE_INCIDENT_BOOK_H_
