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

std::string OutlookText(const v1::Outlook& outlook) {
  return absl::StrCat(
      PercentText(outlook.utilization()), " of ", outlook.capacity(), " now, settles at ",
      outlook.has_settled_utilization() ? PercentText(outlook.settled_utilization()) : "unknown",
      outlook.has_time_to_exhaustion()
          ? absl::StrCat(", exhausted in ", DurationText(outlook.time_to_exhaustion()))
          : ", not exhausted");
}

void AppendEvidence(const google::protobuf::RepeatedPtrField<v1::Evidence>& evidence, Page& page) {
  if (evidence.empty()) return;
  page.BeginSection("Evidence");
  for (const v1::Evidence& item : evidence) {
    page.AddText(absl::StrCat(item.fact(), ": ", item.value()));
  }
}

}  // namespace

std::string MomentText(bool present, const google::protobuf::Timestamp& time) {
  return present ? TimeText(time) : "";
}

void Page::AddFact(absl::string_view fact, absl::string_view value) {
  if (value.empty()) return;
  std::string line = absl::StrCat(in_section_ ? "  " : "", fact, ":");
  size_t width = kFactWidth + (in_section_ ? 2 : 0);
  line.append(line.size() < width ? width - line.size() : 1, ' ');
  absl::StrAppend(&text_, line, Printable(std::string(value)), "\n");
}

void Page::BeginSection(absl::string_view title) {
  absl::StrAppend(&text_, "\n", title, ":\n");
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
  AppendEvidence(incident.evidence(), page);
  page.BeginSection("Timeline");
  for (const v1::IncidentEvent& event : incident.timeline()) {
    page.AddText(absl::StrCat(TimeText(event.event_time()), "  ", event.text()));
  }
}

void AppendRecommendation(const v1::Recommendation& recommendation, Page& page) {
  page.AddFact("Name", recommendation.name());
  page.AddFact("Summary", recommendation.summary());
  page.AddFact("State", StateText(recommendation));
  page.AddFact("Kind", KindText(recommendation));
  page.AddFact("Rank", absl::StrCat(recommendation.rank()));
  page.AddFact("Risk", RiskText(recommendation));
  page.AddFact("Incident", recommendation.incident());
  page.AddFact("Namespace",
               absl::StrCat(recommendation.netns_label(), " (", recommendation.netns(), ")"));
  page.AddFact("Rollout", recommendation.rollout());
  page.AddFact("Reversibility", recommendation.reversibility());
  if (recommendation.has_decision()) {
    page.AddFact("Decided", absl::StrCat("by ", recommendation.decision().decider(), " at ",
                                         TimeText(recommendation.decision().decide_time()), ": ",
                                         recommendation.decision().reason()));
  }
  page.BeginSection("Why");
  page.AddText(recommendation.rationale());
  if (recommendation.changes_size() > 0) page.BeginSection("Change");
  for (const v1::SysctlChange& change : recommendation.changes()) {
    page.AddText(absl::StrCat("- ", change.sysctl(), " = ", change.expected_value()));
    page.AddText(absl::StrCat("+ ", change.sysctl(), " = ", change.desired_value()));
  }
  if (recommendation.has_pooling()) {
    page.BeginSection("Pooling");
    page.AddFact("Pool size", absl::StrCat(recommendation.pooling().connection_pool_size()));
    page.AddFact("New connections",
                 RateText(recommendation.pooling().connection_rate()) + " a second");
    page.AddFact("Ports saved", absl::StrCat(recommendation.pooling().ports_saved()));
  }
  if (recommendation.has_what_if()) {
    page.BeginSection("What if");
    page.AddFact("Without", OutlookText(recommendation.what_if().before()));
    page.AddFact("With", OutlookText(recommendation.what_if().after()));
  }
  AppendEvidence(recommendation.evidence(), page);
  if (recommendation.caveats_size() > 0) page.BeginSection("Caveats");
  for (const std::string& caveat : recommendation.caveats()) page.AddText(caveat);
  if (!recommendation.durable_form().empty()) {
    page.BeginSection("To keep it over a reboot");
    page.AddText(recommendation.durable_form());
  }
}

void AppendRollout(const v1::Rollout& rollout, Page& page) {
  page.AddFact("Name", rollout.name());
  page.AddFact("State", StateText(rollout));
  page.AddFact("Message", rollout.message());
  page.AddFact("Recommendation", rollout.recommendation());
  page.AddFact("Incident", rollout.incident());
  page.AddFact("Approved by", rollout.approver());
  page.AddFact("Approved", MomentText(rollout.has_create_time(), rollout.create_time()));
  for (const v1::RolloutTarget& target : rollout.targets()) {
    page.BeginSection(absl::StrCat("Target ", target.netns_label(), " (", target.netns(), ")"));
    for (const v1::TargetSysctl& sysctl : target.sysctls()) {
      page.AddFact("Sysctl", sysctl.change().sysctl());
      page.AddFact("State", EnumText(v1::ApplyState_Name(sysctl.state()), "APPLY_STATE_"));
      page.AddFact("Before", sysctl.change().expected_value());
      page.AddFact("Desired", sysctl.change().desired_value());
      page.AddFact("Applied", sysctl.applied_value());
      page.AddFact("Effective", sysctl.effective_value());
      page.AddFact("Error", sysctl.error());
    }
  }
}

}  // namespace berthmaster
