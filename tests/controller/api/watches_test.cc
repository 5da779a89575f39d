#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "controller/api/watch_reactor.h"
#include "tests/controller/api/api_fixture.h"

namespace berthmaster {
namespace {

using ::testing::UnorderedElementsAre;

class WatchesTest : public ApiTest {
 protected:
  void SetUp() override { Serve(); }

  void Change(EventKind kind, absl::string_view id) {
    events_.Publish({{kind, std::string(id), clock_.SystemNow()}});
  }
};

TEST_F(WatchesTest, EventsBeginWithAHeartbeatAndTellOneOfManyChanges) {
  const auto context = BoundedContext();
  const auto stream = v1::EventService::NewStub(channel())->WatchEvents(context.get(), {});
  v1::WatchEventsResponse event;
  ASSERT_TRUE(stream->Read(&event));
  EXPECT_EQ(event.kind(), v1::EVENT_KIND_HEARTBEAT);
  EXPECT_EQ(event.event_time().seconds(), 1767225600);

  Change(EventKind::kIncident, "i1");
  ASSERT_TRUE(stream->Read(&event));
  EXPECT_EQ(event.kind(), v1::EVENT_KIND_INCIDENT);
  EXPECT_EQ(event.name(), "incidents/i1");

  // Within the second nothing of i1 comes, whatever happens; another resource is not held back.
  for (int i = 0; i < 100; ++i) Change(EventKind::kIncident, "i1");
  Change(EventKind::kRollout, "o1");
  ASSERT_TRUE(stream->Read(&event));
  EXPECT_EQ(event.name(), "rollouts/o1");

  clock_.Advance(absl::Seconds(1));
  ASSERT_TRUE(stream->Read(&event));
  EXPECT_EQ(event.name(), "incidents/i1");
  clock_.Advance(absl::Seconds(5));
  ASSERT_TRUE(stream->Read(&event));
  EXPECT_EQ(event.kind(), v1::EVENT_KIND_HEARTBEAT);
}

TEST_F(WatchesTest, EventsOfOtherKindsAreLeftOut) {
  v1::WatchEventsRequest request;
  request.add_kinds(v1::EVENT_KIND_ROLLOUT);
  const auto context = BoundedContext();
  const auto stream = v1::EventService::NewStub(channel())->WatchEvents(context.get(), request);
  v1::WatchEventsResponse event;
  ASSERT_TRUE(stream->Read(&event));

  Change(EventKind::kHost, "web-1");
  Change(EventKind::kRollout, "o1");

  ASSERT_TRUE(stream->Read(&event));
  EXPECT_EQ(event.name(), "rollouts/o1");
}

TEST_F(WatchesTest, PoolsComeOnceAndThenOnlyWhenChangedOrRemoved) {
  fleet_.Put(
      MakeHost("web-1", {MakeNetns(7, {MakePool("10.0.0.2", 10), MakePool("10.0.0.3", 10)})}));
  const auto context = BoundedContext();
  const auto stream = v1::PoolService::NewStub(channel())->WatchPools(context.get(), {});
  v1::WatchPoolsResponse response;
  std::vector<std::string> first;
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(stream->Read(&response));
    first.push_back(response.pool().destination_address());
  }
  EXPECT_THAT(first, UnorderedElementsAre("10.0.0.2", "10.0.0.3"));

  clock_.Advance(absl::Seconds(1));
  fleet_.Put(
      MakeHost("web-1", {MakeNetns(7, {MakePool("10.0.0.2", 10), MakePool("10.0.0.3", 11)})}));
  Change(EventKind::kHost, "web-1");
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.pool().in_use(), 11);
  EXPECT_FALSE(response.removed());

  clock_.Advance(absl::Seconds(1));
  fleet_.Put(MakeHost("web-1", {MakeNetns(7, {MakePool("10.0.0.3", 11)})}));
  Change(EventKind::kHost, "web-1");
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.pool().destination_address(), "10.0.0.2");
  EXPECT_TRUE(response.removed());
}

TEST_F(WatchesTest, AnIncidentThatStopsToMatchIsSentOnceMore) {
  fleet_.Put(Shared(MakeIncident("i1")));
  v1::WatchIncidentsRequest request;
  request.mutable_filter()->add_by_states(v1::INCIDENT_STATE_OPEN);
  const auto context = BoundedContext();
  const auto stream =
      v1::IncidentService::NewStub(channel())->WatchIncidents(context.get(), request);
  v1::WatchIncidentsResponse response;
  ASSERT_TRUE(stream->Read(&response));

  Incident resolved = MakeIncident("i1");
  resolved.state = IncidentState::kResolved;
  fleet_.Put(Shared(resolved));
  fleet_.Put(Shared(MakeIncident("i2")));
  clock_.Advance(absl::Seconds(2));
  Change(EventKind::kIncident, "i1");

  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.incident().state(), v1::INCIDENT_STATE_RESOLVED);
  clock_.Advance(absl::Seconds(2));
  Change(EventKind::kIncident, "i1");
  clock_.Advance(absl::Seconds(2));
  Change(EventKind::kIncident, "i2");
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.incident().name(), "incidents/i2");
}

