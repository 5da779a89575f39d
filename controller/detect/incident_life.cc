#include "controller/detect/incident_life.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "controller/detect/cause.h"
#include "controller/detect/thresholds.h"
#include "controller/detect/wording.h"
#include "controller/model/names.h"

namespace berthmaster {
namespace {

IncidentSeverity SeverityOf(const Signal& signal) {
  return signal.critical ? IncidentSeverity::kCritical : IncidentSeverity::kWarning;
}

absl::string_view SeverityText(IncidentSeverity severity) {
  return severity == IncidentSeverity::kCritical ? "CRITICAL" : "WARNING";
}

}  // namespace

IncidentLife::IncidentLife(Incident identity, const PoolFacts& facts)
    : incident_(std::move(identity)), capacity_(facts.pool.capacity) {
  incident_.state = IncidentState::kOpen;
  incident_.severity = SeverityOf(facts.signal);
  incident_.cause = ClassifyCause(facts.pool, facts.window);
  incident_.open_time = facts.now;
  Refresh(facts);
  Note(absl::StrCat("opened as ", SeverityText(incident_.severity), ", cause ",
                    CauseText(incident_.cause), ": ", incident_.summary),
       facts.now);
  NoteExhaustion(facts);
  Commit(facts.now);
  incident_.revision = 1;
}

IncidentLife::IncidentLife(Incident restored)
    : incident_(std::move(restored)),
      age_(kCauseRevisionTime),
      exhaustion_noted_(incident_.utilization_max >= 1),
      shown_utilization_(incident_.utilization),
      shown_time_left_(incident_.time_to_exhaustion),
      shown_for_(kEmitInterval) {}

bool IncidentLife::Update(const PoolFacts& facts) {
  age_ += facts.interval;
  shown_for_ += facts.interval;
  bool changed = NoteCapacity(facts);
  changed = ReviseCause(facts) || changed;
  Refresh(facts);
  changed = NoteExhaustion(facts) || changed;
  changed = ReviseSeverity(facts) || changed;
  changed = ResolveWhenCalm(facts) || changed;
  if (!changed && !(shown_for_ >= kEmitInterval && NumbersMoved())) return false;
  Commit(facts.now);
  return true;
}

void IncidentLife::Reopen(const PoolFacts& facts) {
  incident_.state = IncidentState::kOpen;
  incident_.resolve_time.reset();
  incident_.resolve_reason.clear();
  incident_.acknowledge_time.reset();
  incident_.acknowledger.clear();
  incident_.severity = SeverityOf(facts.signal);
  calm_time_ = not_critical_time_ = absl::ZeroDuration();
  calm_samples_ = 0;
  exhaustion_noted_ = false;
  capacity_ = facts.pool.capacity;
  Refresh(facts);
  Note(absl::StrCat("opened again as ", SeverityText(incident_.severity), ": ", incident_.summary),
       facts.now);
  NoteExhaustion(facts);
  Commit(facts.now);
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

void IncidentLife::Refresh(const PoolFacts& facts) {
  incident_.utilization = facts.pool.utilization();
  incident_.utilization_max = std::max(incident_.utilization_max, incident_.utilization);
  incident_.settled_utilization = facts.outcome.settled_utilization;
  incident_.time_to_exhaustion = facts.outcome.time_to_exhaustion;
  if (facts.signal.exhausted) incident_.time_to_exhaustion = absl::ZeroDuration();
  incident_.evidence = EvidenceFor(incident_.cause, facts.pool, facts.window,
                                   incident_.settled_utilization, facts.overflow_delta);
  incident_.summary = SummaryText(incident_, facts.pool);
}

bool IncidentLife::ReviseCause(const PoolFacts& facts) {
  if (age_ >= kCauseRevisionTime || !facts.signal.problem) return false;
  IncidentCause cause = ClassifyCause(facts.pool, facts.window);
  if (cause == incident_.cause) {
    other_cause_.reset();
    return false;
  }
  // Twice in a row, so that one odd sample does not turn it to and fro.
  if (std::exchange(other_cause_, cause) != cause) return false;
  Note(absl::StrCat("cause revised from ", CauseText(incident_.cause), " to ", CauseText(cause)),
       facts.now);
  incident_.cause = cause;
  return true;
}

bool IncidentLife::ReviseSeverity(const PoolFacts& facts) {
  IncidentSeverity severity = SeverityOf(facts.signal);
  not_critical_time_ =
      facts.signal.critical ? absl::ZeroDuration() : not_critical_time_ + facts.interval;
  if (severity == incident_.severity) return false;
  if (!facts.signal.critical && not_critical_time_ < kSeverityHold) return false;
  Note(absl::StrCat("severity ", SeverityText(incident_.severity), " became ",
                    SeverityText(severity)),
       facts.now);
  incident_.severity = severity;
  return true;
}

bool IncidentLife::NoteExhaustion(const PoolFacts& facts) {
  if (!facts.signal.exhausted || exhaustion_noted_) return false;
  exhaustion_noted_ = true;
  absl::string_view effect = incident_.pool_kind == PoolKind::kTimeWaitTable
                                 ? "sockets close without TIME_WAIT now"
                                 : "connect() fails now";
  Note(absl::StrFormat("exhausted: %s (%d of %d in use)", effect,
                       facts.pool.in_use - facts.pool.reusable, facts.pool.capacity),
       facts.now);
  return true;
}

bool IncidentLife::NoteCapacity(const PoolFacts& facts) {
  int32_t before = std::exchange(capacity_, facts.pool.capacity);
  if (before == 0 || before == capacity_) return false;
  Note(absl::StrCat("capacity changed from ", before, " to ", capacity_), facts.now);
  return true;
}

bool IncidentLife::ResolveWhenCalm(const PoolFacts& facts) {
  if (!facts.signal.calm) {
    calm_time_ = absl::ZeroDuration();
    calm_samples_ = 0;
    return false;
  }
  if (calm_samples_ > 0) calm_time_ += facts.interval;
  ++calm_samples_;
  if (calm_samples_ < kCalmSamples || calm_time_ < facts.signal.calm_time) return false;
  Resolve(absl::StrFormat("there is headroom again: %.0f %% in use for %s, and no exhaustion ahead",
                          100 * incident_.utilization, SecondsText(calm_time_)),
          facts.now);
  return true;
}

bool IncidentLife::NumbersMoved() const {
  if (std::abs(incident_.utilization - shown_utilization_) >= kEmitUtilizationStep) return true;
  if (incident_.time_to_exhaustion.has_value() != shown_time_left_.has_value()) return true;
  if (!shown_time_left_.has_value()) return false;
  absl::Duration step = std::max(kEmitTimeLeftStep, kEmitTimeLeftShare * *shown_time_left_);
  return absl::AbsDuration(*incident_.time_to_exhaustion - *shown_time_left_) >= step;
}

void IncidentLife::Commit(absl::Time now) {
  ++incident_.revision;
  incident_.update_time = now;
  shown_utilization_ = incident_.utilization;
  shown_time_left_ = incident_.time_to_exhaustion;
  shown_for_ = absl::ZeroDuration();
}

void IncidentLife::Note(std::string text, absl::Time now) {
  std::vector<IncidentEvent>& timeline = incident_.timeline;
  if (timeline.size() >= kTimelineMax) timeline.erase(timeline.begin() + 1);
  timeline.push_back({now, std::move(text)});
}

}  // namespace berthmaster
