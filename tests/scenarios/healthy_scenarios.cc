#include <sys/socket.h>

#include "tests/kernel/bound_sockets.h"
#include "tests/scenarios/scenario.h"

namespace berthmaster {
namespace {

constexpr uint16_t kPort = 8080;

void Short(Stage& stage, std::function<double(absl::Duration)> rate) {
  stage.Serve(kPort, ServerMode::kClosesSecond);
  stage.Run({std::move(rate), stage.ConnectTo(kPort), absl::ZeroDuration()});
}

// 127/8 may take TIME_WAIT over after a second by default.
void ReusableLoopback(Stage& stage) {
  stage.ServeOn("127.9.0.1", kPort, ServerMode::kClosesSecond);
  stage.Run({Steady(30),
             [] {
               return Connect(
                   {.source = "", .destination = "127.9.0.1", .destination_port = kPort});
             },
             absl::ZeroDuration()});
}

void ReusableBySysctl(Stage& stage) {
  stage.Sysctl("net.ipv4.tcp_tw_reuse", "1");
  Short(stage, Steady(40));
}

// All TIME_WAIT lies with the server, where it holds no ephemeral port.
void ServerSideTimeWait(Stage& stage) {
  stage.Serve(kPort, ServerMode::kClosesFirst);
  auto open = [connect = stage.ConnectTo(kPort)] {
    ConnectResult result = connect();
    char byte;
    if (result.error_number == 0) recv(result.fd.get(), &byte, 1, 0);
    return result;
  };
  stage.Run({Steady(40), open, absl::ZeroDuration()});
}

// A connection pool of an application: 240 of 400 at the start, and then one now and then.
void HonestPool(Stage& stage) {
  stage.Serve(kPort, ServerMode::kClosesSecond);
  stage.Run({Change(240, absl::Seconds(1), 0), stage.ConnectTo(kPort), absl::InfiniteDuration()});
}

// As many at any time, each of them for ten seconds.
void HonestPoolWithTurnover(Stage& stage) {
  stage.Serve(kPort, ServerMode::kClosesSecond);
  stage.Run({Steady(24), stage.ConnectToPeerThatCloses(kPort), absl::Seconds(10)});
}

// Ten destinations with 60 TIME_WAIT each: more than there are ports, and no pool at a sixth.
void Crowd(Stage& stage) {
  for (uint16_t port = kPort; port < kPort + 10; ++port) {
    stage.Serve(port, ServerMode::kClosesSecond);
  }
  auto open = [source = stage.source(), destination = stage.destination(), number = 0]() mutable {
    const auto port = static_cast<uint16_t>(kPort + number++ % 10);
    return Connect({.source = source, .destination = destination, .destination_port = port});
  };
  stage.Run({Steady(10), open, absl::ZeroDuration()});
}

// Half of the range is reserved: 2 a second settle at 122 of 200.
void ReservedHalf(Stage& stage) {
  stage.Sysctl("net.ipv4.ip_local_reserved_ports", "40200-40399");
  Short(stage, Steady(2));
}

// A service that is restarted while TIME_WAIT of its clients is on its port.
void Restart(Stage& stage) {
  TestServer& server = stage.Serve(kPort, ServerMode::kClosesFirst, true);
  auto open = [connect = stage.ConnectTo(kPort)] {
    ConnectResult result = connect();
    char byte;
    if (result.error_number == 0) recv(result.fd.get(), &byte, 1, 0);
    return result;
  };
  stage.Run({Steady(5), open, absl::ZeroDuration()});
  stage.At(absl::Seconds(12), [&stage, &server] {
    server.StopListening();
    stage.Serve(kPort, ServerMode::kClosesFirst, true);
  });
}

// A pod that would have run out and is gone before: nobody is to be woken for it afterwards.
void DyingPod(Stage& stage) {
  Short(stage, Steady(3));
  stage.At(absl::Seconds(15), [&stage] { stage.Die(); });
}

// A few clients that call bind() themselves.
void FewBound(Stage& stage) {
  stage.Serve(kPort, ServerMode::kClosesSecond);
  auto open = [source = stage.source(), destination = stage.destination()] {
    return BindAndConnect({.address = source}, destination, kPort);
  };
  stage.Run({Steady(2), open, absl::ZeroDuration()});
}

// As many long connections as before, all of them replaced one after the other by the peer.
void SteadyTurnover(Stage& stage) {
  stage.Serve(kPort, ServerMode::kClosesSecond);
  stage.Run({Change(100, absl::Seconds(1), 0), stage.ConnectTo(kPort), absl::InfiniteDuration()});
  stage.Run({Steady(1.5), stage.ConnectTo(kPort), absl::Seconds(5)});
}

}  // namespace

std::vector<Scenario> HealthyScenarios() {
  return {
      {.name = "ReusableTimeWaitOnLoopback", .start = ReusableLoopback},
      {.name = "ReusableTimeWaitBySysctl", .start = ReusableBySysctl},
      {.name = "TimeWaitOfTheServer", .start = ServerSideTimeWait},
      {.name = "HonestPoolAtSixtyPerCent", .start = HonestPool},
      {.name = "HonestPoolWithTurnover", .start = HonestPoolWithTurnover},
      {.name = "BurstThatSettles",
       .start = [](Stage& stage) { Short(stage, Change(75, absl::Seconds(2), 0.5)); }},
      {.name = "CrowdOfDestinations", .start = Crowd},
      {.name = "ReservedHalfOfTheRange", .start = ReservedHalf},
      {.name = "RestartOfAService", .start = Restart},
      // 40 in half a second, every 15 s: 160 to 200 of 400.
      {.name = "ShortSpikes",
       .start =
           [](Stage& stage) {
             Short(stage, Bursts(80, absl::Milliseconds(500), absl::Seconds(15)));
           }},
      {.name = "DyingPod", .start = DyingPod},
      // 305 of 400.
      {.name = "SettlesAtThreeQuarters", .start = [](Stage& stage) { Short(stage, Steady(5)); }},
      {.name = "LoadThatFalls",
       .start = [](Stage& stage) { Short(stage, Change(6, absl::Seconds(20), 2)); }},
      {.name = "FewClientsThatBind", .start = FewBound},
      {.name = "SteadyTurnover", .start = SteadyTurnover},
      {.name = "IdleNamespace", .start = [](Stage& stage) { Short(stage, Steady(0)); }},
  };
}

}  // namespace berthmaster
