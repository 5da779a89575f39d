#include "controller/engine/incident_book.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/ids/ids.h"

namespace berthmaster {
namespace {

std::string MutingText(const Silence& silence) {
  return absl::StrCat(
      "silenced until ",
      absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", silence.over_time(), absl::UTCTimeZone()), " by ",
      silence.creator, ": ", silence.reason);
}

}  // namespace

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
  TakeDetectionPolicy();
  // The silences of the ledger are taken at the next review.
  silences_ = SilenceMatcher();
  judged_at_ = absl::InfiniteFuture();
}

std::vector<Incident> IncidentBook::Observe(absl::string_view host_id, const HostSample& sample,
                                            absl::Time now) {
  std::vector<Incident> changed = tracker_->Observe(host_id, sample, now);
  for (const Incident& incident : changed) ledger_->Put(incident);
  ReviewSilences(now);
  for (Incident& incident : changed) {
    // The review may have judged it already.
    incident = *ledger_->incidents().Find(incident.id);
    if (!incident.active()) continue;
    Incident judged = Judge(incident, now);
    if (judged.revision == incident.revision) continue;
    ledger_->Put(judged);
    incident = std::move(judged);
  }
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

void IncidentBook::TakeSilences(absl::Time now) {
  std::vector<std::shared_ptr<const Silence>> silences;
  for (const auto& entry : ledger_->silences().rows()) silences.push_back(entry.second);
  silences_ = SilenceMatcher(silences, now);
  JudgeAll(now);
}

void IncidentBook::ReviewSilences(absl::Time now) {
  // A clock that was put back may be before what had begun.
  if (now < judged_at_) return TakeSilences(now);
  if (now >= next_change_) JudgeAll(now);
}

void IncidentBook::JudgeAll(absl::Time now) {
  judged_at_ = now;
  next_change_ = silences_.NextChange(now);
  std::vector<ControlLedger::IncidentPointer> active;
  for (const auto& entry : ledger_->incidents().rows()) {
    if (entry.second->active()) active.push_back(entry.second);
  }
  for (const auto& incident : active) {
    Incident judged = Judge(*incident, now);
    if (judged.revision != incident->revision) ledger_->Put(std::move(judged));
  }
}

Incident IncidentBook::Judge(Incident incident, absl::Time now) {
  const std::optional<Muting> muting = silences_.Mute(incident, now);
  const std::string silence_id = muting.has_value() ? muting->silence_id : "";
  const absl::Time until = muting.has_value() ? muting->until : absl::InfinitePast();
  if (silence_id == incident.silence_id &&
      until == incident.silenced_until.value_or(absl::InfinitePast())) {
    return incident;
  }
  std::string text;
  if (!muting.has_value()) {
    text = UnmutingText(incident, now);
  } else if (!incident.silenced()) {
    // Once, and not again when another silence takes over.
    text = MutingText(*ledger_->silences().Find(silence_id));
  }
  absl::StatusOr<Incident> judged = tracker_->SetMuting(incident.id, muting, text, now);
  return judged.ok() ? *std::move(judged) : incident;
}

std::string IncidentBook::UnmutingText(const Incident& incident, absl::Time now) const {
  auto silence = ledger_->silences().Find(incident.silence_id);
  if (silence == nullptr || silence->state(now) == SilenceState::kActive) {
    return "no longer silenced: no silence covers all of it";
  }
  if (silence->end_time.has_value()) {
    return absl::StrCat("no longer silenced: ", silence->ender, " ended the silence");
  }
  return "no longer silenced: the silence expired";
}

void IncidentBook::TakeDetectionPolicy() { tracker_->SetRules(ledger_->detection_policy()->rules); }

}  // namespace berthmaster
