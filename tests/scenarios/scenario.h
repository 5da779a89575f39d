#ifndef BERTHMASTER_TESTS_SCENARIOS_SCENARIO_H_
#define BERTHMASTER_TESTS_SCENARIOS_SCENARIO_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "controller/model/incident.h"
#include "tests/kernel/netns_fixture.h"
#include "tests/kernel/test_sockets.h"
#include "tests/kernel/veth_fixture.h"
#include "tests/scenarios/load.h"

namespace berthmaster {

// What stands on one stage: the namespaces and whoever works in them. Addresses differ from stage
// to stage, so that no two of them run out towards the same destination.
class Stage {
 public:
  // `number` below 200. The local port range is 40000 to 40399: 400 ports.
  explicit Stage(int number);

  ScopedNetns& netns() { return *netns_; }
  // 10.<number>.0.1, 10.<number>.0.2: both on the loopback interface, neither of 127/8.
  const std::string& source() const { return source_; }
  const std::string& destination() const { return destination_; }

  void Sysctl(const char* sysctl, const char* value);
  // On destination(), or on the routed server.
  TestServer& Serve(uint16_t listen_port, ServerMode mode, bool is_reuse_address = false);
  TestServer& ServeOn(const std::string& address, uint16_t listen_port, ServerMode mode,
                      bool is_reuse_address = false);
  // What comes for the port is lost without an answer.
  void Lose(uint16_t destination_port);
  // Connects from source() to destination() without bind().
  std::function<ConnectResult()> ConnectTo(uint16_t destination_port) const;
  // The same, for connections whose end leaves no TIME_WAIT with the client, as where the peer
  // closes first: here by a reset.
  std::function<ConnectResult()> ConnectToPeerThatCloses(uint16_t destination_port) const;
  Load& Run(LoadPlan plan);
  // The load at which the scenario fails, if it does: the first.
  const Load* first_load() const { return loads_.empty() ? nullptr : loads_.front().get(); }

  // Runs `act` so long after the start, on the thread of the run.
  void At(absl::Duration since_start, std::function<void()> act);
  void RunDue(absl::Duration since_start);

  // In place of netns(): client, router and server joined by veth pairs.
  void UseRouter();
  RoutedNetns& routed() { return routed_; }
  // The namespace that is judged, and all of the stage.
  uint64_t cookie() const;
  std::vector<std::string> names() const;
  // The pod dies: its processes end and its namespace goes.
  void Die();

 private:
  std::string source_;
  std::string destination_;
  std::unique_ptr<ScopedNetns> netns_;
  RoutedNetns routed_;
  uint64_t cookie_ = 0;
  std::vector<std::unique_ptr<TestServer>> servers_;
  std::vector<std::unique_ptr<Load>> loads_;
  std::vector<std::pair<absl::Duration, std::function<void()>>> acts_;
};

// A workload and what has to be said of it.
struct Scenario {
  const char* name;
  // Builds the stage and starts the load.
  std::function<void(Stage&)> start;
  // Nothing: no incident may open.
  std::optional<IncidentCause> cause = std::nullopt;
  // The client is told, or the kernel counts it, when the pool is full.
  bool is_failing = cause.has_value();
  // How much of the time from the start of the load to the first failure has to be left when the
  // incident opens. Of no meaning where the load does not fail.
  double warning_share_min = 0.8;
  // The load is even from its start, so the moment of exhaustion is foretold within 5 % from 10 s
  // on.
  bool is_steady = false;
};

std::vector<Scenario> SickScenarios();
std::vector<Scenario> HealthyScenarios();

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_SCENARIOS_SCENARIO_H_
