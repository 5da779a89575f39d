#include "absl/strings/str_cat.h"
#include "cli/columns.h"
#include "cli/format.h"
#include "cli/page.h"

namespace berthmaster {
namespace {

std::string OutlookText(const v1::Outlook& outlook) {
  return absl::StrCat(
      PercentText(outlook.utilization()), " of ", outlook.capacity(), " now, settles at ",
      outlook.has_settled_utilization() ? PercentText(outlook.settled_utilization()) : "unknown",
      outlook.has_time_to_exhaustion()
          ? absl::StrCat(", exhausted in ", DurationText(outlook.time_to_exhaustion()))
          : ", not exhausted");
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

// Who has said yes, of how many.
void AppendApprovals(const v1::Recommendation& recommendation, Page& page) {
  const bool waits = recommendation.state() == v1::RECOMMENDATION_STATE_PROPOSED;
  if (recommendation.approvals().empty() && !waits) return;
  page.BeginSection(recommendation.approvals_required() == 0
                        ? "Approvals (a policy approves it by itself)"
                        : absl::StrCat("Approvals (", recommendation.approvals_size(), " of ",
                                       recommendation.approvals_required(), ")"));
  for (const v1::Decision& approval : recommendation.approvals()) {
    page.AddText(absl::StrCat(approval.decider(), " at ", TimeText(approval.decide_time()), ": ",
                              approval.reason()));
  }
  if (recommendation.approvals().empty()) page.AddText("nobody yet");
}

}  // namespace

void AppendWhatIf(const v1::WhatIf& what_if, Page& page) {
  page.BeginSection("What if");
  page.AddFact("Without", OutlookText(what_if.before()));
  page.AddFact("With", OutlookText(what_if.after()));
}

void AppendAdvice(const google::protobuf::RepeatedPtrField<v1::SettingAdvice>& advice, Page& page) {
  for (const v1::SettingAdvice& one : advice) {
    page.BeginSection(
        absl::StrCat(EnumText(v1::AdviceSeverity_Name(one.severity()), "ADVICE_SEVERITY_"), " ",
                     one.setting(), " = ", one.value()));
    page.AddText(one.reason());
    if (!one.instead().empty()) page.AddText(absl::StrCat("Instead: ", one.instead()));
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
  if (!recommendation.netns().empty()) {
    page.AddFact("Namespace",
                 absl::StrCat(recommendation.netns_label(), " (", recommendation.netns(), ")"));
  }
  if (!recommendation.plan().selector().empty()) {
    page.AddFact("Targets", absl::StrCat(recommendation.target_count(), " when it was proposed"));
  }
  page.AddFact("Proposed by", recommendation.proposer());
  page.AddFact("Expires",
               MomentText(recommendation.has_expire_time(), recommendation.expire_time()));
  page.AddFact("Rollout", recommendation.rollout());
  page.AddFact("Reversibility", recommendation.reversibility());
  if (recommendation.has_decision()) {
    page.AddFact("Decided", absl::StrCat("by ", recommendation.decision().decider(), " at ",
                                         TimeText(recommendation.decision().decide_time()), ": ",
                                         recommendation.decision().reason()));
  }
  page.AddFact("Etag", recommendation.etag());
  page.BeginSection("Why");
  page.AddText(recommendation.rationale());
  if (recommendation.changes_size() > 0) page.BeginSection("Change");
  for (const v1::SysctlChange& change : recommendation.changes()) {
    // Of a change in many namespaces each has its own value before.
    if (!change.expected_value().empty()) {
      page.AddText(absl::StrCat("- ", change.sysctl(), " = ", change.expected_value()));
    }
    page.AddText(absl::StrCat("+ ", change.sysctl(), " = ", change.desired_value()));
  }
  if (!recommendation.plan().selector().empty()) AppendPlan(recommendation.plan(), page);
  AppendApprovals(recommendation, page);
  if (recommendation.has_pooling()) {
    page.BeginSection("Pooling");
    page.AddFact("Pool size", absl::StrCat(recommendation.pooling().connection_pool_size()));
    page.AddFact("New connections",
                 RateText(recommendation.pooling().connection_rate()) + " a second");
    page.AddFact("Ports saved", absl::StrCat(recommendation.pooling().ports_saved()));
  }
  if (recommendation.has_topology()) AppendTopology(recommendation.topology(), page);
  // Without a pool there is nothing to forecast.
  if (recommendation.what_if().before().capacity() > 0)
    AppendWhatIf(recommendation.what_if(), page);
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

}  // namespace berthmaster
