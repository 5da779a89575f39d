#ifndef BERTHMASTER_CONTROLLER_API_RECOMMENDATION_SERVICE_H_
#define BERTHMASTER_CONTROLLER_API_RECOMMENDATION_SERVICE_H_

#include "absl/status/status.h"
#include "berthmaster/v1/recommendation.grpc.pb.h"
#include "controller/engine/engine.h"
#include "controller/engine/fleet.h"

namespace berthmaster {

// RecommendationService: reads from the fleet in memory, decisions through the engine, whose answer
// comes after the commit. Any thread.
class RecommendationServiceImpl final : public v1::RecommendationService::CallbackService {
 public:
  RecommendationServiceImpl(const Fleet* fleet, Engine* engine) : fleet_(fleet), engine_(engine) {}

  grpc::ServerUnaryReactor* ListRecommendations(grpc::CallbackServerContext* context,
                                                const v1::ListRecommendationsRequest* request,
                                                v1::ListRecommendationsResponse* response) override;
  grpc::ServerUnaryReactor* GetRecommendation(grpc::CallbackServerContext* context,
                                              const v1::GetRecommendationRequest* request,
                                              v1::GetRecommendationResponse* response) override;
  grpc::ServerUnaryReactor* ApproveRecommendation(
      grpc::CallbackServerContext* context, const v1::ApproveRecommendationRequest* request,
      v1::ApproveRecommendationResponse* response) override;
  grpc::ServerUnaryReactor* RejectRecommendation(
      grpc::CallbackServerContext* context, const v1::RejectRecommendationRequest* request,
      v1::RejectRecommendationResponse* response) override;
  grpc::ServerUnaryReactor* ProposeChange(grpc::CallbackServerContext* context,
                                          const v1::ProposeChangeRequest* request,
                                          v1::ProposeChangeResponse* response) override;
  grpc::ServerUnaryReactor* SimulateRecommendation(
      grpc::CallbackServerContext* context, const v1::SimulateRecommendationRequest* request,
      v1::SimulateRecommendationResponse* response) override;

 private:
  absl::Status Get(const v1::GetRecommendationRequest& request,
                   v1::GetRecommendationResponse& response) const;

  const Fleet* const fleet_;
  Engine* const engine_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_API_RECOMMENDATION_SERVICE_H_
