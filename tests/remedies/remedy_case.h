#ifndef BERTHMASTER_TESTS_REMEDIES_REMEDY_CASE_H_
#define BERTHMASTER_TESTS_REMEDIES_REMEDY_CASE_H_

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/protocol/sample.h"
#include "controller/model/recommendation.h"
#include "tests/remedies/request_client.h"
#include "tests/remedies/request_server.h"
#include "tests/scenarios/scenario.h"

namespace berthmaster {

// How long a short connection is open. One that is closed at once may lose its TIME_WAIT: its FIN
// overtakes the end of the handshake, and the kernel answers with a reset.
inline constexpr absl::Duration kBrief = absl::Milliseconds(100);

// A stage on which a recommendation is carried out.
class RemedyStage : public Stage {
 public:
  using Stage::Stage;

  // The namespace that is judged, whose sysctls are written.
  ScopedNetns& judged();
  // connect() and bind() that found no port, or failed otherwise.
  int failure_count() const;
  Load& RunLoad(LoadPlan plan);

  // What the application does once it follows the advice; its load looks at it.
  std::atomic<bool> is_mended = false;
  std::unique_ptr<RequestServer> request_server;
  std::unique_ptr<RequestClient> request_client;
  // Sockets of the case's own.
  std::vector<UniqueFd> fds;

 private:
  std::vector<Load*> loads_;
};

// What is to be seen of a pool when the recommendation has taken effect.
struct Promise {
  PoolKind kind = PoolKind::kConnect;
  PoolKey key;
  // (in use - reusable) / capacity; nothing where no number is given.
  std::optional<double> utilization;
  std::optional<int32_t> capacity;
};

// A workload, the recommendation under test, and what following it means.
struct RemedyCase {
  const char* name;
  // Builds the stage and starts the load.
  std::function<void(RemedyStage&)> start;
  // Which of the engine's recommendations.
  RecommendationKind kind = RecommendationKind::kWidenRange;
  // In place of the engine's: what somebody asks SimulateRecommendation about.
  std::function<std::optional<Recommendation>(const NetnsSample&, const PoolSample&)> ask = nullptr;
  // In place of writing its changes.
  std::function<absl::Status(RemedyStage&, const Recommendation&)> apply = nullptr;
  // From then to the first sample that counts.
  absl::Duration settle_time;
  // In place of the what-if for the incident's pool.
  std::function<std::vector<Promise>(RemedyStage&, const Recommendation&)> promises = nullptr;
  // The pools as they are, in place of a sample, which leaves out those far from their limit.
  std::function<std::vector<PoolSample>(RemedyStage&)> look = nullptr;
  // Counters of the kernel that no longer rise.
  std::vector<std::string> quiet_counters{};
  // What else has to hold in the end; made of EXPECT.
  std::function<void(RemedyStage&)> check = nullptr;
};

// Writes the changes in the order of the recommendation, in the stage's namespace only.
absl::Status WriteChanges(RemedyStage& stage, const Recommendation& recommendation);
// The connect pool of the stage from `source` to that port of `destination`.
PoolKey ConnectKey(const std::string& source, const std::string& destination,
                   uint16_t destination_port);

std::vector<RemedyCase> PortCases();
std::vector<RemedyCase> WaitingCases();
std::vector<RemedyCase> NatCases();
std::vector<RemedyCase> ApplicationCases();

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_REMEDIES_REMEDY_CASE_H_
