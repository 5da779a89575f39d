#ifndef BERTHMASTER_CONTROLLER_API_SILENCE_SERVICE_H_
#define BERTHMASTER_CONTROLLER_API_SILENCE_SERVICE_H_

#include "absl/status/status.h"
#include "berthmaster/v1/silence.grpc.pb.h"
#include "common/clock/clock.h"
#include "controller/engine/engine.h"
#include "controller/engine/fleet.h"

namespace berthmaster {

// SilenceService: reads from the fleet in memory, verbs through the engine, whose answer comes
// after the commit. States are those at the moment of the answer. Any thread.
class SilenceServiceImpl final : public v1::SilenceService::CallbackService {
 public:
  SilenceServiceImpl(const Clock* clock, const Fleet* fleet, Engine* engine)
      : clock_(clock), fleet_(fleet), engine_(engine) {}

  grpc::ServerUnaryReactor* ListSilences(grpc::CallbackServerContext* context,
                                         const v1::ListSilencesRequest* request,
                                         v1::ListSilencesResponse* response) override;
  grpc::ServerUnaryReactor* GetSilence(grpc::CallbackServerContext* context,
                                       const v1::GetSilenceRequest* request,
                                       v1::GetSilenceResponse* response) override;
  grpc::ServerUnaryReactor* CreateSilence(grpc::CallbackServerContext* context,
                                          const v1::CreateSilenceRequest* request,
                                          v1::CreateSilenceResponse* response) override;
  grpc::ServerUnaryReactor* ExpireSilence(grpc::CallbackServerContext* context,
                                          const v1::ExpireSilenceRequest* request,
                                          v1::ExpireSilenceResponse* response) override;

 private:
  absl::Status List(const v1::ListSilencesRequest& request,
                    v1::ListSilencesResponse& response) const;
  absl::Status Get(const v1::GetSilenceRequest& request, v1::GetSilenceResponse& response) const;

  const Clock* const clock_;
  const Fleet* const fleet_;
  Engine* const engine_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_API_SILENCE_SERVICE_H_
