#include "controller/api/policy_service.h"

#include <utility>

#include "absl/status/status.h"
#include "controller/api/approval_policy_conversion.h"
#include "controller/api/caller.h"
#include "controller/api/policy_conversion.h"
#include "controller/api/unary_reply.h"
#include "controller/detect/threshold_fields.h"

namespace berthmaster {

grpc::ServerUnaryReactor* PolicyServiceImpl::GetDetectionPolicy(
    grpc::CallbackServerContext* context, const v1::GetDetectionPolicyRequest* /*request*/,
    v1::GetDetectionPolicyResponse* response) {
  *response->mutable_policy() = ToProto(*fleet_->FindDetectionPolicy());
  *response->mutable_defaults() = ToProto(DefaultThresholds());
  *response->mutable_least() = ToProto(LeastThresholds());
  *response->mutable_largest() = ToProto(LargestThresholds());
  return FinishNow(context, absl::OkStatus());
}

grpc::ServerUnaryReactor* PolicyServiceImpl::UpdateDetectionPolicy(
    grpc::CallbackServerContext* context, const v1::UpdateDetectionPolicyRequest* request,
    v1::UpdateDetectionPolicyResponse* response) {
  absl::StatusOr<DetectionPolicyRequest> wanted = FromProto(*request, IdentifyCaller(*context));
  if (!wanted.ok()) return FinishNow(context, wanted.status());
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  engine_->UpdateDetectionPolicy(*std::move(wanted),
                                 [reactor, response](absl::StatusOr<DetectionPolicy> policy) {
                                   if (policy.ok()) *response->mutable_policy() = ToProto(*policy);
                                   reactor->Finish(ToGrpcStatus(policy.status()));
                                 });
  return reactor;
}

grpc::ServerUnaryReactor* PolicyServiceImpl::GetApprovalPolicy(
    grpc::CallbackServerContext* context, const v1::GetApprovalPolicyRequest* /*request*/,
    v1::GetApprovalPolicyResponse* response) {
  *response->mutable_policy() = ToProto(*fleet_->FindApprovalPolicy());
  return FinishNow(context, absl::OkStatus());
}

grpc::ServerUnaryReactor* PolicyServiceImpl::UpdateApprovalPolicy(
    grpc::CallbackServerContext* context, const v1::UpdateApprovalPolicyRequest* request,
    v1::UpdateApprovalPolicyResponse* response) {
  absl::StatusOr<ApprovalPolicyRequest> wanted = FromProto(*request, IdentifyCaller(*context));
  if (!wanted.ok()) return FinishNow(context, wanted.status());
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  engine_->UpdateApprovalPolicy(*std::move(wanted),
                                [reactor, response](absl::StatusOr<ApprovalPolicy> policy) {
                                  if (policy.ok()) *response->mutable_policy() = ToProto(*policy);
                                  reactor->Finish(ToGrpcStatus(policy.status()));
                                });
  return reactor;
}

}  // namespace berthmaster
