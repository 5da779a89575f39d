#include "controller/recommend/what_if.h"
#include "tests/remedies/remedy_case.h"

// The local port range and TIME_WAIT: what a namespace writes for its own clients.

namespace berthmaster {
namespace {

constexpr uint16_t kPort = 8080;
// TIME_WAIT lasts 62.05 s at most (HZ=250), so a load has settled after that.
constexpr absl::Duration kTimeWaitMax = absl::Seconds(64);

void Churn(RemedyStage& stage, double per_second, absl::Duration hold_time) {
  stage.Serve(kPort, ServerMode::kClosesSecond);
  stage.RunLoad({Steady(per_second), stage.ConnectTo(kPort), hold_time});
}

// A range that begins at an odd port, a listener in it and one just above.
void ChurnAmongListeners(RemedyStage& stage) {
  stage.Sysctl("net.ipv4.ip_local_port_range", "40001 40400");
  stage.Serve(40100, ServerMode::kClosesSecond);
  stage.ServeOn(stage.source(), 40411, ServerMode::kClosesSecond);
  Churn(stage, 10, kBrief);
}

// A crowd of destinations, each with few connections.
void ManyDestinations(RemedyStage& stage) {
  stage.Sysctl("net.ipv4.tcp_max_tw_buckets", "300");
  for (uint16_t port = kPort; port < kPort + 10; ++port) {
    stage.Serve(port, ServerMode::kClosesSecond);
  }
  auto open = [source = stage.source(), destination = stage.destination(), number = 0]() mutable {
    const auto port = static_cast<uint16_t>(kPort + number++ % 10);
    return Connect({.source = source, .destination = destination, .destination_port = port});
  };
  stage.RunLoad({Steady(10), open, kBrief});
}

// The answer to a question about `change`, with what has to be written for it.
std::optional<Recommendation> Answer(const NetnsSample& netns, const PoolSample& pool,
                                     const PoolChange& change, std::vector<SysctlChange> changes) {
  const absl::StatusOr<Simulation> simulation = Simulate(netns, pool, change, nullptr);
  if (!simulation.ok()) return std::nullopt;
  Recommendation answer;
  answer.what_if = {simulation->before.outlook(), simulation->after.outlook()};
  answer.changes = std::move(changes);
  return answer;
}

std::optional<Recommendation> AskForReservedPorts(const NetnsSample& netns,
                                                  const PoolSample& pool) {
  PoolChange change;
  change.reserved_ports = PortSet();
  return Answer(netns, pool, change, {{"net.ipv4.ip_local_reserved_ports", "40000-40199", ""}});
}

std::optional<Recommendation> AskForBoth(const NetnsSample& netns, const PoolSample& pool) {
  PoolChange change;
  change.port_range = PortRange{40000, 40799};
  change.time_wait_reuse = 1;
  return Answer(netns, pool, change,
                {{"net.ipv4.ip_local_port_range", "40000 40399", "40000 40799"},
                 {"net.ipv4.tcp_tw_reuse", "2", "1"}});
}

}  // namespace

std::vector<RemedyCase> PortCases() {
  return {
      {.name = "WiderRangeAroundListeners",
       .start = ChurnAmongListeners,
       .kind = RecommendationKind::kWidenRange,
       .settle_time = kTimeWaitMax},
      {.name = "WiderRangeForConnectionsOfThreeSeconds",
       .start = [](RemedyStage& stage) { Churn(stage, 8, absl::Seconds(3)); },
       .kind = RecommendationKind::kWidenRange,
       .settle_time = kTimeWaitMax + absl::Seconds(3)},
      {.name = "TimeWaitReuse",
       .start = [](RemedyStage& stage) { Churn(stage, 20, absl::Seconds(1)); },
       .kind = RecommendationKind::kTimeWaitReuse,
       .settle_time = kTimeWaitMax},
      {.name = "TimeWaitReuseByShortConnections",
       .start = [](RemedyStage& stage) { Churn(stage, 30, kBrief); },
       .kind = RecommendationKind::kTimeWaitReuse,
       .settle_time = kTimeWaitMax},
      {.name = "LargerTimeWaitTable",
       .start = ManyDestinations,
       .kind = RecommendationKind::kTimeWaitTable,
       .settle_time = kTimeWaitMax,
       .quiet_counters = {"TcpExt.TCPTimeWaitOverflow"}},
      {.name = "ReservedPortsGivenBack",
       .start =
           [](RemedyStage& stage) {
             stage.Sysctl("net.ipv4.ip_local_reserved_ports", "40000-40199");
             Churn(stage, 4, kBrief);
           },
       .ask = AskForReservedPorts,
       .settle_time = kTimeWaitMax},
      {.name = "WiderRangeAndReuseTogether",
       .start = [](RemedyStage& stage) { Churn(stage, 20, absl::Seconds(3)); },
       .ask = AskForBoth,
       .settle_time = kTimeWaitMax + absl::Seconds(3)},
  };
}

}  // namespace berthmaster
