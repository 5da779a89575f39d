#include "cli/page.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "cli/columns.h"
#include "cli/format.h"
#include "cli/table.h"

namespace berthmaster {
namespace {

constexpr size_t kFactWidth = 22;  // the longest fact name and a space

std::string MomentText(bool present, const google::protobuf::Timestamp& time) {
  return present ? TimeText(time) : "";
}

// A proto map in the order of its keys.
template <typename Map>
std::map<std::string, typename Map::mapped_type> Sorted(const Map& map) {
  return {map.begin(), map.end()};
}

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

void AppendHost(const v1::Host& host, Page& page) {
  const v1::HostIdentity& identity = host.identity();
  page.AddFact("Name", host.name());
  page.AddFact("State", StateText(host));
  page.AddFact("Host name", identity.host_name());
  page.AddFact("Kernel", identity.kernel_release());
  page.AddFact("Agent",
               absl::StrCat(identity.agent_version(), ", ",
                            EnumText(v1::AgentProfile_Name(identity.profile()), "AGENT_PROFILE_")));
  page.AddFact("Attached", MomentText(host.has_attach_time(), host.attach_time()));
  page.AddFact("Newest sample", MomentText(host.has_sample_time(), host.sample_time()));
  page.AddFact("Namespaces", absl::StrCat(host.netns_count()));
  page.AddFact("Pools", absl::StrCat(host.pool_count()));
  page.AddFact("Worst pool", host.worst_pool());
  if (host.has_utilization_max()) {
    page.AddFact("Its utilization", PercentText(host.utilization_max()));
  }
  page.AddFact("Open incidents", absl::StrCat(host.open_incident_count()));
  if (identity.limitations_size() > 0) {
    page.BeginSection("Limitations");
    for (const std::string& limitation : identity.limitations()) page.AddText(limitation);
  }
}

void AppendNetns(const v1::Netns& netns, Page& page) {
  page.AddFact("Name", netns.name());
  page.AddFact("Label", netns.label());
  page.AddFact("Inode", absl::StrCat(netns.inode()));
  page.AddFact("TCP sockets", absl::StrCat(netns.tcp_in_use()));
  page.AddFact("TIME_WAIT", absl::StrCat(netns.time_wait()));
  page.AddFact("TIME_WAIT overflows", absl::StrCat(netns.time_wait_overflow_count()));
  page.AddFact("Listening in range", absl::StrJoin(netns.listening_ports_in_range(), ", "));
  page.AddFact("Sample", MomentText(netns.has_sample_time(), netns.sample_time()));
  page.BeginSection("Sysctls");
  for (const auto& [sysctl, value] : Sorted(netns.sysctls())) {
    page.AddText(absl::StrCat(sysctl, " = ", value));
  }
  if (netns.limitations_size() > 0) {
    page.BeginSection("Limitations");
    for (const std::string& limitation : netns.limitations()) page.AddText(limitation);
  }
}

void AppendPool(const v1::Pool& pool, Page& page) {
  page.AddFact("Name", pool.name());
  page.AddFact("Pool", PoolText(pool));
  page.AddFact("Namespace", absl::StrCat(pool.netns_label(), " (", pool.netns(), ", inode ",
                                         pool.netns_inode(), ")"));
  page.AddFact("Capacity", absl::StrCat(pool.capacity()));
  page.AddFact("In use", absl::StrCat(pool.in_use()));
  page.AddFact("Reusable", absl::StrCat(pool.reusable()));
  page.AddFact("Headroom", absl::StrCat(pool.headroom()));
  page.AddFact("Utilization", PercentText(pool.utilization()));
  page.AddFact("Blocked ports", absl::StrCat(pool.blocked()));
  page.AddFact("New connections", pool.has_connection_rate()
                                      ? RateText(pool.connection_rate()) + " a second"
                                      : "unknown");
  page.AddFact("Closed first here", pool.has_time_wait_rate()
                                        ? RateText(pool.time_wait_rate()) + " a second"
                                        : "unknown");
  page.AddFact("Hold time", pool.has_hold_time() ? DurationText(pool.hold_time()) : "unknown");
  page.AddFact("Settles at", pool.has_settled_utilization()
                                 ? PercentText(pool.settled_utilization())
                                 : "unknown");
  page.AddFact("Time to exhaustion", pool.has_time_to_exhaustion()
                                         ? TimeLeftText(true, pool.time_to_exhaustion())
                                         : "not forecast to be exhausted");
  page.AddFact("Sample", MomentText(pool.has_sample_time(), pool.sample_time()));
  page.BeginSection("States");
  for (const auto& [state, count] : Sorted(pool.states())) {
    page.AddText(absl::StrCat(state, " ", count));
  }
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
