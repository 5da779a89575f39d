#ifndef BERTHMASTER_CONTROLLER_API_API_H_
#define BERTHMASTER_CONTROLLER_API_API_H_

#include <grpcpp/grpcpp.h>

#include <memory>

#include "common/clock/clock.h"
#include "controller/api/audit_service.h"
#include "controller/api/blocking_reads.h"
#include "controller/api/event_service.h"
#include "controller/api/host_service.h"
#include "controller/api/incident_service.h"
#include "controller/api/policy_service.h"
#include "controller/api/pool_service.h"
#include "controller/api/recommendation_service.h"
#include "controller/api/rollout_service.h"
#include "controller/api/silence_service.h"
#include "controller/api/watch_pump.h"
#include "controller/engine/engine.h"
#include "controller/engine/event_bus.h"
#include "controller/engine/fleet.h"
#include "controller/store/history_store.h"

namespace berthmaster {

// All services for people and automation, with the threads they share. Any thread.
class Api {
 public:
  struct Dependencies {
    const Clock* clock = nullptr;
    const Fleet* fleet = nullptr;
    EventBus* events = nullptr;
    Engine* engine = nullptr;
    HistoryReader* history_reader = nullptr;
    AuditReader* audit_reader = nullptr;
    const AuditSigningKey* audit_key = nullptr;
  };

  // All of `dependencies` must outlive the Api, and the Api the server.
  explicit Api(const Dependencies& dependencies);
  ~Api();

  void Register(grpc::ServerBuilder& builder);
  // Ends every watch and waiting read with UNAVAILABLE; for before the server shuts down, which
  // would wait for them. Idempotent.
  void Stop();

 private:
  std::shared_ptr<WatchPump> pump_;
  BlockingReads reads_;
  HostServiceImpl hosts_;
  PoolServiceImpl pools_;
  IncidentServiceImpl incidents_;
  RecommendationServiceImpl recommendations_;
  RolloutServiceImpl rollouts_;
  SilenceServiceImpl silences_;
  PolicyServiceImpl policies_;
  AuditServiceImpl audit_;
  EventServiceImpl events_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_API_API_H_
