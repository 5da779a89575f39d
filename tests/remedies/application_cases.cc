#include <errno.h>
#include <sys/socket.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/kernel/bound_sockets.h"
#include "tests/remedies/remedy_case.h"

// What people do: keep connections, spread over addresses and ports, set a socket option.

namespace berthmaster {
namespace {

constexpr uint16_t kPort = 8080;
// TIME_WAIT of before has ended after this.
constexpr absl::Duration kTimeWaitMax = absl::Seconds(64);
// Requests that come evenly find a free connection; a machine that stops for a moment sends a few
// at once.
constexpr double kWaitedShareMax = 0.02;

RequestPlan PlanOf(const RemedyStage& stage, double per_second, int connection_pool_size) {
  return {{.source = stage.source(), .destination = stage.destination(), .destination_port = kPort},
          per_second,
          connection_pool_size};
}

RemedyCase Pooling(const char* name, double per_second, absl::Duration service_time) {
  return {.name = name,
          .start =
              [=](RemedyStage& stage) {
                stage.request_server =
                    RequestServer::Make(stage.netns(), stage.destination(), kPort, service_time)
                        .value();
                stage.request_client =
                    std::make_unique<RequestClient>(stage.netns(), PlanOf(stage, per_second, 0));
              },
          .kind = RecommendationKind::kPooling,
          .apply =
              [=](RemedyStage& stage, const Recommendation& recommendation) {
                EXPECT_EQ(stage.request_client->failed_count(), 0);
                stage.request_client.reset();
                stage.request_client = std::make_unique<RequestClient>(
                    stage.netns(),
                    PlanOf(stage, per_second, recommendation.pooling->connection_pool_size));
                return absl::OkStatus();
              },
          .settle_time = kTimeWaitMax + service_time,
          .check =
              [=](RemedyStage& stage) {
                const RequestClient& client = *stage.request_client;
                EXPECT_GT(client.asked_count(), 50 * per_second);
                EXPECT_LE(client.waited_count(), kWaitedShareMax * client.asked_count());
              }};
}

// A range that cannot grow and peers without timestamps: no sysctl helps.
void ChurnWithoutRemedy(RemedyStage& stage, std::function<ConnectResult(int)> open) {
  stage.Sysctl("net.ipv4.ip_local_port_range", "65136 65535");
  stage.Sysctl("net.ipv4.ip_unprivileged_port_start", "65136");
  stage.Sysctl("net.ipv4.tcp_timestamps", "0");
  for (uint16_t port = kPort; port < kPort + 2; ++port) {
    stage.Serve(port, ServerMode::kClosesSecond);
  }
  auto act = [&stage, open = std::move(open), number = 0]() mutable {
    return open(stage.is_mended ? number++ % 2 : 0);
  };
  stage.RunLoad({Steady(8), act, kBrief});
}

absl::Status Mend(RemedyStage& stage, const Recommendation&) {
  stage.is_mended = true;
  return absl::OkStatus();
}

void ChurnToOnePort(RemedyStage& stage) {
  auto open = [source = stage.source(), destination = stage.destination()](int which) {
    return Connect({.source = source,
                    .destination = destination,
                    .destination_port = static_cast<uint16_t>(kPort + which)});
  };
  ChurnWithoutRemedy(stage, open);
}

std::string SecondSource(const RemedyStage& stage) {
  return absl::StrCat(stage.source().substr(0, stage.source().rfind('.')), ".3");
}

void ChurnFromOneAddress(RemedyStage& stage) {
  if (!stage.netns().AddAddress(SecondSource(stage)).ok()) std::abort();
  auto open = [first = stage.source(), second = SecondSource(stage),
               destination = stage.destination()](int which) {
    return Connect({.source = which == 0 ? first : second,
                    .destination = destination,
                    .destination_port = kPort});
  };
  ChurnWithoutRemedy(stage, open);
}

std::vector<Promise> OfBoth(const PoolKey& first, const PoolKey& second,
                            const Recommendation& recommendation) {
  EXPECT_EQ(recommendation.topology->more_source_addresses, 1);
  EXPECT_EQ(recommendation.topology->more_destination_ports, 1);
  const Outlook& after = recommendation.what_if.after;
  return {{PoolKind::kConnect, first, after.settled_utilization, after.capacity},
          {PoolKind::kConnect, second, after.settled_utilization, after.capacity}};
}

// Each client asks for a port before it says where it is going.
void EarlyBind(RemedyStage& stage) {
  for (uint16_t port = kPort; port < kPort + 4; ++port) {
    stage.Serve(port, ServerMode::kClosesSecond);
  }
  auto open = [&stage, number = 0]() mutable {
    const auto port = static_cast<uint16_t>(kPort + number++ % 4);
    if (!stage.is_mended) {
      return BindAndConnect({.address = stage.source()}, stage.destination(), port);
    }
    // With IP_BIND_ADDRESS_NO_PORT.
    return Connect(
        {.source = stage.source(), .destination = stage.destination(), .destination_port = port});
  };
  stage.RunLoad({Steady(10), open, kBrief});
}

// A quarter of 10 a second for 61.1 s towards each port, of all 400: no port is bound any more.
std::vector<Promise> OfFourPorts(RemedyStage& stage, const Recommendation&) {
  std::vector<Promise> promises;
  for (uint16_t port = kPort; port < kPort + 4; ++port) {
    promises.push_back({PoolKind::kConnect, ConnectKey(stage.source(), stage.destination(), port),
                        2.5 * 61.1 / 400, 400});
  }
  return promises;
}

// A service that ends after its connections did, and does not come back.
void BlockedRestart(RemedyStage& stage) {
  TestServer& server = stage.Serve(kPort, ServerMode::kClosesFirst);
  auto open = [connect = stage.ConnectTo(kPort)] {
    ConnectResult result = connect();
    char byte;
    // The server's end first.
    if (result.error_number == 0) recv(result.fd.get(), &byte, 1, 0);
    return result;
  };
  stage.RunLoad({Change(10, absl::Seconds(5), -1), open, kBrief});
  stage.At(absl::Seconds(6), [&server] { server.StopListening(); });
}

int BindError(RemedyStage& stage, bool is_reuse_address) {
  int error_number = 0;
  stage.netns().RunInside([&] {
    error_number = Bind({.address = stage.destination(),
                         .local_port = kPort,
                         .is_reuse_address = is_reuse_address})
                       .error_number;
  });
  return error_number;
}

// As the recommendation says: not on the new one alone.
absl::Status BindInVain(RemedyStage& stage, const Recommendation& recommendation) {
  EXPECT_FALSE(recommendation.snippets.empty());
  EXPECT_EQ(BindError(stage, false), EADDRINUSE);
  EXPECT_EQ(BindError(stage, true), EADDRINUSE);
  return absl::OkStatus();
}

// The service with SO_REUSEADDR: the same end, and it is back at once.
void RestartAtOnce(RemedyStage& stage) {
  auto server = TestServer::Make(stage.netns(), stage.destination(), kPort,
                                 ServerMode::kClosesFirst, /*is_reuse_address=*/true);
  ASSERT_TRUE(server.ok()) << server.status();
  stage.netns().RunInside([connect = stage.ConnectTo(kPort)] {
    for (int number = 0; number < 20; ++number) {
      ConnectResult result = connect();
      char byte;
      ASSERT_EQ(result.error_number, 0);
      ASSERT_EQ(recv(result.fd.get(), &byte, 1, 0), 0);
    }
  });
  (*server)->StopListening();
  EXPECT_EQ(BindError(stage, false), EADDRINUSE) << "nothing holds the port, so nothing is shown";
  auto successor = TestServer::Make(stage.netns(), stage.destination(), kPort,
                                    ServerMode::kClosesFirst, /*is_reuse_address=*/true);
  EXPECT_TRUE(successor.ok()) << successor.status();
}

}  // namespace

std::vector<RemedyCase> ApplicationCases() {
  return {
      Pooling("PoolOfShortRequests", 10, absl::Milliseconds(50)),
      Pooling("PoolOfRequestsOfTwoSeconds", 8, absl::Seconds(2)),
      {.name = "OneMoreDestinationPort",
       .start = ChurnToOnePort,
       .kind = RecommendationKind::kTopology,
       .apply = Mend,
       .settle_time = kTimeWaitMax,
       .promises =
           [](RemedyStage& stage, const Recommendation& recommendation) {
             return OfBoth(ConnectKey(stage.source(), stage.destination(), kPort),
                           ConnectKey(stage.source(), stage.destination(), kPort + 1),
                           recommendation);
           }},
      {.name = "OneMoreSourceAddress",
       .start = ChurnFromOneAddress,
       .kind = RecommendationKind::kTopology,
       .apply = Mend,
       .settle_time = kTimeWaitMax,
       .promises =
           [](RemedyStage& stage, const Recommendation& recommendation) {
             return OfBoth(ConnectKey(stage.source(), stage.destination(), kPort),
                           ConnectKey(SecondSource(stage), stage.destination(), kPort),
                           recommendation);
           }},
      {.name = "BindWithoutPort",
       .start = EarlyBind,
       .kind = RecommendationKind::kApplication,
       .apply = Mend,
       .settle_time = kTimeWaitMax,
       .promises = OfFourPorts},
      {.name = "WiderRangeForEarlyBind",
       .start = EarlyBind,
       .kind = RecommendationKind::kWidenRange,
       .settle_time = kTimeWaitMax},
      // The last connection ended 5 s after the start, the incident opens 15 s after the service.
      {.name = "ReuseAddressOfAListener",
       .start = BlockedRestart,
       .kind = RecommendationKind::kApplication,
       .apply = BindInVain,
       .settle_time = kTimeWaitMax,
       .promises = [](RemedyStage&, const Recommendation&) { return std::vector<Promise>(); },
       .check = RestartAtOnce},
  };
}

}  // namespace berthmaster
