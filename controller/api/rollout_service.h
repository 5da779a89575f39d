#ifndef BERTHMASTER_CONTROLLER_API_ROLLOUT_SERVICE_H_
#define BERTHMASTER_CONTROLLER_API_ROLLOUT_SERVICE_H_

#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "berthmaster/v1/rollout.grpc.pb.h"
#include "controller/api/watch_pump.h"
#include "controller/engine/engine.h"
#include "controller/engine/fleet.h"

namespace berthmaster {

// RolloutService: reads from the fleet in memory, decisions through the engine, whose answer
// comes after the commit. Any thread.
class RolloutServiceImpl final : public v1::RolloutService::CallbackService {
 public:
  RolloutServiceImpl(const Fleet* fleet, Engine* engine, std::shared_ptr<WatchPump> pump)
      : fleet_(fleet), engine_(engine), pump_(std::move(pump)) {}

  grpc::ServerUnaryReactor* ListRollouts(grpc::CallbackServerContext* context,
                                         const v1::ListRolloutsRequest* request,
                                         v1::ListRolloutsResponse* response) override;
  grpc::ServerUnaryReactor* GetRollout(grpc::CallbackServerContext* context,
                                       const v1::GetRolloutRequest* request,
                                       v1::GetRolloutResponse* response) override;
  grpc::ServerUnaryReactor* RevertRollout(grpc::CallbackServerContext* context,
                                          const v1::RevertRolloutRequest* request,
                                          v1::RevertRolloutResponse* response) override;
  grpc::ServerUnaryReactor* PauseRollout(grpc::CallbackServerContext* context,
                                         const v1::PauseRolloutRequest* request,
                                         v1::PauseRolloutResponse* response) override;
  grpc::ServerUnaryReactor* ResumeRollout(grpc::CallbackServerContext* context,
                                          const v1::ResumeRolloutRequest* request,
                                          v1::ResumeRolloutResponse* response) override;
  grpc::ServerUnaryReactor* PromoteRollout(grpc::CallbackServerContext* context,
                                           const v1::PromoteRolloutRequest* request,
                                           v1::PromoteRolloutResponse* response) override;
  grpc::ServerUnaryReactor* AbortRollout(grpc::CallbackServerContext* context,
                                         const v1::AbortRolloutRequest* request,
                                         v1::AbortRolloutResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchRolloutsResponse>* WatchRollouts(
      grpc::CallbackServerContext* context, const v1::WatchRolloutsRequest* request) override;

 private:
  absl::Status List(const v1::ListRolloutsRequest& request,
                    v1::ListRolloutsResponse& response) const;
  absl::Status Get(const v1::GetRolloutRequest& request, v1::GetRolloutResponse& response) const;

  const Fleet* const fleet_;
  Engine* const engine_;
  const std::shared_ptr<WatchPump> pump_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_API_ROLLOUT_SERVICE_H_
