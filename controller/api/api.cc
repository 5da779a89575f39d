#include "controller/api/api.h"

namespace berthmaster {

Api::Api(const Dependencies& dependencies)
    : pump_(WatchPump::Start(dependencies.events, dependencies.clock)),
      hosts_(dependencies.fleet, pump_),
      pools_(dependencies.fleet, dependencies.history_reader, &reads_, pump_),
      incidents_(dependencies.fleet, dependencies.engine, pump_),
      recommendations_(dependencies.fleet, dependencies.engine),
      rollouts_(dependencies.fleet, dependencies.engine, pump_),
      silences_(dependencies.clock, dependencies.fleet, dependencies.engine),
      policies_(dependencies.fleet, dependencies.engine),
      audit_(dependencies.clock, dependencies.audit_reader, dependencies.audit_key, &reads_),
      events_(pump_) {}

Api::~Api() { Stop(); }

void Api::Register(grpc::ServerBuilder& builder) {
  builder.RegisterService(&hosts_);
  builder.RegisterService(&pools_);
  builder.RegisterService(&incidents_);
  builder.RegisterService(&recommendations_);
  builder.RegisterService(&rollouts_);
  builder.RegisterService(&silences_);
  builder.RegisterService(&policies_);
  builder.RegisterService(&audit_);
  builder.RegisterService(&events_);
}

void Api::Stop() {
  pump_->Stop();
  reads_.Stop();
}

}  // namespace berthmaster
