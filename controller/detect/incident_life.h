#ifndef BERTHMASTER_CONTROLLER_DETECT_INCIDENT_LIFE_H_
#define BERTHMASTER_CONTROLLER_DETECT_INCIDENT_LIFE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "controller/detect/pool_facts.h"
#include "controller/detect/signal.h"
#include "controller/detect/subject.h"
#include "controller/model/incident.h"
#include "controller/model/silence.h"

namespace berthmaster {

// The first sample that looked like trouble, before it was enough for a verdict.
struct FirstSign {
  absl::Time sample_time;
  int held = 0;
  int capacity = 0;
  std::optional<absl::Duration> time_to_exhaustion;
};

// A sample of one pool that an incident may be about: where it is, what it says, the verdict.
struct Finding {
  const Subject& subject;
  const PoolFacts& facts;
  const Signal& signal;
};

// One incident from its opening to its end, with the pools it is about: OPEN, perhaps ACKNOWLEDGED,
// RESOLVED when the last of them is calm or gone; and OPEN again when the problem comes back at
// once. What it shows is its worst pool, the lead. One thread.
class IncidentLife {
 public:
  // Opens an incident about one pool. `first` says where the pool is.
  IncidentLife(std::string id, IncidentMember first, const Finding& finding,
               const std::optional<FirstSign>& sign);
  // Takes over one that was open before; its cause is settled.
  explicit IncidentLife(Incident restored);

  // Without its members, which Show() adds.
  const Incident& incident() const { return incident_; }
  Incident Show() const;
  bool Has(const Subject& subject) const { return members_.find(subject) != members_.end(); }
  std::vector<Subject> Subjects() const;
  // How often the problem has come back after it resolved; what it was before is kept over to a
  // new incident by SetReturns(). Each time makes resolving take longer.
  int returns() const { return returns_; }
  void SetReturns(int returns) { returns_ = returns; }

  // Takes in a sample of a pool that it has. Whether it is now something that a person would see as
  // changed: then its revision has risen. The pool may have left by that.
  bool Update(const Finding& finding);
  // One more pool with the same problem.
  void Join(IncidentMember member, const Finding& finding);
  // A pool that it has is gone. Resolves with the last.
  void Leave(const Subject& subject, absl::string_view reason, absl::Time now);
  // Opens a resolved incident again, with that pool alone.
  void Reopen(IncidentMember member, const Finding& finding);
  void Acknowledge(absl::string_view who, absl::Time now);
  void Resolve(absl::string_view reason, absl::Time now);
  void AddTimelineEntry(absl::string_view text, absl::Time now);
  // Nothing: it is loud. `text` goes into the timeline unless it is empty.
  void SetMuting(const std::optional<Muting>& muting, absl::string_view text, absl::Time now);

 private:
  struct Member {
    IncidentMember shown;
    bool exhausted = false;
    absl::Duration not_critical_time;
    // How often it went back to WARNING.
    int relaxed = 0;
    absl::Duration calm_time;
    int calm_samples = 0;
    bool exhaustion_noted = false;
    int32_t capacity = 0;

    bool critical() const { return shown.severity == IncidentSeverity::kCritical; }
  };

  Member& AddMember(const Subject& subject, IncidentMember shown, const Finding& finding);
  void RemoveMember(const Subject& subject, absl::Time now);
  void SetLead(const Subject& subject, absl::Time now);
  void ChooseLead(absl::Time now);
  // The figures of the member; of the lead, the incident's too, with evidence and summary.
  void Measure(Member& member, const Finding& finding);
  void Refresh(const PoolFacts& facts);
  // Each adds to the timeline when it changes something, and says so.
  bool ReviseCause(const Finding& finding);
  bool ReviseSeverity(Member& member, const Finding& finding);
  bool ReviseLead(const Member& member, const Finding& finding);
  bool NoteExhaustion(Member& member, const PoolFacts& facts);
  bool NoteCapacity(Member& member, const PoolFacts& facts);
  // Why the member is calm for good; empty while it is not.
  std::string CalmReason(Member& member, const Finding& finding) const;
  bool NumbersMoved(absl::Time now) const;
  void ShowSeverity(absl::Time now);
  void Commit(absl::Time now);
  void Note(std::string text, absl::Time now);
  // An entry about a pool that came or went; beyond a few in a row, one entry counts them.
  void NoteMembership(std::string text, absl::Time now);

  Incident incident_;
  // Ordered, so that the same samples always give the same incident.
  std::map<Subject, Member> members_;
  // Those that incident_ lists beside the lead, in the order of joining.
  std::vector<Subject> listed_;
  Subject lead_;
  absl::Time lead_since_ = absl::InfinitePast();
  int critical_count_ = 0;
  absl::Duration age_;
  std::optional<IncidentCause> other_cause_;
  int exhaustion_notes_ = 0;
  // How many entries about members end the timeline, and how many the last of them stands for.
  int membership_notes_ = 0;
  int membership_merged_ = 0;
  int returns_ = 0;
  // As last committed.
  double shown_utilization_ = 0;
  std::optional<absl::Duration> shown_time_left_;
  absl::Time shown_at_ = absl::InfinitePast();
  bool member_moved_ = false;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_DETECT_INCIDENT_LIFE_H_
