#ifndef BERTHMASTER_CONTROLLER_API_INCIDENT_SERVICE_H_
#define BERTHMASTER_CONTROLLER_API_INCIDENT_SERVICE_H_

#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "berthmaster/v1/incident.grpc.pb.h"
#include "controller/api/watch_pump.h"
#include "controller/engine/engine.h"
#include "controller/engine/fleet.h"

namespace berthmaster {

// IncidentService: reads from the fleet in memory, verbs through the engine, whose answer comes
// after the commit. Any thread.
class IncidentServiceImpl final : public v1::IncidentService::CallbackService {
 public:
  IncidentServiceImpl(const Fleet* fleet, Engine* engine, std::shared_ptr<WatchPump> pump)
      : fleet_(fleet), engine_(engine), pump_(std::move(pump)) {}

  grpc::ServerUnaryReactor* ListIncidents(grpc::CallbackServerContext* context,
                                          const v1::ListIncidentsRequest* request,
                                          v1::ListIncidentsResponse* response) override;
  grpc::ServerUnaryReactor* GetIncident(grpc::CallbackServerContext* context,
                                        const v1::GetIncidentRequest* request,
                                        v1::GetIncidentResponse* response) override;
  grpc::ServerUnaryReactor* AcknowledgeIncident(grpc::CallbackServerContext* context,
                                                const v1::AcknowledgeIncidentRequest* request,
                                                v1::AcknowledgeIncidentResponse* response) override;
  grpc::ServerUnaryReactor* ResolveIncident(grpc::CallbackServerContext* context,
                                            const v1::ResolveIncidentRequest* request,
                                            v1::ResolveIncidentResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchIncidentsResponse>* WatchIncidents(
      grpc::CallbackServerContext* context, const v1::WatchIncidentsRequest* request) override;

 private:
  absl::Status List(const v1::ListIncidentsRequest& request,
                    v1::ListIncidentsResponse& response) const;
  absl::Status Get(const v1::GetIncidentRequest& request, v1::GetIncidentResponse& response) const;

  const Fleet* const fleet_;
  Engine* const engine_;
  const std::shared_ptr<WatchPump> pump_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_API_INCIDENT_SERVICE_H_
