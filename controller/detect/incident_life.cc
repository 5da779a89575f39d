#include "controller/detect/incident_life.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "controller/detect/cause.h"
#include "controller/detect/thresholds.h"
#include "controller/detect/wording.h"
#include "controller/model/names.h"

namespace berthmaster {
namespace {

// Of a group that fails all at once, so many pools are named in the timeline.
constexpr int kExhaustionNotesMax = 8;
// So many pools in a row that come or go have an entry each.
constexpr int kMembershipNotesMax = 8;
// Entries that stay when a timeline is full: the first sign and the opening.
constexpr size_t kTimelineKept = 2;
// A changed number of a pool that is not the lead waits so long to be written.
constexpr absl::Duration kEmitMembersInterval = absl::Seconds(5);
constexpr int kDoublingsMax = 6;

// What has come back so often already must be over for that much longer.
absl::Duration Doubled(absl::Duration hold, int times, absl::Duration most) {
  return std::min(hold * (1 << std::min(times, kDoublingsMax)), std::max(most, hold));
}

IncidentSeverity SeverityOf(const Signal& signal) {
  return signal.critical ? IncidentSeverity::kCritical : IncidentSeverity::kWarning;
}

Subject SubjectOf(const IncidentMember& member, IncidentCause cause) {
  return {member.host_id,
          {member.netns_cookie,
           {member.pool_kind, member.key},
           cause == IncidentCause::kRestartBlocked}};
}

// The incident's own pool, for rows that list no members.
IncidentMember OwnMember(const Incident& incident) {
  return {
      incident.host_id,     incident.netns_cookie,       incident.netns_inode, incident.netns_label,
      incident.pool_name,   incident.pool_kind,          incident.key,         incident.severity,
      incident.utilization, incident.time_to_exhaustion, incident.open_time};
}

}  // namespace

IncidentLife::IncidentLife(std::string id, IncidentMember first, const Finding& finding,
                           const std::optional<FirstSign>& sign) {
  const absl::Time now = finding.facts.now;
  incident_.id = std::move(id);
  incident_.cause = ClassifyCause(finding.facts);
  incident_.open_time = now;
  Member& member = AddMember(finding.subject, std::move(first), finding);
  SetLead(finding.subject, now);
  Measure(member, finding);
  incident_.severity = member.shown.severity;
  if (sign.has_value() && sign->sample_time < now) {
    Note(FirstSignText(sign->held, sign->capacity, sign->time_to_exhaustion), sign->sample_time);
  }
  Note(absl::StrCat("opened as ", SeverityText(incident_.severity), ", cause ",
                    CauseText(incident_.cause), ": ", incident_.summary,
                    "; the verdict: ", VerdictText(finding.signal, finding.facts)),
       now);
  NoteExhaustion(member, finding.facts);
  Commit(now);
  incident_.revision = 1;
}

IncidentLife::IncidentLife(Incident restored)
    : incident_(std::move(restored)),
      age_(absl::InfiniteDuration()),
      shown_utilization_(incident_.utilization),
      shown_time_left_(incident_.time_to_exhaustion) {
  if (incident_.members.empty()) incident_.members.push_back(OwnMember(incident_));
  for (const IncidentMember& shown : incident_.members) {
    Subject subject = SubjectOf(shown, incident_.cause);
    auto [entry, is_new] = members_.try_emplace(subject);
    if (!is_new) continue;
    entry->second.shown = shown;
    entry->second.exhaustion_noted = incident_.utilization_max >= 1;
    listed_.push_back(subject);
  }
  for (const auto& [subject, member] : members_) critical_count_ += member.critical() ? 1 : 0;
  lead_ = listed_.front();
  listed_.erase(listed_.begin());
  incident_.members.clear();
  incident_.member_count = static_cast<int32_t>(members_.size());
}

Incident IncidentLife::Show() const {
  Incident shown = incident_;
  shown.members.reserve(listed_.size() + 1);
  shown.members.push_back(members_.at(lead_).shown);
  for (const Subject& subject : listed_) shown.members.push_back(members_.at(subject).shown);
  return shown;
}

std::vector<Subject> IncidentLife::Subjects() const {
  std::vector<Subject> subjects;
  for (const auto& [subject, member] : members_) subjects.push_back(subject);
  return subjects;
}

bool IncidentLife::Update(const Finding& finding) {
  const PoolFacts& facts = finding.facts;
  Member& member = members_.at(finding.subject);
  bool is_lead = finding.subject == lead_;
  bool changed = NoteCapacity(member, facts);
  if (is_lead) {
    age_ += facts.interval;
    changed = ReviseCause(finding) || changed;
  }
  Measure(member, finding);
  changed = NoteExhaustion(member, facts) || changed;
  changed = ReviseSeverity(member, finding) || changed;
  changed = (!is_lead && ReviseLead(member, finding)) || changed;
  if (std::string calm = CalmReason(member, finding); !calm.empty()) {
    Leave(finding.subject, calm, facts.now);
    return true;
  }
  if (!changed && !NumbersMoved(facts.now)) return false;
  Commit(facts.now);
  return true;
}

void IncidentLife::Join(IncidentMember member, const Finding& finding) {
  const absl::Time now = finding.facts.now;
  std::string title = MemberText(member);
  Member& joined = AddMember(finding.subject, std::move(member), finding);
  Measure(joined, finding);
  NoteMembership(absl::StrFormat("joined: %s, %.0f %% in use; %d pools now", title,
                                 100 * joined.shown.utilization, members_.size()),
                 now);
  NoteExhaustion(joined, finding.facts);
  ReviseLead(joined, finding);
  ShowSeverity(now);
  Commit(now);
}

void IncidentLife::Leave(const Subject& subject, absl::string_view reason, absl::Time now) {
  if (members_.size() == 1) return Resolve(reason, now);
  std::string text =
      absl::StrFormat("left: %s: %s; %d pools now", MemberText(members_.at(subject).shown), reason,
                      members_.size() - 1);
  RemoveMember(subject, now);
  NoteMembership(std::move(text), now);
  ShowSeverity(now);
  Commit(now);
}

void IncidentLife::Reopen(IncidentMember member, const Finding& finding) {
  const absl::Time now = finding.facts.now;
  members_.clear();
  listed_.clear();
  critical_count_ = 0;
  ++returns_;
  incident_.state = IncidentState::kOpen;
  incident_.resolve_time.reset();
  incident_.resolve_reason.clear();
  incident_.acknowledge_time.reset();
  incident_.acknowledger.clear();
  exhaustion_notes_ = 0;
  Member& again = AddMember(finding.subject, std::move(member), finding);
  SetLead(finding.subject, now);
  Measure(again, finding);
  incident_.severity = again.shown.severity;
  Note(absl::StrCat("opened again as ", SeverityText(incident_.severity), ": ", incident_.summary),
       now);
  NoteExhaustion(again, finding.facts);
  Commit(now);
}

void IncidentLife::Acknowledge(absl::string_view who, absl::Time now) {
  if (incident_.state != IncidentState::kOpen) return;
  incident_.state = IncidentState::kAcknowledged;
  incident_.acknowledge_time = now;
  incident_.acknowledger = std::string(who);
  Note(absl::StrCat("acknowledged by ", who), now);
  Commit(now);
}

void IncidentLife::Resolve(absl::string_view reason, absl::Time now) {
  incident_.state = IncidentState::kResolved;
  incident_.resolve_time = now;
  incident_.resolve_reason = std::string(reason);
  Note(absl::StrCat("resolved: ", reason), now);
  Commit(now);
}

void IncidentLife::AddTimelineEntry(absl::string_view text, absl::Time now) {
  Note(std::string(text), now);
  Commit(now);
}

void IncidentLife::SetMuting(const std::optional<Muting>& muting, absl::string_view text,
                             absl::Time now) {
  incident_.silence_id.clear();
  incident_.silenced_until.reset();
  if (muting.has_value()) {
    incident_.silence_id = muting->silence_id;
    incident_.silenced_until = muting->until;
  }
  if (!text.empty()) Note(std::string(text), now);
  Commit(now);
}

IncidentLife::Member& IncidentLife::AddMember(const Subject& subject, IncidentMember shown,
                                              const Finding& finding) {
  Member& member = members_[subject];
  member.shown = std::move(shown);
  member.shown.join_time = finding.facts.now;
  member.shown.severity = SeverityOf(finding.signal);
  member.capacity = finding.facts.pool.capacity;
  critical_count_ += member.critical() ? 1 : 0;
  if (listed_.size() + 1 < kIncidentMembersMax) listed_.push_back(subject);
  return member;
}

void IncidentLife::RemoveMember(const Subject& subject, absl::Time now) {
  critical_count_ -= members_.at(subject).critical() ? 1 : 0;
  members_.erase(subject);
  listed_.erase(std::remove(listed_.begin(), listed_.end(), subject), listed_.end());
  if (lead_ == subject) ChooseLead(now);
  // One that was not listed takes the place.
  for (const auto& [other, member] : members_) {
    if (listed_.size() + 1 >= std::min(kIncidentMembersMax, members_.size())) break;
    if (other != lead_ && std::find(listed_.begin(), listed_.end(), other) == listed_.end()) {
      listed_.push_back(other);
    }
  }
}

void IncidentLife::SetLead(const Subject& subject, absl::Time now) {
  const Member& member = members_.at(subject);
  bool known = members_.find(lead_) != members_.end() && lead_ != subject;
  auto listed = std::find(listed_.begin(), listed_.end(), subject);
  if (listed != listed_.end()) listed_.erase(listed);
  if (known && listed_.size() + 1 < kIncidentMembersMax) listed_.push_back(lead_);
  lead_ = subject;
  lead_since_ = now;
  incident_.host_id = member.shown.host_id;
  incident_.netns_cookie = member.shown.netns_cookie;
  incident_.netns_inode = member.shown.netns_inode;
  incident_.netns_label = member.shown.netns_label;
  incident_.pool_name = member.shown.pool_name;
  incident_.pool_kind = member.shown.pool_kind;
  incident_.key = member.shown.key;
}

void IncidentLife::ChooseLead(absl::Time now) {
  auto worst = members_.begin();
  for (auto next = members_.begin(); next != members_.end(); ++next) {
    const Member& a = next->second;
    const Member& b = worst->second;
    if (a.exhausted != b.exhausted ? a.exhausted : a.shown.utilization > b.shown.utilization) {
      worst = next;
    }
  }
  SetLead(worst->first, now);
  // The rest of what it shows comes with the next sample of the new lead.
  incident_.utilization = worst->second.shown.utilization;
  incident_.time_to_exhaustion = worst->second.shown.time_to_exhaustion;
  incident_.settled_utilization.reset();
  incident_.summary = absl::StrFormat("%s: %.0f %% in use", MemberText(worst->second.shown),
                                      100 * incident_.utilization);
}

void IncidentLife::Measure(Member& member, const Finding& finding) {
  double before = member.shown.utilization;
  member.exhausted = finding.signal.exhausted;
  member.shown.utilization = finding.facts.pool.utilization();
  member.shown.time_to_exhaustion = finding.facts.outcome.time_to_exhaustion;
  if (member.exhausted) member.shown.time_to_exhaustion = absl::ZeroDuration();
  member_moved_ =
      member_moved_ || std::abs(member.shown.utilization - before) >= kEmitUtilizationStep;
  incident_.utilization_max = std::max(incident_.utilization_max, member.shown.utilization);
  if (finding.subject != lead_) return;
  incident_.time_to_exhaustion = member.shown.time_to_exhaustion;
  Refresh(finding.facts);
}

void IncidentLife::Refresh(const PoolFacts& facts) {
  incident_.utilization = facts.pool.utilization();
  incident_.settled_utilization = facts.outcome.settled_utilization;
  incident_.evidence = EvidenceFor(incident_.cause, facts);
  incident_.summary = SummaryText(incident_, facts);
}

bool IncidentLife::ReviseCause(const Finding& finding) {
  if (age_ >= finding.facts.thresholds.cause_revision_time || !finding.signal.problem) {
    return false;
  }
  IncidentCause cause = ClassifyCause(finding.facts);
  if (cause == incident_.cause) {
    other_cause_.reset();
    return false;
  }
  // Twice in a row, so that one odd sample does not turn it to and fro.
  if (std::exchange(other_cause_, cause) != cause) return false;
  Note(absl::StrCat("cause revised from ", CauseText(incident_.cause), " to ", CauseText(cause)),
       finding.facts.now);
  incident_.cause = cause;
  return true;
}

bool IncidentLife::ReviseSeverity(Member& member, const Finding& finding) {
  const Signal& signal = finding.signal;
  member.not_critical_time =
      signal.critical ? absl::ZeroDuration() : member.not_critical_time + finding.facts.interval;
  IncidentSeverity severity = SeverityOf(signal);
  if (severity == member.shown.severity) return false;
  const Thresholds& thresholds = finding.facts.thresholds;
  if (!signal.critical) {
    if (member.not_critical_time <
        Doubled(thresholds.severity_hold, member.relaxed, thresholds.hold_time_max)) {
      return false;
    }
    ++member.relaxed;
  }
  member.shown.severity = severity;
  critical_count_ += signal.critical ? 1 : -1;
  ShowSeverity(finding.facts.now);
  return true;
}

void IncidentLife::ShowSeverity(absl::Time now) {
  IncidentSeverity severity =
      critical_count_ > 0 ? IncidentSeverity::kCritical : IncidentSeverity::kWarning;
  if (severity == incident_.severity) return;
  Note(absl::StrCat("severity ", SeverityText(incident_.severity), " became ",
                    SeverityText(severity)),
       now);
  incident_.severity = severity;
}

// A pool that fails takes the lead from one that does not, but the lead does not go to and fro.
bool IncidentLife::ReviseLead(const Member& member, const Finding& finding) {
  const absl::Time now = finding.facts.now;
  if (!member.exhausted || members_.at(lead_).exhausted) return false;
  if (now - lead_since_ < finding.facts.thresholds.severity_hold) return false;
  SetLead(finding.subject, now);
  incident_.time_to_exhaustion = member.shown.time_to_exhaustion;
  Refresh(finding.facts);
  NoteMembership(absl::StrCat("the worst pool is now ", MemberText(member.shown)), now);
  return true;
}

bool IncidentLife::NoteExhaustion(Member& member, const PoolFacts& facts) {
  if (!member.exhausted || member.exhaustion_noted) return false;
  member.exhaustion_noted = true;
  if (++exhaustion_notes_ > kExhaustionNotesMax) return false;
  std::string where = members_.size() > 1 ? absl::StrCat(MemberText(member.shown), ": ") : "";
  Note(absl::StrCat("exhausted: ", where, EffectText(facts)), facts.now);
  return true;
}

bool IncidentLife::NoteCapacity(Member& member, const PoolFacts& facts) {
  // The figures of a listener's queue and of its handshakes differ by one.
  if (facts.is_finding || facts.pool.kind == PoolKind::kListener) return false;
  int32_t before = std::exchange(member.capacity, facts.pool.capacity);
  if (before == 0 || before == member.capacity) return false;
  // Ports that bind() takes one by one are no change that anyone made.
  if (std::abs(member.capacity - before) < kEmitUtilizationStep * before) return false;
  std::string where = members_.size() > 1 ? absl::StrCat(" of ", MemberText(member.shown)) : "";
  Note(absl::StrCat("capacity", where, " changed from ", before, " to ", member.capacity),
       facts.now);
  return true;
}

std::string IncidentLife::CalmReason(Member& member, const Finding& finding) const {
  if (!finding.signal.calm) {
    member.calm_time = absl::ZeroDuration();
    member.calm_samples = 0;
    return "";
  }
  const Thresholds& thresholds = finding.facts.thresholds;
  if (member.calm_samples > 0) member.calm_time += finding.facts.interval;
  ++member.calm_samples;
  absl::Duration needed = Doubled(finding.signal.calm_time, returns_, thresholds.hold_time_max);
  if (member.calm_samples < thresholds.calm_samples || member.calm_time < needed) return "";
  return absl::StrFormat("there is headroom again: %.0f %% in use for %s, and no exhaustion ahead",
                         100 * member.shown.utilization, SecondsText(member.calm_time));
}

bool IncidentLife::NumbersMoved(absl::Time now) const {
  absl::Duration age = absl::AbsDuration(now - shown_at_);
  if (age < kEmitInterval) return false;
  if (member_moved_ && age >= kEmitMembersInterval) return true;
  if (std::abs(incident_.utilization - shown_utilization_) >= kEmitUtilizationStep) return true;
  if (incident_.time_to_exhaustion.has_value() != shown_time_left_.has_value()) return true;
  if (!shown_time_left_.has_value()) return false;
  absl::Duration step = std::max(kEmitTimeLeftStep, kEmitTimeLeftShare * *shown_time_left_);
  return absl::AbsDuration(*incident_.time_to_exhaustion - *shown_time_left_) >= step;
}

void IncidentLife::Commit(absl::Time now) {
  ++incident_.revision;
  incident_.update_time = now;
  incident_.member_count = static_cast<int32_t>(members_.size());
  shown_utilization_ = incident_.utilization;
  shown_time_left_ = incident_.time_to_exhaustion;
  shown_at_ = now;
  member_moved_ = false;
}

void IncidentLife::Note(std::string text, absl::Time now) {
  membership_notes_ = membership_merged_ = 0;
  std::vector<IncidentEvent>& timeline = incident_.timeline;
  if (timeline.size() >= kTimelineMax) timeline.erase(timeline.begin() + kTimelineKept);
  timeline.push_back({now, std::move(text)});
}

void IncidentLife::NoteMembership(std::string text, absl::Time now) {
  if (membership_notes_ < kMembershipNotesMax) {
    int notes = membership_notes_ + 1;
    Note(std::move(text), now);
    membership_notes_ = notes;
    return;
  }
  int merged = membership_merged_ + 1;
  std::string sum = absl::StrCat(merged, " more changes of this kind, the last: ", text);
  if (membership_merged_ > 0) {
    incident_.timeline.back() = {now, std::move(sum)};
  } else {
    int notes = membership_notes_;
    Note(std::move(sum), now);
    membership_notes_ = notes;
  }
  membership_merged_ = merged;
}

}  // namespace berthmaster
