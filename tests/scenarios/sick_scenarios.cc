#include <sys/socket.h>

#include "tests/kernel/bound_sockets.h"
#include "tests/scenarios/scenario.h"

namespace berthmaster {
namespace {

constexpr uint16_t kPort = 8080;

void Churn(Stage& stage, double per_second, absl::Duration hold_time) {
  stage.Serve(kPort, ServerMode::kClosesSecond);
  stage.Run({Steady(per_second), stage.ConnectTo(kPort), hold_time});
}

void RampedChurn(Stage& stage) {
  stage.Serve(kPort, ServerMode::kClosesSecond);
  stage.Run({Ramp(0.4), stage.ConnectTo(kPort), absl::ZeroDuration()});
}

void EstablishedLeak(Stage& stage) {
  stage.Serve(kPort, ServerMode::kClosesSecond);
  stage.Run({Steady(5), stage.ConnectTo(kPort), absl::InfiniteDuration()});
}

// The server closes at once and the client never does.
void CloseWaitLeak(Stage& stage) {
  stage.Serve(kPort, ServerMode::kClosesFirst);
  stage.Run({Steady(8), stage.ConnectTo(kPort), absl::InfiniteDuration()});
}

void DeadDestination(Stage& stage) {
  stage.Lose(kPort);
  ConnectOptions options = {.source = stage.source(),
                            .destination = stage.destination(),
                            .destination_port = kPort,
                            .is_nonblocking = true};
  stage.Run({Steady(8), [options] { return Connect(options); }, absl::InfiniteDuration()});
}

// The client has shut down its half, and the server keeps its own open.
void HalfClosed(Stage& stage) {
  stage.Serve(kPort, ServerMode::kNeverCloses);
  auto open = [connect = stage.ConnectTo(kPort)] {
    ConnectResult result = connect();
    if (result.error_number == 0) shutdown(result.fd.get(), SHUT_WR);
    return result;
  };
  stage.Run({Steady(8), open, absl::InfiniteDuration()});
}

// Connections of ten seconds each that all end, and by and by more of them than there are ports.
void RangeTooSmall(Stage& stage) {
  stage.Serve(kPort, ServerMode::kClosesSecond);
  const auto rate = [](absl::Duration since_start) {
    return 25 + 0.3 * absl::ToDoubleSeconds(since_start);
  };
  stage.Run({rate, stage.ConnectToPeerThatCloses(kPort), absl::Seconds(10)});
}

// Each client asks for a port before it says where it is going: 400 for all destinations.
void EarlyBind(Stage& stage) {
  for (uint16_t port = kPort; port < kPort + 4; ++port) {
    stage.Serve(port, ServerMode::kClosesSecond);
  }
  auto open = [source = stage.source(), destination = stage.destination(), number = 0]() mutable {
    const auto port = static_cast<uint16_t>(kPort + number++ % 4);
    return BindAndConnect({.address = source}, destination, port);
  };
  stage.Run({Steady(10), open, absl::ZeroDuration()});
}

// A crowd of destinations with few connections each: no pool is full, the table is.
void TimeWaitTable(Stage& stage) {
  stage.Sysctl("net.ipv4.tcp_max_tw_buckets", "300");
  for (uint16_t port = kPort; port < kPort + 10; ++port) {
    stage.Serve(port, ServerMode::kClosesSecond);
  }
  auto open = [source = stage.source(), destination = stage.destination(), number = 0]() mutable {
    const auto port = static_cast<uint16_t>(kPort + number++ % 10);
    return Connect({.source = source, .destination = destination, .destination_port = port});
  };
  stage.Run({Steady(10), open, absl::ZeroDuration()});
}

void UdpLeak(Stage& stage) {
  auto open = [source = stage.source()] { return Bind({.address = source, .is_udp = true}); };
  stage.Run({Steady(8), open, absl::InfiniteDuration()});
}

// An application that has stopped accepting. The clients have ports enough.
void StuckListener(Stage& stage) {
  stage.Sysctl("net.ipv4.ip_local_port_range", "32768 60999");
  stage.Serve(kPort, ServerMode::kAcceptsNothing);
  ConnectOptions options = {.source = stage.source(),
                            .destination = stage.destination(),
                            .destination_port = kPort,
                            .is_nonblocking = true};
  stage.Run({Steady(2), [options] { return Connect(options); }, absl::InfiniteDuration()});
}

// A service that ends after its connections did, and does not come back: what TIME_WAIT leaves on
// its port keeps its successor from bind().
void BlockedRestart(Stage& stage) {
  TestServer& server = stage.Serve(kPort, ServerMode::kClosesFirst);
  auto open = [connect = stage.ConnectTo(kPort)] {
    ConnectResult result = connect();
    char byte;
    // The server's end first.
    if (result.error_number == 0) recv(result.fd.get(), &byte, 1, 0);
    return result;
  };
  stage.Run({Change(10, absl::Seconds(12), -1), open, absl::ZeroDuration()});
  stage.At(absl::Seconds(14), [&server] { server.StopListening(); });
}

// Pods behind one masquerade rule of 40 ports; conntrack keeps each for 120 s after its close.
void SnatPool(Stage& stage) {
  stage.UseRouter();
  if (!stage.routed()
           .AddRules("table ip bm {\nchain post {\ntype nat hook postrouting priority 100;\n"
                     "oifname \"out\" ip protocol tcp masquerade to :40000-40039\n}\n}\n")
           .ok()) {
    std::abort();
  }
  stage.Serve(kPort, ServerMode::kClosesSecond);
  const ConnectOptions options = {
      .source = "", .destination = "10.2.0.2", .destination_port = kPort, .is_nonblocking = true};
  stage.Run({Steady(1), [options] { return Connect(options); }, absl::InfiniteDuration()});
}

}  // namespace

std::vector<Scenario> SickScenarios() {
  using enum IncidentCause;
  return {
      {.name = "ChurnOfShortConnections",
       .start = [](Stage& stage) { Churn(stage, 10, absl::ZeroDuration()); },
       .cause = kTimeWaitChurn,
       .is_steady = true},
      {.name = "ChurnOfConnectionsOfThreeSeconds",
       .start = [](Stage& stage) { Churn(stage, 8, absl::Seconds(3)); },
       .cause = kTimeWaitChurn,
       // A load that comes by chance and fits may show as many in the first ten seconds.
       .warning_share_min = 0.7,
       .is_steady = true},
      // Half of the ports are gone before the rate says that the other half will go; and half a
      // second of ramp more or less decides.
      {.name = "ChurnThatRises",
       .start = RampedChurn,
       .cause = kTimeWaitChurn,
       .warning_share_min = 0.4},
      {.name = "LeakOfEstablished", .start = EstablishedLeak, .cause = kEstablishedLeak},
      {.name = "LeakInCloseWait", .start = CloseWaitLeak, .cause = kCloseWaitLeak},
      {.name = "DeadDestination", .start = DeadDestination, .cause = kSynSentPileUp},
      {.name = "PeerThatNeverCloses", .start = HalfClosed, .cause = kFinWaitPileUp},
      {.name = "RangeTooSmall",
       .start = RangeTooSmall,
       .cause = kRangeTooSmall,
       // Until demand says that it will outgrow the range, it is a big honest pool.
       .warning_share_min = 0.1},
      {.name = "BindBeforeConnect", .start = EarlyBind, .cause = kEarlyBind},
      {.name = "TimeWaitTable", .start = TimeWaitTable, .cause = kTimeWaitTable},
      {.name = "LeakOfUdpSockets", .start = UdpLeak, .cause = kUdpPorts},
      {.name = "StuckListener",
       .start = StuckListener,
       .cause = kListenerOverflow,
       .is_failing = false},
      {.name = "BlockedRestart",
       .start = BlockedRestart,
       .cause = kRestartBlocked,
       .is_failing = false},
      {.name = "SnatPool", .start = SnatPool, .cause = kSnatPool, .is_failing = false},
  };
}

}  // namespace berthmaster
