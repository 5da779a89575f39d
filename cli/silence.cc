#include "cli/silence.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "cli/columns.h"
#include "cli/decide.h"
#include "cli/format.h"
#include "cli/resource_name.h"
#include "common/status/annotate.h"
#include "common/wire/time_wire.h"

namespace berthmaster {
namespace {

absl::Status AddLabel(absl::string_view text, v1::Silence& silence) {
  const size_t equals = text.find('=');
  if (equals == absl::string_view::npos || equals == 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--label '", text, "' is not NAME=VALUE, such as host=web-1 or unit=shop.service"));
  }
  const std::string name(text.substr(0, equals));
  if (silence.selector().contains(name)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--label ", name, " is given twice; a pool has one value, so make a silence for each"));
  }
  (*silence.mutable_selector())[name] = std::string(text.substr(equals + 1));
  return absl::OkStatus();
}

// What selects the incident's pool, and pools like it: its host, namespace and cause.
absl::Status SelectIncident(Client& client, const std::string& name, v1::Silence& silence) {
  BERTHMASTER_ASSIGN_OR_RETURN(ResourceRef ref, ParseResourceNameOf(ResourceKind::kIncident, name));
  v1::GetIncidentRequest request;
  request.set_name(ref.name);
  BERTHMASTER_ASSIGN_OR_RETURN(
      v1::GetIncidentResponse response,
      client.Call(client.incidents(), &v1::IncidentService::Stub::GetIncident, request));
  const v1::Incident& incident = response.incident();
  auto& selector = *silence.mutable_selector();
  selector["cause"] = absl::AsciiStrToLower(CauseText(incident));
  for (const v1::IncidentMember& member : incident.members()) {
    if (member.host() != incident.host()) return absl::OkStatus();
  }
  // On one host only.
  selector["host"] = HostOf(incident.netns());
  for (const v1::IncidentMember& member : incident.members()) {
    if (member.netns() != incident.netns()) return absl::OkStatus();
  }
  selector["netns"] = incident.netns_label();
  return absl::OkStatus();
}

std::string SelectorText(const v1::Silence& silence) { return LabelsText(silence.selector()); }

}  // namespace

absl::StatusOr<absl::Duration> ParseLength(absl::string_view text) {
  absl::Duration length;
  absl::string_view days = text;
  int64_t day_count = 0;
  if (absl::ConsumeSuffix(&days, "d") && absl::SimpleAtoi(days, &day_count) && day_count > 0 &&
      day_count < 10000) {
    return day_count * absl::Hours(24);
  }
  if (absl::ParseDuration(text, &length) && length > absl::ZeroDuration() &&
      length != absl::InfiniteDuration()) {
    return length;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("--for '", text,
                   "' is not a length; write a number with a unit, such as 90m, "
                   "2h or 7d"));
}

absl::StatusOr<std::string> CreateSilence(Client& client, const SilenceOptions& options,
                                          Random& random) {
  v1::CreateSilenceRequest request;
  v1::Silence& silence = *request.mutable_silence();
  for (const std::string& label : options.labels) {
    BERTHMASTER_RETURN_IF_ERROR(AddLabel(label, silence));
  }
  if (options.labels.empty() == options.incident.empty()) {
    return absl::InvalidArgumentError(
        "say what to silence: --label NAME=VALUE, as often as needed, or --incident NAME");
  }
  BERTHMASTER_ASSIGN_OR_RETURN(absl::Duration length, ParseLength(options.length));
  *request.mutable_length() = ToProto(length);
  if (!options.start.empty()) {
    absl::Time start;
    std::string error;
    if (!absl::ParseTime(absl::RFC3339_full, options.start, &start, &error)) {
      return absl::InvalidArgumentError(
          absl::StrCat("--start '", options.start, "' is not a time such as 2026-01-31T22:00:00Z"));
    }
    *silence.mutable_start_time() = ToProto(start);
  }
  if (!options.incident.empty()) {
    BERTHMASTER_RETURN_IF_ERROR(SelectIncident(client, options.incident, silence));
  }
  silence.set_reason(options.reason);
  request.set_request_id(NewUuid(random));
  request.set_validate_only(options.validate_only);
  BERTHMASTER_ASSIGN_OR_RETURN(
      v1::CreateSilenceResponse response,
      client.Call(client.silences(), &v1::SilenceService::Stub::CreateSilence, request));
  const v1::Silence& made = response.silence();
  const std::string muted = absl::StrCat("mutes ", response.muted_incident_count(),
                                         " of the incidents that are open now");
  if (options.validate_only) {
    return absl::StrCat("a silence of ", SelectorText(made), " ", muted, "; nothing was changed\n");
  }
  return absl::StrCat(made.name(), " ", StateText(made), " until ", TimeText(made.expire_time()),
                      "; it ", muted, "; end it with: berthctl silence expire ", made.name(), "\n");
}

absl::StatusOr<std::string> ExpireSilence(Client& client, const SilenceOptions& options) {
  BERTHMASTER_ASSIGN_OR_RETURN(ResourceRef ref,
                               ParseResourceNameOf(ResourceKind::kSilence, options.name));
  v1::ExpireSilenceRequest request;
  request.set_name(ref.name);
  request.set_etag(options.etag);
  BERTHMASTER_ASSIGN_OR_RETURN(
      v1::ExpireSilenceResponse response,
      client.Call(client.silences(), &v1::SilenceService::Stub::ExpireSilence, request));
  return absl::StrCat(response.silence().name(), " ", StateText(response.silence()), "\n");
}

}  // namespace berthmaster
