#include "controller/api/event_service.h"

#include "controller/api/event_watch.h"
#include "controller/api/watch_reactor.h"

namespace berthmaster {

grpc::ServerWriteReactor<v1::WatchEventsResponse>* EventServiceImpl::WatchEvents(
    grpc::CallbackServerContext* /*context*/, const v1::WatchEventsRequest* request) {
  using Reactor = WatchReactor<v1::WatchEventsResponse>;
  absl::StatusOr<EventWatchSource> source = EventWatchSource::Make(*request);
  if (!source.ok()) return Reactor::Refuse(source.status());
  WatchLimits limits;
  limits.heartbeat = kHeartbeatInterval;
  return Reactor::Start(pump_, std::make_unique<EventWatchSource>(*std::move(source)), limits);
}

}  // namespace berthmaster
