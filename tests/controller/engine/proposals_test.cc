#include <gtest/gtest.h>

#include "tests/controller/engine/engine_harness.h"

namespace berthmaster {
namespace {

// At the limit nothing opens and nothing closes, so nobody could make the plan for a connection
// pool then that was made before.
TEST(Proposals, StandWhileAPoolIsCutOff) {
  EngineHarness engine;
  auto session = engine.Attach(ObservingHello("web-1"));
  const Incident incident = engine.OpenIncident(session);
  const Recommendation pooling = engine.Proposed(RecommendationKind::kPooling);

  engine.Advance(absl::Seconds(30));
  HostSample full = *engine.fleet->FindHost("web-1")->sample;
  ++full.sequence;
  full.sample_time = engine.clock.SystemNow();
  PoolSample& pool = full.namespaces[0].pools[0];
  pool.in_use = pool.states[TcpState::kTimeWait] = pool.capacity;
  pool.connection_rate = pool.time_wait_rate = 0;
  pool.hold_time.reset();
  engine.Offer(session, full);
  engine.Turn();

  EXPECT_EQ(engine.fleet->FindIncident(incident.id)->severity, IncidentSeverity::kCritical);
  EXPECT_EQ(engine.Proposed(RecommendationKind::kPooling).id, pooling.id);
}

}  // namespace
}  // namespace berthmaster
