#ifndef BERTHMASTER_CONTROLLER_CONTROLLER_H_
#define BERTHMASTER_CONTROLLER_CONTROLLER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/clock/clock.h"
#include "common/net/endpoint.h"
#include "controller/engine/engine.h"

namespace berthmaster {

struct ControllerOptions {
  // Where control.db, history.db and audit-signing-key.pem are; made when missing.
  std::string data_dir;
  // gRPC, for agents and berthctl; port 0 lets the kernel choose.
  Endpoint listen;
  // HTTP, for the dashboard.
  Endpoint web_listen;
  // Where the built dashboard is.
  std::string web_root;
  EngineOptions engine;
};

// The whole controller: stores, engine, services, gRPC server and web gateway, started in this
// order and stopped so that what was acknowledged is durable and every stream ends with a status.
class Controller {
 public:
  // `clock` and `random` must outlive the controller.
  struct Dependencies {
    Clock* clock = nullptr;
    Random* random = nullptr;
  };

  // Starts everything. The error is one sentence for a person: which directory, file or address,
  // and the next step.
  static absl::StatusOr<std::unique_ptr<Controller>> Start(ControllerOptions options,
                                                           Dependencies dependencies);
  // Stops.
  ~Controller();

  // Where it serves, with the ports that the kernel chose.
  const Endpoint& listen() const;
  const Endpoint& web_listen() const;

  // Ends all streams with UNAVAILABLE, commits what was taken, closes the stores. Takes five
  // seconds at most unless the disk hangs. Idempotent.
  void Stop();

 private:
  class Parts;
  explicit Controller(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_CONTROLLER_H_
