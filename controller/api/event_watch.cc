#include "controller/api/event_watch.h"

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "common/ids/names.h"
#include "common/status/annotate.h"
#include "common/wire/field_check.h"
#include "common/wire/time_wire.h"

namespace berthmaster {
namespace {

v1::EventKind ToProto(EventKind kind) {
  switch (kind) {
    case EventKind::kHost:
      return v1::EVENT_KIND_HOST;
    case EventKind::kIncident:
      return v1::EVENT_KIND_INCIDENT;
    case EventKind::kRecommendation:
      return v1::EVENT_KIND_RECOMMENDATION;
    case EventKind::kRollout:
      return v1::EVENT_KIND_ROLLOUT;
    case EventKind::kSilence:
      return v1::EVENT_KIND_SILENCE;
  }
  return v1::EVENT_KIND_UNSPECIFIED;
}

std::string NameOf(const Event& event) {
  switch (event.kind) {
    case EventKind::kHost:
      return HostName(event.id);
    case EventKind::kIncident:
      return IncidentName(event.id);
    case EventKind::kRecommendation:
      return RecommendationName(event.id);
    case EventKind::kRollout:
      return RolloutName(event.id);
    case EventKind::kSilence:
      return SilenceName(event.id);
  }
  return "";
}

v1::EventKind KindOfName(absl::string_view name) {
  if (name.empty()) return v1::EVENT_KIND_HEARTBEAT;
  if (absl::StartsWith(name, "hosts/")) return v1::EVENT_KIND_HOST;
  if (absl::StartsWith(name, "incidents/")) return v1::EVENT_KIND_INCIDENT;
  if (absl::StartsWith(name, "recommendations/")) return v1::EVENT_KIND_RECOMMENDATION;
  if (absl::StartsWith(name, "silences/")) return v1::EVENT_KIND_SILENCE;
  return v1::EVENT_KIND_ROLLOUT;
}

}  // namespace

absl::StatusOr<EventWatchSource> EventWatchSource::Make(const v1::WatchEventsRequest& request) {
  EventWatchSource source;
  for (const int kind : request.kinds()) {
    BERTHMASTER_RETURN_IF_ERROR(
        CheckField("kinds", kind, v1::EVENT_KIND_HEARTBEAT, v1::EventKind_MAX));
    source.kinds_ |= uint32_t{1} << kind;
  }
  return source;
}

std::vector<std::string> EventWatchSource::InitialKeys() { return {""}; }

std::optional<std::string> EventWatchSource::KeyOf(const Event& event) {
  if (kinds_ != 0 && (kinds_ >> ToProto(event.kind) & 1) == 0) return std::nullopt;
  return NameOf(event);
}

void EventWatchSource::Open(const std::string& key, absl::Time event_time) {
  opened_.emplace();
  opened_->set_kind(KindOfName(key));
  opened_->set_name(key);
  *opened_->mutable_event_time() = berthmaster::ToProto(event_time);
}

bool EventWatchSource::Next(v1::WatchEventsResponse& response) {
  if (!opened_.has_value()) return false;
  response = *std::move(opened_);
  opened_.reset();
  return true;
}

}  // namespace berthmaster
