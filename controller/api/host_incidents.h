#ifndef BERTHMASTER_CONTROLLER_API_HOST_INCIDENTS_H_
#define BERTHMASTER_CONTROLLER_API_HOST_INCIDENTS_H_

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "controller/engine/fleet.h"

namespace berthmaster {

// How many incidents of each host are not RESOLVED, counted once for a whole answer.
class HostIncidents {
 public:
  explicit HostIncidents(const Fleet& fleet) {
    for (const Fleet::IncidentPointer& incident : fleet.Incidents()) {
      if (incident->active()) ++counts_[incident->host_id];
    }
  }

  int CountOf(absl::string_view host_id) const {
    const auto count = counts_.find(host_id);
    return count == counts_.end() ? 0 : count->second;
  }

 private:
  absl::flat_hash_map<std::string, int> counts_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_API_HOST_INCIDENTS_H_
