#include "controller/recommend/remedy_context.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "common/forecast/reuse.h"
#include "common/status/annotate.h"
#include "common/sysctl/catalogue.h"
#include "controller/detect/wording.h"
#include "controller/recommend/durable_forms.h"
#include "controller/recommend/sample_values.h"
#include "controller/recommend/wanted_load.h"

namespace berthmaster {
namespace {

// A full pool whose load would settle at no more than this lets through no more than it can.
constexpr double kCutOffSettledMax = 1.1;

Outlook OutlookOf(const PoolSample& pool, const Forecast& forecast) {
  return {pool.capacity, pool.utilization(), forecast.settled_utilization,
          forecast.time_to_exhaustion};
}

bool HasRate(const PoolSample& pool) {
  return pool.connection_rate.has_value() || pool.time_wait_rate.has_value();
}

// What detection saw of how a pool without rates grows.
void AddGrowth(const Incident& incident, Outlook& outlook) {
  if (!outlook.settled_utilization.has_value()) {
    outlook.settled_utilization = incident.settled_utilization;
  }
  if (!outlook.time_to_exhaustion.has_value()) {
    outlook.time_to_exhaustion = incident.time_to_exhaustion;
  }
}

// Where a pool without rates settles with the change made, by where it settles without: what is
// open stays as it is, and what is in TIME_WAIT then, more than now while the pool fills, by how
// long it is.
double SettledInUse(const PoolSample& pool, const ChangedPool& changed, double settled_before) {
  if (changed.time_wait_factor == 1) {
    return std::max(settled_before - (pool.in_use - changed.pool.in_use), 0.0);
  }
  const double open =
      std::clamp<double>(pool.in_use - pool.states[TcpState::kTimeWait], 0, settled_before);
  return open + (settled_before - open) * changed.time_wait_factor;
}

// The growth of a pool without rates goes on evenly, `load_factor` times as fast.
void ScaleGrowth(const RemedyContext& context, const ChangedPool& changed, Outlook& after) {
  const Outlook& before = context.before;
  if (changed.pool.capacity <= 0 || changed.load_factor <= 0) return;
  if (!after.settled_utilization.has_value() && before.settled_utilization.has_value()) {
    const double settled =
        SettledInUse(context.pool, changed, *before.settled_utilization * context.pool.capacity);
    after.settled_utilization = settled * changed.load_factor / changed.pool.capacity;
  }
  const int32_t headroom = context.pool.headroom();
  if (!after.time_to_exhaustion.has_value() && before.time_to_exhaustion.has_value() &&
      headroom > 0 && after.settled_utilization.value_or(1) >= 1) {
    after.time_to_exhaustion =
        *before.time_to_exhaustion * (changed.pool.headroom() / (headroom * changed.load_factor));
  }
}

}  // namespace

std::optional<double> RemedyContext::settled_in_use() const {
  if (!before.settled_utilization.has_value()) return std::nullopt;
  return *before.settled_utilization * pool.capacity;
}

RemedyContext MakeRemedyContext(const Incident& incident, const NetnsSample& netns,
                                const PoolSample& pool, absl::Time now) {
  RemedyContext context{
      incident, netns, AtWantedLoad(pool), ReuseDelay(netns.sysctls, pool.key), {}, false, now};
  context.before = OutlookOf(context.pool, MakeForecast(context.pool, context.reuse_delay));
  if (!HasRate(pool)) AddGrowth(incident, context.before);
  context.demand_unknown =
      IsAtLimit(pool) && context.before.settled_utilization.value_or(0) < kCutOffSettledMax;
  return context;
}

absl::StatusOr<Outlook> OutlookAfter(const RemedyContext& context, const PoolChange& change,
                                     std::vector<std::string>& notes) {
  BERTHMASTER_ASSIGN_OR_RETURN(ChangedPool changed,
                               ApplyChange(context.netns, context.pool, change));
  Outlook after = OutlookOf(changed.pool, MakeForecast(changed.pool, changed.reuse_delay));
  if (!HasRate(context.pool)) ScaleGrowth(context, changed, after);
  notes.insert(notes.end(), changed.notes.begin(), changed.notes.end());
  return after;
}

Remedy StartRemedy(const RemedyContext& context, RecommendationKind kind,
                   std::optional<PoolChange> change) {
  const PoolSample& pool = context.pool;
  Recommendation made;
  made.kind = kind;
  made.incident_id = context.incident.id;
  made.host_id = context.incident.host_id;
  made.netns_cookie = context.incident.netns_cookie;
  made.netns_inode = context.incident.netns_inode;
  made.netns_label = context.incident.netns_label;
  made.pool_name = context.incident.pool_name;
  made.create_time = context.now;
  made.update_time = context.now;
  made.evidence.push_back(
      {"in use and not reusable", ShareText(pool.in_use - pool.reusable, pool.capacity)});
  if (pool.connection_rate.has_value()) {
    made.evidence.push_back({"new connections", RateText(*pool.connection_rate)});
  }
  if (std::optional<double> settled = context.settled_in_use(); settled.has_value()) {
    made.evidence.push_back(
        {"settles at, if the load goes on", absl::StrFormat("%.0f in use", *settled)});
  }
  made.what_if = {context.before, context.before};
  if (change.has_value()) {
    absl::StatusOr<Outlook> after = OutlookAfter(context, *change, made.caveats);
    if (after.ok()) made.what_if.after = *after;
    if (!after.ok()) change.reset();
  }
  return {std::move(made), std::move(change)};
}

bool Suffices(const Recommendation& recommendation) {
  const Outlook& after = recommendation.what_if.after;
  return after.settled_utilization.has_value() &&
         *after.settled_utilization <= kSufficientUtilizationMax + 1e-9 &&
         !after.time_to_exhaustion.has_value();
}

void AddChange(const RemedyContext& context, absl::string_view sysctl, std::string desired,
               Recommendation& recommendation) {
  recommendation.changes.push_back({std::string(sysctl),
                                    EffectiveValue(context.netns, sysctl).value_or(""),
                                    std::move(desired)});
}

void FinishSysctls(const RemedyContext& context, Recommendation& recommendation) {
  std::vector<absl::string_view> asked_for;
  for (const SysctlChange& change : recommendation.changes) {
    const Tunable* tunable = FindTunable(change.sysctl);
    if (tunable == nullptr || !tunable->allowed_by_default) asked_for.push_back(change.sysctl);
  }
  if (!asked_for.empty()) {
    recommendation.caveats.push_back(absl::StrCat(
        "By default an agent refuses to write ", absl::StrJoin(asked_for, ", "),
        ", which changes how every connection of the namespace ends: to allow it, start the host's "
        "agent with allow-sysctls naming it beside what it writes now. Until then an approval ends "
        "in a rollout that the agent refused and that wrote nothing."));
  }
  recommendation.durable_forms = DurableForms(context.netns, recommendation.changes);
}

}  // namespace berthmaster
