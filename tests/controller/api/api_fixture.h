#ifndef BERTHMASTER_TESTS_CONTROLLER_API_API_FIXTURE_H_
#define BERTHMASTER_TESTS_CONTROLLER_API_API_FIXTURE_H_

#include <gtest/gtest.h>

#include <memory>

#include "controller/api/api.h"
#include "controller/api/grpc_server.h"
#include "controller/audit/signing_key.h"
#include "tests/controller/api/sample_fleet.h"
#include "tests/controller/store/temporary_directory.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_stores.h"

namespace berthmaster {

// The services over a real engine with stores in memory, called over real gRPC in this process.
class ApiTest : public ::testing::Test {
 protected:
  // Puts `state` into the store and starts everything.
  void Serve(const ControlState& state = {});
  void TearDown() override;

  std::shared_ptr<grpc::Channel> channel() { return server_->InProcessChannel(); }

  TemporaryDirectory directory_;
  FakeClock clock_;
  FakeRandom random_;
  FakeControlStore control_store_;
  FakeHistory history_;
  Fleet fleet_;
  EventBus events_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<AuditSigningKey> audit_key_;
  std::unique_ptr<Api> api_;
  std::unique_ptr<GrpcServer> server_;
};

// The deadline of a call that should succeed: far above what it takes.
std::unique_ptr<grpc::ClientContext> BoundedContext();

// The ErrorInfo reason of an error as it came over the wire.
std::string ReasonOf(const grpc::Status& status);

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_CONTROLLER_API_API_FIXTURE_H_
