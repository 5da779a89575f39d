#ifndef BERTHMASTER_CONTROLLER_API_POLICY_SERVICE_H_
#define BERTHMASTER_CONTROLLER_API_POLICY_SERVICE_H_

#include "berthmaster/v1/policy.grpc.pb.h"
#include "controller/engine/engine.h"
#include "controller/engine/fleet.h"

namespace berthmaster {

// PolicyService: reads from the fleet in memory, updates through the engine, whose answer comes
// after the commit. Any thread.
class PolicyServiceImpl final : public v1::PolicyService::CallbackService {
 public:
  PolicyServiceImpl(const Fleet* fleet, Engine* engine) : fleet_(fleet), engine_(engine) {}

  grpc::ServerUnaryReactor* GetDetectionPolicy(grpc::CallbackServerContext* context,
                                               const v1::GetDetectionPolicyRequest* request,
                                               v1::GetDetectionPolicyResponse* response) override;
  grpc::ServerUnaryReactor* UpdateDetectionPolicy(
      grpc::CallbackServerContext* context, const v1::UpdateDetectionPolicyRequest* request,
      v1::UpdateDetectionPolicyResponse* response) override;
  grpc::ServerUnaryReactor* GetApprovalPolicy(grpc::CallbackServerContext* context,
                                              const v1::GetApprovalPolicyRequest* request,
                                              v1::GetApprovalPolicyResponse* response) override;
  grpc::ServerUnaryReactor* UpdateApprovalPolicy(
      grpc::CallbackServerContext* context, const v1::UpdateApprovalPolicyRequest* request,
      v1::UpdateApprovalPolicyResponse* response) override;

 private:
  const Fleet* const fleet_;
  Engine* const engine_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_API_POLICY_SERVICE_H_
