#include "controller/recommend/pooling.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/net/endpoint.h"
#include "controller/detect/wording.h"
#include "controller/recommend/snippets.h"

namespace berthmaster {
namespace {

// Room for the load to swing, and one connection that is being replaced.
constexpr double kPoolHeadroom = 1.5;
constexpr int kPoolSpare = 1;
// Two requests do come at once, however short they are.
constexpr double kPoolSizeMin = 2;
// From here on this side is the one that closes.
constexpr double kMostlyHere = 0.5;

// Who leaves TIME_WAIT behind, and what that means.
std::string CloserText(const PoolSample& pool) {
  if (!pool.local_close_share.has_value()) {
    return "Whoever closes first keeps the TIME_WAIT: let it be the server, where it takes no "
           "ephemeral port.";
  }
  if (*pool.local_close_share < kMostlyHere) {
    return "The server closes most of them first, which is right: its TIME_WAIT takes no ephemeral "
           "port.";
  }
  return absl::StrFormat(
      "This side closes %.0f %% of them first and so keeps their TIME_WAIT. Where connections must "
      "be closed, let the server do it: its TIME_WAIT takes no ephemeral port.",
      100 * *pool.local_close_share);
}

std::string WorkloadText(const PoolSample& pool) {
  if (pool.owners.empty()) return "";
  const PoolOwner& owner = pool.owners.front();
  return owner.process.empty() ? owner.cgroup : owner.process;
}

}  // namespace

std::optional<Remedy> PoolConnections(const RemedyContext& context) {
  const PoolSample& pool = context.pool;
  if (pool.kind != PoolKind::kConnect) return std::nullopt;
  if (!pool.connection_rate.has_value() || !pool.hold_time.has_value()) return std::nullopt;
  std::optional<double> settled = context.settled_in_use();
  if (!settled.has_value() || *pool.connection_rate <= 0) return std::nullopt;
  double busy = *pool.connection_rate * absl::ToDoubleSeconds(*pool.hold_time);
  double size = std::max(std::ceil(busy * kPoolHeadroom) + kPoolSpare, kPoolSizeMin);
  double held = std::max<double>(*settled, pool.in_use - pool.reusable);
  if (size >= held || size > pool.capacity) return std::nullopt;

  PoolingAdvice numbers;
  numbers.connection_pool_size = static_cast<int32_t>(size);
  numbers.connection_rate = *pool.connection_rate;
  numbers.hold_time = *pool.hold_time;
  numbers.ports_saved = static_cast<int32_t>(std::min(held - size, 1e9));
  PoolChange change;
  change.connection_pool_size = numbers.connection_pool_size;
  Remedy remedy = StartRemedy(context, RecommendationKind::kPooling, change);
  Recommendation& advice = remedy.recommendation;
  advice.pooling = numbers;
  const std::string workload = WorkloadText(pool);
  advice.summary = absl::StrFormat(
      "reuse connections to %s%s: a pool of %d in place of %.1f new ones a second",
      Endpoint{pool.key.destination.ToString(), pool.key.destination_port}.ToString(),
      workload.empty() ? "" : absl::StrCat(" in ", workload), numbers.connection_pool_size,
      numbers.connection_rate);
  advice.rationale = absl::StrFormat(
      "By Little's law %.1f connections a second, each open for %s, are %.1f open at once. A pool "
      "of %d carries them with half as much again to spare, and about %d ports are held no longer. "
      "It is the lasting cure: nothing is left to wait in TIME_WAIT. %s",
      numbers.connection_rate, HoldText(numbers.hold_time), busy, numbers.connection_pool_size,
      numbers.ports_saved, CloserText(pool));
  advice.evidence.push_back({"mean time open", HoldText(numbers.hold_time)});
  if (pool.local_close_share.has_value()) {
    advice.evidence.push_back(
        {"closed first by this side", absl::StrFormat("%.0f %%", 100 * *pool.local_close_share)});
  }
  for (const PoolOwner& owner : pool.owners) {
    advice.evidence.push_back(
        {"held by", absl::StrFormat("%s: %d", owner.process.empty() ? owner.cgroup : owner.process,
                                    owner.sockets)});
  }
  advice.preconditions = {"connections close after a known time, so Little's law holds",
                          "a pool of the size takes fewer ports than the load does now"};
  for (const char* caveat :
       {"The size is for all processes of this source address together: divide it by how many "
        "there "
        "are.",
        "Keep idle connections for less time than the server and any firewall between do.",
        "The application has to change: keep-alive, an upper bound and an idle time-out. No agent "
        "can do it.",
        "The time open is an upper bound of the time busy, so the pool may need to be no larger.",
        "Connections that stay open stay with the server they were made to: after a change of its "
        "addresses or of the load balancer, give them a longest life."}) {
    advice.caveats.emplace_back(caveat);
  }
  const SnippetNumbers snippet_numbers = NumbersOf(pool.key, numbers);
  advice.snippets = ProxySnippets(snippet_numbers);
  for (Snippet& snippet : ClientSnippets(snippet_numbers)) {
    advice.snippets.push_back(std::move(snippet));
  }
  advice.scope = RecommendationScope::kWorkload;
  advice.risk = RecommendationRisk::kLow;
  advice.reversibility = "Whatever the application's own release process offers.";
  return remedy;
}

}  // namespace berthmaster
