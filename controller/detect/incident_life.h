#ifndef BERTHMASTER_CONTROLLER_DETECT_INCIDENT_LIFE_H_
#define BERTHMASTER_CONTROLLER_DETECT_INCIDENT_LIFE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/protocol/sample.h"
#include "controller/detect/pool_window.h"
#include "controller/detect/signal.h"
#include "controller/model/incident.h"

namespace berthmaster {

// What one sample says about one pool, all of it.
struct PoolFacts {
  const PoolSample& pool;
  const PoolWindow& window;
  Outcome outcome;
  Signal signal;
  int64_t overflow_delta = 0;
  // Since the sample before; 0 when that is not known.
  absl::Duration interval;
  // For the records.
  absl::Time now;
};

// One incident from its opening to its end, and what is needed to move it on: OPEN, perhaps
// ACKNOWLEDGED, RESOLVED; and OPEN again when the problem comes back at once. One thread.
class IncidentLife {
 public:
  // Opens an incident; `identity` has its id and says where it is.
  IncidentLife(Incident identity, const PoolFacts& facts);
  // Takes over one that was open before; its cause is settled.
  explicit IncidentLife(Incident restored);

  const Incident& incident() const { return incident_; }

  // Takes in a sample of an active incident. Whether it is now something that a person would see as
  // changed: then its revision has risen.
  bool Update(const PoolFacts& facts);
  // Opens a resolved incident again.
  void Reopen(const PoolFacts& facts);
  void Acknowledge(absl::string_view who, absl::Time now);
  void Resolve(absl::string_view reason, absl::Time now);
  void AddTimelineEntry(absl::string_view text, absl::Time now);

 private:
  // The live numbers, evidence and summary.
  void Refresh(const PoolFacts& facts);
  // Each adds to the timeline when it changes something, and says so.
  bool ReviseCause(const PoolFacts& facts);
  bool ReviseSeverity(const PoolFacts& facts);
  bool NoteExhaustion(const PoolFacts& facts);
  bool NoteCapacity(const PoolFacts& facts);
  bool ResolveWhenCalm(const PoolFacts& facts);
  bool NumbersMoved() const;
  void Commit(absl::Time now);
  void Note(std::string text, absl::Time now);

  Incident incident_;
  absl::Duration age_;
  absl::Duration not_critical_time_;
  absl::Duration calm_time_;
  int calm_samples_ = 0;
  std::optional<IncidentCause> other_cause_;
  bool exhaustion_noted_ = false;
  int32_t capacity_ = 0;
  // As last committed.
  double shown_utilization_ = 0;
  std::optional<absl::Duration> shown_time_left_;
  absl::Duration shown_for_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_DETECT_INCIDENT_LIFE_H_
