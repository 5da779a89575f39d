#include "controller/recommend/topology.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "absl/strings/str_format.h"
#include "controller/detect/wording.h"

namespace berthmaster {
namespace {

bool HasDestinations(PoolKind kind) {
  return kind == PoolKind::kConnect || kind == PoolKind::kSnat;
}

}  // namespace

std::optional<Remedy> AddAddresses(const RemedyContext& context) {
  const PoolSample& pool = context.pool;
  const std::optional<double> settled = context.settled_in_use();
  if (!settled.has_value() || pool.capacity <= 0 || !HasSource(pool.kind)) return std::nullopt;
  double wanted = *settled;
  if (context.demand_unknown) wanted = std::max(wanted, 2.0 * pool.capacity);
  const double pools = std::ceil(wanted / (kSufficientUtilizationMax * pool.capacity) - 1e-9);
  if (pools < 2 || pools > kSpreadMax) return std::nullopt;
  const auto factor = static_cast<int32_t>(pools);
  const int32_t more = factor - 1;

  PoolChange change;
  change.source_factor = factor;
  Remedy remedy = StartRemedy(context, RecommendationKind::kTopology, change);
  Recommendation& add = remedy.recommendation;
  add.topology.emplace();
  add.topology->more_source_addresses = more;
  if (HasDestinations(pool.kind)) {
    add.topology->more_destination_addresses = more;
    add.topology->more_destination_ports = more;
    add.summary = absl::StrFormat(
        "spread %s over %d times the addresses: %d more source addresses, destination addresses or "
        "destination ports",
        FlowText(pool.key), factor, more);
  } else {
    add.summary = absl::StrFormat("spread the sockets of %s over %d more local addresses",
                                  NetnsText(context.netns.label), more);
  }
  add.rationale = absl::StrFormat(
      "Each source address, destination address and destination port has all %d ports of its own. "
      "The load settles at %.0f in use; over %d of them each settles at %.0f.",
      pool.capacity, wanted, factor, wanted / factor);
  if (pool.kind == PoolKind::kSnat) {
    add.caveats.push_back(
        "Source addresses are those that the NAT rule translates to: a range of "
        "them in SNAT --to-source, or a node more.");
  } else {
    add.caveats.push_back(
        "A second source address is used only by what binds to it: with IP_BIND_ADDRESS_NO_PORT, "
        "so that the destination still counts, or by a route with its own src.");
  }
  if (HasDestinations(pool.kind)) {
    add.caveats.push_back(
        "A further destination port needs a server that listens there, a further destination "
        "address one that answers there; then clients have to be told.");
  }
  add.caveats.push_back("It is reckoned for a load that spreads evenly over all of them.");
  add.preconditions = {"the load is known, and is what fills the pool"};
  add.scope =
      pool.kind == PoolKind::kSnat ? RecommendationScope::kHost : RecommendationScope::kWorkload;
  add.risk = RecommendationRisk::kMedium;
  add.reversibility = "Take the addresses away once their connections have ended.";
  return remedy;
}

}  // namespace berthmaster
