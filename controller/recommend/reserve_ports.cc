#include "controller/recommend/reserve_ports.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/sysctl/catalogue.h"
#include "controller/detect/wording.h"
#include "controller/recommend/sample_values.h"

namespace berthmaster {

std::optional<Remedy> ReservePorts(const RemedyContext& context) {
  const auto range = EffectivePortRange(context.netns);
  const auto reserved = EffectiveReservedPorts(context.netns);
  if (!range.has_value() || !reserved.has_value()) return std::nullopt;
  PortSet services = ServicePorts(context.netns);
  const bool restart_blocked = context.incident.cause == IncidentCause::kRestartBlocked;
  if (restart_blocked) services.Add(context.incident.key.destination_port);
  PortSet added;
  PortSet all = *reserved;
  for (int port = range->low; port <= range->high; ++port) {
    if (!services.Contains(port) || reserved->Contains(port)) continue;
    added.Add(port);
    all.Add(port);
  }
  if (added.empty()) return std::nullopt;
  const std::string ports = added.ToSysctl();

  std::optional<PoolChange> change;
  if (!restart_blocked) {
    change.emplace();
    change->reserved_ports = all;
  }
  Remedy remedy = StartRemedy(context, RecommendationKind::kReservedPorts, change);
  Recommendation& reserve = remedy.recommendation;
  AddChange(context, kReservedPortsSysctl, all.ToSysctl(), reserve);
  reserve.summary = absl::StrFormat("keep connect() in %s off the ports of services: reserve %s",
                                    NetnsText(context.netns.label), ports);
  reserve.rationale =
      "These ports belong to services of this namespace and lie in the local port range. While a "
      "service is down, an outgoing connection may take its port: then bind() fails when it comes "
      "back, or a client that dials it is connected to itself. Reserved ports are never chosen by "
      "themselves.";
  reserve.evidence.push_back({"ports of services in the range", ports});
  reserve.preconditions = {
      absl::StrFormat("they lie in the range %d-%d and are not reserved", range->low, range->high)};
  reserve.caveats.insert(
      reserve.caveats.end(),
      {"It takes effect at the next connect(); what holds a port now keeps it until it ends.",
       "An explicit bind() to a reserved port still works, so the services start as before.",
       "It frees no port: a listener's port is closed to connect() while it listens."});
  reserve.risk = RecommendationRisk::kLow;
  reserve.reversibility = "Put back at once by a revert; nothing remains of it.";
  FinishSysctls(context, reserve);
  return remedy;
}

}  // namespace berthmaster
