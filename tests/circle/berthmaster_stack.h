#ifndef BERTHMASTER_TESTS_CIRCLE_BERTHMASTER_STACK_H_
#define BERTHMASTER_TESTS_CIRCLE_BERTHMASTER_STACK_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "berthmaster/v1/host.grpc.pb.h"
#include "berthmaster/v1/incident.grpc.pb.h"
#include "berthmaster/v1/pool.grpc.pb.h"
#include "berthmaster/v1/recommendation.grpc.pb.h"
#include "berthmaster/v1/rollout.grpc.pb.h"
#include "tests/process/child_process.h"
#include "tests/process/temp_directory.h"

namespace berthmaster {

// A real controller and a real agent on free loopback ports, and a client of the API, as an
// operator has them.
class BerthmasterStack {
 public:
  // Starts the controller, then an agent with `agent_flags` added, and waits until both work.
  // Aborts the test program otherwise.
  explicit BerthmasterStack(const std::vector<std::string>& agent_flags);
  ~BerthmasterStack();

  const std::string& api_address() const { return api_address_; }
  std::string web_url() const { return "http://" + web_address_; }
  const std::string& data_directory() const { return controller_directory_.path(); }
  std::string Logs() const;

  // Follows WatchIncidents until `wanted` is true of an incident; nothing when `limit` is over.
  std::optional<v1::Incident> WaitForIncident(
      const std::function<bool(const v1::Incident&)>& wanted, absl::Duration limit);
  // The same for rollouts.
  std::optional<v1::Rollout> WaitForRollout(const std::function<bool(const v1::Rollout&)>& wanted,
                                            absl::Duration limit);

  std::vector<v1::Recommendation> Recommendations(const std::string& incident);
  std::vector<v1::Incident> Incidents();
  std::vector<v1::Pool> Pools();
  grpc::Status Approve(const v1::ApproveRecommendationRequest& request,
                       v1::ApproveRecommendationResponse& response);

 private:
  TempDirectory controller_directory_;
  TempDirectory agent_directory_;
  std::unique_ptr<ChildProcess> controller_;
  std::unique_ptr<ChildProcess> agent_;
  std::string api_address_;
  std::string web_address_;
  std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_CIRCLE_BERTHMASTER_STACK_H_
