#ifndef BERTHMASTER_CONTROLLER_API_EVENT_SERVICE_H_
#define BERTHMASTER_CONTROLLER_API_EVENT_SERVICE_H_

#include <memory>
#include <utility>

#include "berthmaster/v1/event.grpc.pb.h"
#include "controller/api/watch_pump.h"

namespace berthmaster {

// How often WatchEvents says that it lives, as the contract says.
inline constexpr absl::Duration kHeartbeatInterval = absl::Seconds(5);

// EventService: one stream of notices for a whole dashboard tab. Any thread.
class EventServiceImpl final : public v1::EventService::CallbackService {
 public:
  explicit EventServiceImpl(std::shared_ptr<WatchPump> pump) : pump_(std::move(pump)) {}

  grpc::ServerWriteReactor<v1::WatchEventsResponse>* WatchEvents(
      grpc::CallbackServerContext* context, const v1::WatchEventsRequest* request) override;

 private:
  const std::shared_ptr<WatchPump> pump_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_API_EVENT_SERVICE_H_
