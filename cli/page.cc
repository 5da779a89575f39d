#include "cli/page.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cli/columns.h"
#include "cli/format.h"
#include "cli/table.h"

namespace berthmaster {
namespace {

constexpr size_t kParagraphColumns = 100;
constexpr size_t kFactWidth = 26;  // the longest fact name and a space

}  // namespace

std::string MomentText(bool present, const google::protobuf::Timestamp& time) {
  return present ? TimeText(time) : "";
}

void AppendEvidence(const google::protobuf::RepeatedPtrField<v1::Evidence>& evidence, Page& page) {
  if (evidence.empty()) return;
  page.BeginSection("Evidence");
  for (const v1::Evidence& item : evidence) {
    page.AddText(absl::StrCat(item.fact(), ": ", item.value()));
  }
}

void Page::AddFact(absl::string_view fact, absl::string_view value) {
  if (value.empty()) return;
  std::string line = absl::StrCat(in_section_ ? "  " : "", fact, ":");
  size_t width = kFactWidth + (in_section_ ? 2 : 0);
  line.append(line.size() < width ? width - line.size() : 1, ' ');
  absl::StrAppend(&text_, line, Printable(std::string(value)), "\n");
}

void Page::BeginSection(absl::string_view title) {
  absl::StrAppend(&text_, "\n", Printable(std::string(title)), ":\n");
  in_section_ = true;
}

void Page::AddText(absl::string_view text) {
  for (absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    absl::StrAppend(&text_, "  ", Printable(std::string(line)), "\n");
  }
}

void Page::AddParagraph(absl::string_view text) {
  std::string line = "  ";
  for (absl::string_view word : absl::StrSplit(text, ' ', absl::SkipEmpty())) {
    const bool is_first = absl::StripAsciiWhitespace(line).empty();
    if (!is_first && line.size() + 1 + word.size() > kParagraphColumns) {
      absl::StrAppend(&text_, line, "\n");
      line = "    ";
    } else if (!is_first) {
      line.push_back(' ');
    }
    absl::StrAppend(&line, Printable(std::string(word)));
  }
  absl::StrAppend(&text_, line, "\n");
}

namespace {

// One pool is in the facts already.
void AppendMembers(const v1::Incident& incident, Page& page) {
  if (incident.member_count() <= 1) return;
  page.BeginSection(absl::StrCat("Pools, the worst first (", incident.member_count(), ")"));
  for (const v1::IncidentMember& member : incident.members()) {
    page.AddText(absl::StrCat(
        HostOf(member.netns()), "/", member.netns_label(), "  ", PoolText(member.pool()), "  ",
        PercentText(member.utilization()), "  ",
        TimeLeftText(member.has_time_to_exhaustion(), member.time_to_exhaustion()), "  ",
        EnumText(v1::IncidentSeverity_Name(member.severity()), "INCIDENT_SEVERITY_")));
  }
  const int unlisted = incident.member_count() - incident.members_size();
  if (unlisted > 0) page.AddText(absl::StrCat("and ", unlisted, " more"));
}

}  // namespace

void AppendIncident(const v1::Incident& incident, Page& page) {
  page.AddFact("Name", incident.name());
  page.AddFact("Summary", incident.summary());
  page.AddFact("State", StateText(incident));
  page.AddFact("Severity", SeverityText(incident));
  page.AddFact("Cause", CauseText(incident));
  page.AddFact("Pool", incident.pool());
  page.AddFact("Namespace", incident.netns_label());
  page.AddFact("Utilization", absl::StrCat(PercentText(incident.utilization()), ", at most ",
                                           PercentText(incident.utilization_max())));
  if (incident.has_settled_utilization()) {
    page.AddFact("Settles at", PercentText(incident.settled_utilization()));
  }
  page.AddFact("Time to exhaustion",
               TimeLeftText(incident.has_time_to_exhaustion(), incident.time_to_exhaustion()));
  page.AddFact("Opened", MomentText(incident.has_open_time(), incident.open_time()));
  page.AddFact("Acknowledged",
               MomentText(incident.has_acknowledge_time(), incident.acknowledge_time()));
  page.AddFact("Acknowledged by", incident.acknowledger());
  page.AddFact("Resolved", MomentText(incident.has_resolve_time(), incident.resolve_time()));
  page.AddFact("Why resolved", incident.resolve_reason());
  if (!incident.silence().empty()) {
    page.AddFact("Silenced", absl::StrCat("until ", TimeText(incident.silenced_until()), " (",
                                          incident.silence(), ")"));
  }
  if (incident.members_size() > 0 && !incident.members(0).labels().empty()) {
    page.AddFact("Labels", LabelsText(incident.members(0).labels()));
  }
  AppendEvidence(incident.evidence(), page);
  AppendMembers(incident, page);
  page.BeginSection("Timeline");
  for (const v1::IncidentEvent& event : incident.timeline()) {
    page.AddText(absl::StrCat(TimeText(event.event_time()), "  ", event.text()));
  }
}

void AppendSilence(const v1::Silence& silence, Page& page) {
  page.AddFact("Name", silence.name());
  page.AddFact("State", StateText(silence));
  page.AddFact("Selects", LabelsText(silence.selector()));
  page.AddFact("Reason", silence.reason());
  page.AddFact("Made", absl::StrCat(TimeText(silence.create_time()), " by ", silence.creator()));
  page.AddFact("Begins", TimeText(silence.start_time()));
  page.AddFact("Expires", TimeText(silence.expire_time()));
  if (silence.has_end_time()) {
    page.AddFact("Ended", absl::StrCat(TimeText(silence.end_time()), " by ", silence.ender()));
  }
  page.AddFact("Etag", silence.etag());
}

}  // namespace berthmaster
