#include <sys/socket.h>

#include "gtest/gtest.h"
#include "tests/kernel/bound_sockets.h"
#include "tests/remedies/remedy_case.h"

// Peers that do not answer, do not finish, or do not accept.

namespace berthmaster {
namespace {

constexpr uint16_t kPort = 8080;
constexpr char kBacklogMax[] = "net.core.somaxconn";

void DeadDestination(RemedyStage& stage) {
  stage.Serve(kPort, ServerMode::kAcceptsNothing);
  ConnectOptions options = {.source = stage.source(),
                            .destination = stage.destination(),
                            .destination_port = kPort,
                            .is_nonblocking = true};
  stage.RunLoad({Steady(4), [options] { return Connect(options); }, absl::InfiniteDuration()});
}

// A service in the range, besides.
void DeadDestinationAndService(RemedyStage& stage) {
  stage.ServeOn(stage.source(), 40100, ServerMode::kClosesSecond);
  DeadDestination(stage);
}

// Orphans: the client has closed, the peer never does.
void PeerThatNeverCloses(RemedyStage& stage) {
  stage.Serve(kPort, ServerMode::kNeverCloses);
  stage.RunLoad({Steady(8), stage.ConnectTo(kPort), kBrief});
}

// An application that accepts nothing and would have liked a longer queue.
void ShortQueue(RemedyStage& stage) {
  stage.Sysctl("net.ipv4.ip_local_port_range", "32768 60999");
  stage.Sysctl(kBacklogMax, "128");
  stage.netns().RunInside([&stage] {
    ConnectResult listener = Bind({.address = stage.destination(), .local_port = kPort});
    if (listener.error_number != 0 || listen(listener.fd.get(), 65535) != 0) std::abort();
    stage.fds.push_back(std::move(listener.fd));
  });
  ConnectOptions options = {.source = stage.source(),
                            .destination = stage.destination(),
                            .destination_port = kPort,
                            .is_nonblocking = true};
  stage.RunLoad({Steady(12), [options] { return Connect(options); }, absl::InfiniteDuration()});
}

// The sysctl, and the application's restart: it calls listen() again.
absl::Status LengthenAndListen(RemedyStage& stage, const Recommendation& recommendation) {
  absl::Status status = WriteChanges(stage, recommendation);
  if (status.ok() && listen(stage.fds.front().get(), 65535) != 0) {
    return absl::InternalError("listen() again");
  }
  return status;
}

}  // namespace

std::vector<RemedyCase> WaitingCases() {
  return {
      // With 5 retries SYN_SENT ends after 67 s at most, and those that wait now read it too.
      {.name = "FewerSynRetries",
       .start = DeadDestination,
       .kind = RecommendationKind::kSynRetries,
       .settle_time = absl::Seconds(72)},
      {.name = "ReservedPortOfAService",
       .start = DeadDestinationAndService,
       .kind = RecommendationKind::kReservedPorts,
       .settle_time = absl::Seconds(5)},
      // Those of before the change keep their 60 s.
      {.name = "ShorterFinTimeout",
       .start = PeerThatNeverCloses,
       .kind = RecommendationKind::kFinTimeout,
       .settle_time = absl::Seconds(64)},
      {.name = "LongerAcceptQueue",
       .start = ShortQueue,
       .kind = RecommendationKind::kBacklog,
       .apply = LengthenAndListen,
       .settle_time = absl::Seconds(10),
       .quiet_counters = {"TcpExt.ListenOverflows"}},
  };
}

}  // namespace berthmaster
