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
#include "controller/recommend/remedy_context.h"
#include "controller/recommend/time_wait.h"
#include "controller/recommend/widen_range.h"

namespace berthmaster {
namespace {

// A pooling number that moved by more than this is another proposal.
constexpr double kPoolingShiftMax = 0.25;
// A standing proposal is renewed when the load would fill what it brings to more than this.
constexpr double kStandingUtilizationMax = 0.9;

void AddIf(std::optional<Recommendation> remedy, std::vector<Recommendation>& list) {
  if (remedy.has_value()) list.push_back(*std::move(remedy));
}

bool Suffices(const Recommendation& remedy) {
  const Outlook& after = remedy.what_if.after;
  return after.settled_utilization.has_value() &&
         *after.settled_utilization <= kSufficientUtilizationMax + 1e-9 &&
         !after.time_to_exhaustion.has_value();
}

// A sufficient wider range is the cheapest safe remedy; one that does not suffice is the last.
std::vector<Recommendation> ForChurn(const RemedyContext& context) {
  std::optional<Recommendation> widen = WidenRange(context);
  bool first = widen.has_value() && Suffices(*widen);
  std::vector<Recommendation> remedies;
  if (first) remedies.push_back(*widen);
  AddIf(ReuseTimeWait(context), remedies);
  AddIf(PoolConnections(context), remedies);
  if (!first) AddIf(std::move(widen), remedies);
  return remedies;
}

std::vector<Recommendation> ForHonestLoad(const RemedyContext& context) {
  std::vector<Recommendation> remedies;
  AddIf(WidenRange(context), remedies);
  AddIf(PoolConnections(context), remedies);
  remedies.push_back(MendApplication(context));
  if (!Suffices(remedies.front())) {
    std::stable_partition(remedies.begin(), remedies.end(), [](const Recommendation& r) {
      return r.kind != RecommendationKind::kWidenRange;
    });
  }
  return remedies;
}

std::vector<Recommendation> Remedies(const RemedyContext& context) {
  std::vector<Recommendation> remedies;
  switch (context.incident.cause) {
    case IncidentCause::kTimeWaitChurn:
      return ForChurn(context);
    case IncidentCause::kRangeTooSmall:
      return ForHonestLoad(context);
    case IncidentCause::kEstablishedLeak:
    case IncidentCause::kCloseWaitLeak:
      remedies.push_back(MendApplication(context));
      AddIf(WidenRange(context), remedies);
      return remedies;
    case IncidentCause::kSynSentPileUp:
    case IncidentCause::kFinWaitPileUp:
      remedies.push_back(MendApplication(context));
      return remedies;
    case IncidentCause::kTimeWaitTable:
      AddIf(RaiseTimeWaitTable(context), remedies);
      return remedies;
    case IncidentCause::kEarlyBind:
    case IncidentCause::kSnatPool:
    case IncidentCause::kConntrackTable:
    case IncidentCause::kListenerOverflow:
    case IncidentCause::kSynFlood:
    case IncidentCause::kRestartBlocked:
    case IncidentCause::kUdpPorts:
      return remedies;
  }
  return remedies;
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
  return fresh.sysctl == kTimeWaitBucketsSysctl &&
         absl::SimpleAtoi(standing.desired_value, &old_number) &&
         absl::SimpleAtoi(fresh.desired_value, &new_number) && old_number >= new_number;
}

bool Shifted(double standing, double fresh) {
  return std::abs(standing - fresh) > kPoolingShiftMax * std::max(std::abs(standing), 1.0);
}

}  // namespace

std::vector<Recommendation> Recommend(const Incident& incident, const NetnsSample& netns,
                                      const PoolSample& pool, absl::Time now) {
  std::vector<Recommendation> remedies = Remedies(MakeRemedyContext(incident, netns, pool, now));
  for (size_t i = 0; i < remedies.size(); ++i) remedies[i].rank = static_cast<int32_t>(i) + 1;
  return remedies;
}

bool MateriallyDiffers(const Recommendation& standing, const Recommendation& fresh) {
  if (standing.kind != fresh.kind || standing.changes.size() != fresh.changes.size()) return true;
  for (size_t i = 0; i < fresh.changes.size(); ++i) {
    const SysctlChange& old_change = standing.changes[i];
    const SysctlChange& new_change = fresh.changes[i];
    if (old_change.sysctl != new_change.sysctl ||
        old_change.expected_value != new_change.expected_value ||
        (!Covers(old_change, new_change) && !StillHolds(standing, fresh))) {
      return true;
    }
  }
  if (standing.pooling.has_value() != fresh.pooling.has_value()) return true;
  if (!fresh.pooling.has_value()) return false;
  return Shifted(standing.pooling->connection_pool_size, fresh.pooling->connection_pool_size) ||
         Shifted(standing.pooling->ports_saved, fresh.pooling->ports_saved);
}

}  // namespace berthmaster
