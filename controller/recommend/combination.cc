#include "controller/recommend/combination.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "controller/detect/wording.h"

namespace berthmaster {
namespace {

// All sets of more are looked at: 2^8 of them at most. No cause has as many remedies.
constexpr size_t kRemediesMax = 8;

struct Set {
  uint32_t members = 0;
  int cost = 0;
};

bool Has(uint32_t members, size_t index) { return ((members >> index) & 1U) != 0; }

bool IsSingle(uint32_t members) { return (members & (members - 1)) == 0; }

PoolChange ChangeOf(const std::vector<const Remedy*>& remedies, uint32_t members) {
  PoolChange all;
  for (size_t i = 0; i < remedies.size(); ++i) {
    if (Has(members, i)) all = Combined(all, *remedies[i]->change);
  }
  return all;
}

// The cheapest set that suffices, single ones too.
std::optional<uint32_t> CheapestSet(const RemedyContext& context,
                                    const std::vector<const Remedy*>& remedies) {
  std::vector<Set> sets;
  for (uint32_t members = 1; members < (1U << remedies.size()); ++members) {
    Set set{members, 0};
    for (size_t i = 0; i < remedies.size(); ++i) {
      if (Has(members, i)) set.cost += CostOf(remedies[i]->recommendation);
    }
    sets.push_back(set);
  }
  std::stable_sort(sets.begin(), sets.end(),
                   [](const Set& a, const Set& b) { return a.cost < b.cost; });
  for (const Set& set : sets) {
    std::vector<std::string> notes;
    Recommendation whole;
    absl::StatusOr<Outlook> after = OutlookAfter(context, ChangeOf(remedies, set.members), notes);
    if (!after.ok()) continue;
    whole.what_if.after = *after;
    if (Suffices(whole)) return set.members;
  }
  return std::nullopt;
}

void Append(const std::vector<std::string>& from, std::vector<std::string>& into) {
  for (const std::string& one : from) {
    if (std::find(into.begin(), into.end(), one) == into.end()) into.push_back(one);
  }
}

// What `part` writes and says, as a part of `whole`.
void Add(const Recommendation& part, Recommendation& whole) {
  for (const SysctlChange& change : part.changes) {
    auto same = std::find_if(whole.changes.begin(), whole.changes.end(),
                             [&](const SysctlChange& c) { return c.sysctl == change.sysctl; });
    if (same == whole.changes.end()) {
      whole.changes.push_back(change);
    } else {
      *same = change;
    }
  }
  if (part.pooling.has_value()) whole.pooling = part.pooling;
  if (part.topology.has_value()) whole.topology = part.topology;
  for (const Snippet& snippet : part.snippets) whole.snippets.push_back(snippet);
  for (const DurableForm& form : part.durable_forms) {
    if (form.kind == DurableFormKind::kFirewallRule) whole.durable_forms.push_back(form);
  }
  whole.risk = std::max(whole.risk, part.risk);
  whole.scope =
      whole.scope == RecommendationScope::kHost || part.scope == RecommendationScope::kHost
          ? RecommendationScope::kHost
          : RecommendationScope::kNamespace;
  Append(part.preconditions, whole.preconditions);
  Append(part.caveats, whole.caveats);
}

std::string PercentOf(const Outlook& outlook) {
  return outlook.settled_utilization.has_value()
             ? absl::StrFormat("%.0f %%", 100 * *outlook.settled_utilization)
             : "no known end";
}

Remedy Combine(const RemedyContext& context, const std::vector<const Remedy*>& remedies,
               uint32_t members) {
  Remedy remedy =
      StartRemedy(context, RecommendationKind::kCombination, ChangeOf(remedies, members));
  Recommendation& whole = remedy.recommendation;
  std::vector<DurableForm> rules;
  std::string alone;
  std::string summaries;
  for (size_t i = 0; i < remedies.size(); ++i) {
    if (!Has(members, i)) continue;
    const Recommendation& part = remedies[i]->recommendation;
    Add(part, whole);
    absl::StrAppend(&summaries, summaries.empty() ? "" : "; and ", part.summary);
    whole.evidence.push_back(
        {absl::StrCat("alone settles at: ", part.summary), PercentOf(part.what_if.after)});
  }
  rules = std::move(whole.durable_forms);
  whole.summary = absl::StrCat("together: ", summaries);
  whole.rationale = absl::StrFormat(
      "None of these alone brings the pool below %.0f %%. Together it settles at %s of its "
      "capacity: simulated with all of them made at once, not added up.",
      100 * kSufficientUtilizationMax, PercentOf(whole.what_if.after));
  whole.reversibility =
      "All of its sysctls are put back together, in the reverse order of the writing.";
  FinishSysctls(context, whole);
  for (DurableForm& rule : rules) whole.durable_forms.push_back(std::move(rule));
  return remedy;
}

}  // namespace

int CostOf(const Recommendation& recommendation) {
  switch (recommendation.kind) {
    case RecommendationKind::kReservedPorts:
    case RecommendationKind::kSynCookies:
      return 1;
    case RecommendationKind::kWidenRange:
    case RecommendationKind::kTimeWaitTable:
      return recommendation.risk == RecommendationRisk::kLow ? 2 : 3;
    case RecommendationKind::kTimeWaitReuse:
    case RecommendationKind::kConntrackTable:
    case RecommendationKind::kBacklog:
      return 4;
    case RecommendationKind::kSynRetries:
    case RecommendationKind::kFinTimeout:
    case RecommendationKind::kConntrackTimeout:
    case RecommendationKind::kMasqueradeRange:
      return 5;
    case RecommendationKind::kPooling:
      return 10;
    case RecommendationKind::kApplication:
      return 12;
    case RecommendationKind::kTopology:
    case RecommendationKind::kCustom:
    case RecommendationKind::kCombination:
      return 20;
  }
  return 20;
}

std::optional<Remedy> CombineRemedies(const RemedyContext& context,
                                      const std::vector<Remedy>& remedies) {
  std::vector<const Remedy*> applied;
  std::vector<const Remedy*> all;
  for (const Remedy& remedy : remedies) {
    if (!remedy.change.has_value() || all.size() == kRemediesMax) continue;
    all.push_back(&remedy);
    if (!remedy.recommendation.changes.empty()) applied.push_back(&remedy);
  }
  if (std::optional<uint32_t> set = CheapestSet(context, applied)) {
    if (IsSingle(*set)) return std::nullopt;
    return Combine(context, applied, *set);
  }
  std::optional<uint32_t> set = CheapestSet(context, all);
  if (!set.has_value() || IsSingle(*set)) return std::nullopt;
  return Combine(context, all, *set);
}

}  // namespace berthmaster
