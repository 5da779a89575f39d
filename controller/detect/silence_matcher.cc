#include "controller/detect/silence_matcher.h"

#include <algorithm>

#include "controller/model/labels.h"

namespace berthmaster {

SilenceMatcher::SilenceMatcher(const std::vector<std::shared_ptr<const Silence>>& silences,
                               absl::Time now) {
  for (const auto& silence : silences) {
    if (silence->state(now) != SilenceState::kExpired) silences_.push_back(silence);
  }
}

const Silence* SilenceMatcher::LastingFor(const LabelView& view, absl::Time now) const {
  const Silence* lasting = nullptr;
  for (const auto& silence : silences_) {
    if (lasting != nullptr && silence->over_time() <= lasting->over_time()) continue;
    if (silence->state(now) != SilenceState::kActive) continue;
    if (Matches(silence->selector, view)) lasting = silence.get();
  }
  return lasting;
}

std::optional<Muting> SilenceMatcher::Mute(const Incident& incident, absl::Time now) const {
  if (silences_.empty()) return std::nullopt;
  const Silence* first_over = nullptr;
  auto is_muted = [&](const LabelView& view) {
    const Silence* silence = LastingFor(view, now);
    if (silence == nullptr) return false;
    if (first_over == nullptr || silence->over_time() < first_over->over_time()) {
      first_over = silence;
    }
    return true;
  };
  if (incident.members.empty()) {
    // A row from before incidents had members: its labels are not known.
    if (!is_muted({Labels(), incident.host_id, incident.netns_label, incident.cause})) {
      return std::nullopt;
    }
  }
  for (const IncidentMember& member : incident.members) {
    if (!is_muted({member.labels, member.host_id, member.netns_label, incident.cause})) {
      return std::nullopt;
    }
  }
  return Muting{first_over->id, first_over->over_time()};
}

absl::Time SilenceMatcher::NextChange(absl::Time now) const {
  absl::Time next = absl::InfiniteFuture();
  for (const auto& silence : silences_) {
    for (absl::Time moment : {silence->start_time, silence->over_time()}) {
      if (moment > now) next = std::min(next, moment);
    }
  }
  return next;
}

}  // namespace berthmaster