TEST_F(WatchesTest, AHostIsSentAgainForItsIncidents) {
  fleet_.Put(MakeHost("web-1", {}));
  const auto context = BoundedContext();
  const auto stream = v1::HostService::NewStub(channel())->WatchHosts(context.get(), {});
  v1::WatchHostsResponse response;
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.host().open_incident_count(), 0);

  clock_.Advance(absl::Seconds(1));
  fleet_.Put(Shared(MakeIncident("i1")));
  Change(EventKind::kIncident, "i1");

  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.host().open_incident_count(), 1);
}

TEST_F(WatchesTest, AStopEndsEveryWatchWithUnavailable) {
  const auto context = BoundedContext();
  const auto stream = v1::RolloutService::NewStub(channel())->WatchRollouts(context.get(), {});
  fleet_.Put(Shared(MakeRollout("o1")));
  Change(EventKind::kRollout, "o1");
  v1::WatchRolloutsResponse response;
  ASSERT_TRUE(stream->Read(&response));

  api_->Stop();

  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  const auto late = BoundedContext();
  const auto refused = v1::RolloutService::NewStub(channel())->WatchRollouts(late.get(), {});
  EXPECT_FALSE(refused->Read(&response));
  EXPECT_EQ(refused->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(WatchesTest, ABadFilterEndsAtOnce) {
  v1::WatchPoolsRequest request;
  request.mutable_filter()->set_by_destination_address("nowhere");
  const auto context = BoundedContext();
  const auto stream = v1::PoolService::NewStub(channel())->WatchPools(context.get(), request);
  v1::WatchPoolsResponse response;

  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(WatchesTest, AReaderThatDoesNotReadIsSentAway) {
  // More than gRPC buffers for one stream.
  constexpr int kPoolCount = 20000;
  std::vector<PoolSample> pools;
  pools.reserve(kPoolCount);
  for (int i = 0; i < kPoolCount; ++i) {
    pools.push_back(MakePool(absl::StrCat("10.1.", i / 200, ".", i % 200), 10));
  }
  fleet_.Put(MakeHost("web-1", {MakeNetns(7, std::move(pools))}));
  const auto context = BoundedContext();
  // A window that grows with the traffic could take in all of it.
  grpc::ChannelArguments fixed_window;
  fixed_window.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  const auto socket_channel = grpc::CreateCustomChannel(
      server_->address().ToString(), grpc::InsecureChannelCredentials(), fixed_window);
  const auto stream = v1::PoolService::NewStub(socket_channel)->WatchPools(context.get(), {});
  v1::WatchPoolsResponse response;
  ASSERT_TRUE(stream->Read(&response));

  // A second stream shows that the pump has looked at the first one after time has passed. So many
  // rounds that gRPC's buffers are full long before the end, also on a slow machine: until then a
  // write still completes now and then, and patience begins anew.
  const auto events_context = BoundedContext();
  const auto events = v1::EventService::NewStub(channel())->WatchEvents(events_context.get(), {});
  v1::WatchEventsResponse event;
  ASSERT_TRUE(events->Read(&event));
  for (int round = 0; round < 400; ++round) {
    clock_.Advance(WatchLimits().patience / 10);
    Change(EventKind::kIncident, "i1");
    do {
      ASSERT_TRUE(events->Read(&event));
    } while (event.kind() != v1::EVENT_KIND_INCIDENT);
  }
  while (stream->Read(&response)) clock_.Advance(WatchLimits().patience + absl::Seconds(1));

  const grpc::Status status = stream->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE) << status.error_message();
  EXPECT_THAT(status.error_message(), ::testing::HasSubstr("too slow"));
}

TEST_F(WatchesTest, CancelledStreamsAreForgotten) {
  for (int round = 0; round < 50; ++round) {
    const auto context = BoundedContext();
    const auto stream = v1::EventService::NewStub(channel())->WatchEvents(context.get(), {});
    v1::WatchEventsResponse event;
    ASSERT_TRUE(stream->Read(&event));
    context->TryCancel();
    EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
}

}  // namespace
}  // namespace berthmaster
