#include "tests/controller/api/api_fixture.h"

#include <grpc/support/time.h>

#include "common/status/grpc_status.h"
#include "common/status/reason.h"

namespace berthmaster {

void ApiTest::Serve(const ControlState& state) {
  ASSERT_TRUE(control_store_.Commit(state).ok());
  engine_ = std::make_unique<Engine>(Engine::Dependencies{.clock = &clock_,
                                                          .random = &random_,
                                                          .control_store = &control_store_,
                                                          .history_writer = &history_,
                                                          .fleet = &fleet_,
                                                          .events = &events_},
                                     EngineOptions());
  ASSERT_TRUE(engine_->Start().ok());
  audit_key_ = AuditSigningKey::LoadOrCreate(directory_.File(kAuditKeyFileName)).value();
  api_ = std::make_unique<Api>(Api::Dependencies{.clock = &clock_,
                                                 .fleet = &fleet_,
                                                 .events = &events_,
                                                 .engine = engine_.get(),
                                                 .history_reader = &history_,
                                                 .audit_reader = &control_store_,
                                                 .audit_key = audit_key_.get()});
  absl::StatusOr<std::unique_ptr<GrpcServer>> server = GrpcServer::Start(
      Endpoint{"127.0.0.1", 0}, [this](grpc::ServerBuilder& builder) { api_->Register(builder); });
  ASSERT_TRUE(server.ok()) << server.status();
  server_ = *std::move(server);
}

void ApiTest::TearDown() {
  if (api_ != nullptr) api_->Stop();
  if (engine_ != nullptr) engine_->Stop();
  if (server_ != nullptr) server_->Stop(absl::Seconds(5));
}

std::unique_ptr<grpc::ClientContext> BoundedContext() {
  auto context = std::make_unique<grpc::ClientContext>();
  context->set_deadline(gpr_time_from_seconds(30, GPR_TIMESPAN));
  return context;
}

std::string ReasonOf(const grpc::Status& status) { return ReasonOf(FromGrpcStatus(status)); }

}  // namespace berthmaster
