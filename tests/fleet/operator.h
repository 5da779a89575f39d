#ifndef BERTHMASTER_TESTS_FLEET_OPERATOR_H_
#define BERTHMASTER_TESTS_FLEET_OPERATOR_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "berthmaster/v1/audit.grpc.pb.h"
#include "berthmaster/v1/host.grpc.pb.h"
#include "berthmaster/v1/recommendation.grpc.pb.h"
#include "berthmaster/v1/rollout.grpc.pb.h"

namespace berthmaster {

// The people who run the fleet, at the API: alice proposes the wide range for all pods, bob
// approves. What fails is a failure of the test.
class Operator {
 public:
  explicit Operator(std::shared_ptr<grpc::Channel> channel) : channel_(std::move(channel)) {}

  // A canary of one, a fifth, the rest.
  static v1::RolloutPlan Plan();

  std::optional<v1::Recommendation> Propose(const v1::RolloutPlan& plan);
  std::optional<v1::Rollout> Approve(const v1::Recommendation& recommendation);
  // Both of them.
  std::optional<v1::Rollout> RollOut(const v1::RolloutPlan& plan);

  // Follows WatchRollouts until `wanted` is true of the rollout; nothing when `limit` is over or
  // the controller is gone. The last state that was seen is in `latest` then, if given.
  std::optional<v1::Rollout> WaitForRollout(const std::string& name,
                                            const std::function<bool(const v1::Rollout&)>& wanted,
                                            absl::Duration limit, v1::Rollout* latest = nullptr);
  // Until each of `hosts` hosts has `netns` namespaces in samples for at least `span`.
  bool WaitForSamples(int hosts, int netns, absl::Duration span, absl::Duration limit);

  std::vector<v1::AuditEntry> ExportAudit();
  v1::VerifyAuditResponse VerifyAudit();

 private:
  std::shared_ptr<grpc::Channel> channel_;
};

// CONFIRMED, REVERTED or FAILED.
bool IsOver(const v1::Rollout& rollout);
// For a failure's message.
std::string Describe(const v1::Rollout& rollout);

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_FLEET_OPERATOR_H_
