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

// Each kind of address alone suffices.
void AppendTopology(const v1::TopologyAdvice& topology, Page& page) {
  page.BeginSection("Any one of these would do");
  if (topology.has_more_source_addresses()) {
    page.AddFact("More source addresses", absl::StrCat(topology.more_source_addresses()));
  }
  if (topology.has_more_destination_addresses()) {
    page.AddFact("More destinations", absl::StrCat(topology.more_destination_addresses()));
  }
  if (topology.has_more_destination_ports()) {
    page.AddFact("More destination ports", absl::StrCat(topology.more_destination_ports()));
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

void AppendRecommendation(const v1::Recommendation& recommendation, Page& page) {
  page.AddFact("Name", recommendation.name());
  page.AddFact("Summary", recommendation.summary());
  page.AddFact("State", StateText(recommendation));
  page.AddFact("Kind", KindText(recommendation));
  page.AddFact("Rank", absl::StrCat(recommendation.rank()));
  page.AddFact("Risk", RiskText(recommendation));
  page.AddFact("Scope", EnumText(v1::RecommendationScope_Name(recommendation.scope()),
                                 "RECOMMENDATION_SCOPE_"));
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
  if (recommendation.has_topology()) AppendTopology(recommendation.topology(), page);
  if (recommendation.has_what_if()) {
    page.BeginSection("What if");
    page.AddFact("Without", OutlookText(recommendation.what_if().before()));
    page.AddFact("With", OutlookText(recommendation.what_if().after()));
  }
  AppendEvidence(recommendation.evidence(), page);
  if (recommendation.caveats_size() > 0) page.BeginSection("Caveats");
  for (const std::string& caveat : recommendation.caveats()) page.AddText(caveat);
  if (recommendation.preconditions_size() > 0) page.BeginSection("Holds");
  for (const std::string& precondition : recommendation.preconditions()) {
    page.AddText(precondition);
  }
  for (const v1::DurableForm& form : recommendation.durable_forms()) {
    page.BeginSection(absl::StrCat("To keep it over a reboot: ", form.place()));
    page.AddText(form.text());
  }
  for (const v1::Snippet& snippet : recommendation.snippets()) {
    page.BeginSection(absl::StrCat(snippet.product(), ": ", snippet.place()));
    page.AddText(snippet.text());
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
