#ifndef BERTHMASTER_CONTROLLER_API_EVENT_WATCH_H_
#define BERTHMASTER_CONTROLLER_API_EVENT_WATCH_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "berthmaster/v1/event.pb.h"
#include "controller/api/watch_source.h"

namespace berthmaster {

// What WatchEvents sends: notices, and heartbeats under the key "". Other keys are resource names.
class EventWatchSource final : public WatchSource<v1::WatchEventsResponse> {
 public:
  // INVALID_ARGUMENT for a kind that this version does not know.
  static absl::StatusOr<EventWatchSource> Make(const v1::WatchEventsRequest& request);

  std::vector<std::string> InitialKeys() override;
  std::optional<std::string> KeyOf(const Event& event) override;
  void Open(const std::string& key, absl::Time event_time) override;
  bool Next(v1::WatchEventsResponse& response) override;

 private:
  EventWatchSource() = default;

  // Bits by the numbers of the contract; 0 for all.
  uint32_t kinds_ = 0;
  std::optional<v1::WatchEventsResponse> opened_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_API_EVENT_WATCH_H_
