#include "controller/controller.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/status/annotate.h"
#include "controller/api/api.h"
#include "controller/api/grpc_server.h"
#include "controller/audit/signing_key.h"
#include "controller/engine/event_bus.h"
#include "controller/engine/fleet.h"
#include "controller/link/agent_service.h"
#include "controller/store/sqlite/open_stores.h"
#include "controller/web_gateway/web_gateway.h"

namespace berthmaster {
namespace {

// How long calls may take to end by themselves once their streams were told to.
constexpr absl::Duration kServerPatience = absl::Seconds(2);

}  // namespace

// In the order of starting; members go in the reverse order.
class Controller::Parts {
 public:
  Parts(ControllerOptions options, Dependencies dependencies, Stores stores,
        std::unique_ptr<AuditSigningKey> audit_key)
      : options_(std::move(options)),
        stores_(std::move(stores)),
        audit_key_(std::move(audit_key)),
        engine_({.clock = dependencies.clock,
                 .random = dependencies.random,
                 .control_store = stores_.control.get(),
                 .history_writer = stores_.history_writer.get(),
                 .fleet = &fleet_,
                 .events = &events_},
                options_.engine),
        agent_service_(&engine_),
        api_({.clock = dependencies.clock,
              .fleet = &fleet_,
              .events = &events_,
              .engine = &engine_,
              .history_reader = stores_.history_reader.get(),
              .audit_reader = stores_.audit_reader.get(),
              .audit_key = audit_key_.get()}) {}

  ~Parts() { Stop(); }

  absl::Status Start() {
    BERTHMASTER_RETURN_IF_ERROR(engine_.Start());
    BERTHMASTER_ASSIGN_OR_RETURN(
        server_, GrpcServer::Start(options_.listen, [this](grpc::ServerBuilder& builder) {
          builder.RegisterService(&agent_service_);
          api_.Register(builder);
        }));
    BERTHMASTER_ASSIGN_OR_RETURN(
        gateway_,
        WebGateway::Start({options_.web_listen, options_.web_root}, server_->InProcessChannel()));
    return absl::OkStatus();
  }

  // The server comes last: it waits for every call, and the others end theirs.
  void Stop() {
    if (server_ != nullptr) server_->Leave();
    if (gateway_ != nullptr) gateway_->Stop();
    api_.Stop();
    engine_.Stop();
    if (server_ != nullptr) server_->Stop(kServerPatience);
  }

  const Endpoint& listen() const { return server_->address(); }
  const Endpoint& web_listen() const { return gateway_->address(); }

 private:
  const ControllerOptions options_;
  Stores stores_;
  std::unique_ptr<AuditSigningKey> audit_key_;
  Fleet fleet_;
  EventBus events_;
  Engine engine_;
  AgentServiceImpl agent_service_;
  Api api_;
  std::unique_ptr<GrpcServer> server_;
  std::unique_ptr<WebGateway> gateway_;
};

Controller::Controller(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Controller::~Controller() = default;

absl::StatusOr<std::unique_ptr<Controller>> Controller::Start(ControllerOptions options,
                                                              Dependencies dependencies) {
  BERTHMASTER_ASSIGN_OR_RETURN(Stores stores, OpenStores(options.data_dir));
  BERTHMASTER_ASSIGN_OR_RETURN(
      std::unique_ptr<AuditSigningKey> audit_key,
      AuditSigningKey::LoadOrCreate(absl::StrCat(options.data_dir, "/", kAuditKeyFileName)));
  auto parts = std::make_unique<Parts>(std::move(options), dependencies, std::move(stores),
                                       std::move(audit_key));
  BERTHMASTER_RETURN_IF_ERROR(parts->Start());
  return std::unique_ptr<Controller>(new Controller(std::move(parts)));
}

const Endpoint& Controller::listen() const { return parts_->listen(); }
const Endpoint& Controller::web_listen() const { return parts_->web_listen(); }
void Controller::Stop() { parts_->Stop(); }

}  // namespace berthmaster
