#ifndef BERTHMASTER_CONTROLLER_API_HOST_WATCH_H_
#define BERTHMASTER_CONTROLLER_API_HOST_WATCH_H_

#include <optional>
#include <string>
#include <vector>

#include "berthmaster/v1/host.pb.h"
#include "controller/api/host_incidents.h"
#include "controller/api/watch_source.h"
#include "controller/engine/fleet.h"

namespace berthmaster {

// What WatchHosts sends. A host is sent again for its incidents too, since it shows their number.
class HostWatchSource final : public WatchSource<v1::WatchHostsResponse> {
 public:
  explicit HostWatchSource(const Fleet* fleet) : fleet_(fleet) {}

  std::vector<std::string> InitialKeys() override;
  std::optional<std::string> KeyOf(const Event& event) override;
  void Open(const std::string& key, absl::Time event_time) override;
  bool Next(v1::WatchHostsResponse& response) override;

 private:
  const Fleet* const fleet_;
  // Counted again after each event of an incident.
  std::optional<HostIncidents> incidents_;
  Fleet::HostPointer opened_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_API_HOST_WATCH_H_
