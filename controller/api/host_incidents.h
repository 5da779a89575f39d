#ifndef BERTHMASTER_CONTROLLER_API_HOST_INCIDENTS_H_
#define BERTHMASTER_CONTROLLER_API_HOST_INCIDENTS_H_

#include <set>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "controller/engine/fleet.h"

namespace berthmaster {

// How many incidents that are neither RESOLVED nor silenced hurt each host, counted once for a
// whole answer.
class HostIncidents {
 public:
  explicit HostIncidents(const Fleet& fleet) {
    for (const Fleet::IncidentPointer& incident : fleet.Incidents()) {
      if (!incident->active() || incident->silenced()) continue;
      std::set<absl::string_view> hosts = {incident->host_id};
      for (const IncidentMember& member : incident->members) hosts.insert(member.host_id);
      for (absl::string_view host_id : hosts) ++counts_[host_id];
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
