#include "controller/recommend/recommend.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "common/net/port_range.h"
#include "common/sysctl/catalogue.h"
#include "controller/recommend/application.h"
#include "controller/recommend/combination.h"
#include "controller/recommend/conntrack.h"
#include "controller/recommend/listen_queue.h"
#include "controller/recommend/pooling.h"
#include "controller/recommend/remedy_context.h"
#include "controller/recommend/reserve_ports.h"
#include "controller/recommend/time_wait.h"
#include "controller/recommend/topology.h"
#include "controller/recommend/waiting_sockets.h"
#include "controller/recommend/widen_range.h"

namespace berthmaster {
namespace {

// A number of advice that moved by more than this is another proposal.
constexpr double kPoolingShiftMax = 0.25;
// In the first seconds of a load what it settles at is known badly.
constexpr double kSettledShiftMin = 0.05;
// A standing proposal is renewed when the load would fill what it brings to more than this.
constexpr double kStandingUtilizationMax = 0.9;

void AddIf(std::optional<Remedy> remedy, std::vector<Remedy>& list) {
  if (remedy.has_value()) list.push_back(*std::move(remedy));
}

// What is known against the cause, the cheapest or the cure first.
std::vector<Remedy> RemediesFor(const RemedyContext& context) {
  std::vector<Remedy> list;
  switch (context.incident.cause) {
    case IncidentCause::kTimeWaitChurn:
      AddIf(WidenRange(context), list);
      AddIf(ReuseTimeWait(context), list);
      AddIf(PoolConnections(context), list);
      break;
    case IncidentCause::kRangeTooSmall:
      AddIf(WidenRange(context), list);
      AddIf(PoolConnections(context), list);
      list.push_back(MendApplication(context));
      break;
    case IncidentCause::kEstablishedLeak:
    case IncidentCause::kCloseWaitLeak:
      list.push_back(MendApplication(context));
      AddIf(WidenRange(context), list);
      break;
    case IncidentCause::kSynSentPileUp:
      list.push_back(MendApplication(context));
      AddIf(LowerSynRetries(context), list);
      break;
    case IncidentCause::kFinWaitPileUp:
      list.push_back(MendApplication(context));
      AddIf(LowerFinTimeout(context), list);
      break;
    case IncidentCause::kTimeWaitTable:
      AddIf(RaiseTimeWaitTable(context), list);
      AddIf(LowerFinTimeout(context), list);
      break;
    case IncidentCause::kEarlyBind:
    case IncidentCause::kUdpPorts:
      list.push_back(MendApplication(context));
      AddIf(WidenRange(context), list);
      break;
    case IncidentCause::kSnatPool:
      AddIf(WidenMasqueradeRange(context), list);
      AddIf(ShortenConntrackTimeWait(context), list);
      list.push_back(MendApplication(context));
      break;
    case IncidentCause::kConntrackTable:
      AddIf(RaiseConntrackTable(context), list);
      AddIf(ShortenConntrackTimeWait(context), list);
      list.push_back(MendApplication(context));
      break;
    case IncidentCause::kListenerOverflow:
      AddIf(LengthenBacklog(context), list);
      list.push_back(MendApplication(context));
      break;
    case IncidentCause::kSynFlood:
      AddIf(TurnOnSynCookies(context), list);
      AddIf(LengthenBacklog(context), list);
      list.push_back(MendApplication(context));
      break;
    case IncidentCause::kRestartBlocked:
      list.push_back(MendApplication(context));
      break;
  }
  return list;
}

bool AnySysctlSuffices(const std::vector<Remedy>& list) {
  return std::any_of(list.begin(), list.end(), [](const Remedy& remedy) {
    return !remedy.recommendation.changes.empty() && Suffices(remedy.recommendation);
  });
}

// Widening reserves them itself.
bool Widens(const std::vector<Remedy>& list) {
  return std::any_of(list.begin(), list.end(), [](const Remedy& remedy) {
    return remedy.recommendation.kind == RecommendationKind::kWidenRange;
  });
}

bool IsOfPorts(const RemedyContext& context) {
  const PoolKind kind = context.pool.kind;
  return kind == PoolKind::kConnect || kind == PoolKind::kBind || kind == PoolKind::kUdp ||
         context.incident.cause == IncidentCause::kRestartBlocked;
}

std::vector<Remedy> BestFirst(const RemedyContext& context) {
  std::vector<Remedy> list = RemediesFor(context);
  if (!AnySysctlSuffices(list)) AddIf(AddAddresses(context), list);
  std::optional<Remedy> together = CombineRemedies(context, list);
  std::stable_partition(list.begin(), list.end(),
                        [](const Remedy& remedy) { return Suffices(remedy.recommendation); });
  if (together.has_value()) list.insert(list.begin(), *std::move(together));
  if (IsOfPorts(context) && !Widens(list)) AddIf(ReservePorts(context), list);
  return list;
}

bool Contains(const PortSet& outer, const PortSet& inner, PortRange range) {
  for (int port = range.low; port <= range.high; ++port) {
    if (inner.Contains(port) && !outer.Contains(port)) return false;
  }
  return true;
}

// Whether the load that `fresh` was made for fits well into what `standing` would bring. It was
// sized for kSufficientUtilizationMax, so the noise of a rate does not reach this bound.
bool StillHolds(const Recommendation& standing, const Recommendation& fresh) {
  const Outlook& load = fresh.what_if.before;
  if (!load.settled_utilization.has_value()) return false;
  return *load.settled_utilization * load.capacity <=
         kStandingUtilizationMax * standing.what_if.after.capacity;
}

// Whether what `standing` writes does all that `fresh` would.
bool Covers(const SysctlChange& standing, const SysctlChange& fresh) {
  if (standing.desired_value == fresh.desired_value) return true;
  if (fresh.sysctl == kPortRangeSysctl) {
    auto old_range = ParsePortRange(standing.desired_value);
    auto new_range = ParsePortRange(fresh.desired_value);
    return old_range.ok() && new_range.ok() && old_range->low <= new_range->low &&
           old_range->high >= new_range->high;
  }
  if (fresh.sysctl == kReservedPortsSysctl) {
    auto old_ports = ParsePortSet(standing.desired_value);
    auto new_ports = ParsePortSet(fresh.desired_value);
    return old_ports.ok() && new_ports.ok() && Contains(*old_ports, *new_ports, {0, 65535});
  }
  int64_t old_number = 0;
  int64_t new_number = 0;
  if (!absl::SimpleAtoi(standing.desired_value, &old_number) ||
      !absl::SimpleAtoi(fresh.desired_value, &new_number)) {
    return false;
  }
  const bool less_is_more = fresh.sysctl == kSynRetriesSysctl || fresh.sysctl == kFinTimeoutSysctl;
  return less_is_more ? old_number <= new_number : old_number >= new_number;
}

bool Shifted(double standing, double fresh) {
  return std::abs(standing - fresh) > kPoolingShiftMax * std::max(std::abs(standing), 1.0);
}

// Whether a person would read another end in the what-if: one that was not known, or that moved by
// more than a quarter and by more than a sample's noise.
bool EndsElsewhere(const Outlook& standing, const Outlook& fresh) {
  if (!fresh.settled_utilization.has_value()) return false;
  if (!standing.settled_utilization.has_value()) return true;
  const double moved = std::abs(*standing.settled_utilization - *fresh.settled_utilization);
  return moved > kSettledShiftMin && moved > kPoolingShiftMax * *standing.settled_utilization;
}

}  // namespace

std::vector<Recommendation> Recommend(const Incident& incident, const NetnsSample& netns,
                                      const PoolSample& pool, absl::Time now) {
  std::vector<Recommendation> list;
  for (Remedy& remedy : BestFirst(MakeRemedyContext(incident, netns, pool, now))) {
    list.push_back(std::move(remedy.recommendation));
    list.back().rank = static_cast<int32_t>(list.size());
  }
  return list;
}

bool MateriallyDiffers(const Recommendation& standing, const Recommendation& fresh) {
  if (standing.kind != fresh.kind || standing.changes.size() != fresh.changes.size()) return true;
  if (EndsElsewhere(standing.what_if.after, fresh.what_if.after)) return true;
  for (size_t i = 0; i < fresh.changes.size(); ++i) {
    const SysctlChange& old_change = standing.changes[i];
    const SysctlChange& new_change = fresh.changes[i];
    if (old_change.sysctl != new_change.sysctl ||
        old_change.expected_value != new_change.expected_value ||
        (!Covers(old_change, new_change) && !StillHolds(standing, fresh))) {
      return true;
    }
  }
  if (fresh.changes.empty() && fresh.what_if.after.capacity != fresh.what_if.before.capacity &&
      Shifted(standing.what_if.after.capacity, fresh.what_if.after.capacity)) {
    return true;
  }
  if (standing.topology.has_value() != fresh.topology.has_value()) return true;
  if (fresh.topology.has_value() && Shifted(standing.topology->more_source_addresses.value_or(0),
                                            fresh.topology->more_source_addresses.value_or(0))) {
    return true;
  }
  if (standing.pooling.has_value() != fresh.pooling.has_value()) return true;
  if (!fresh.pooling.has_value()) return false;
  return Shifted(standing.pooling->connection_pool_size, fresh.pooling->connection_pool_size) ||
         Shifted(standing.pooling->ports_saved, fresh.pooling->ports_saved);
}

}  // namespace berthmaster
