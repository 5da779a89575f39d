#include "controller/api/host_watch.h"

#include <utility>

#include "controller/api/host_conversion.h"

namespace berthmaster {

std::vector<std::string> HostWatchSource::InitialKeys() {
  std::vector<std::string> keys;
  for (const Fleet::HostPointer& host : fleet_->Hosts()) keys.push_back(host->host.host_id);
  return keys;
}

std::optional<std::string> HostWatchSource::KeyOf(const Event& event) {
  if (event.kind == EventKind::kHost) return event.id;
  if (event.kind != EventKind::kIncident) return std::nullopt;
  incidents_.reset();
  const Fleet::IncidentPointer incident = fleet_->FindIncident(event.id);
  if (incident == nullptr) return std::nullopt;
  return incident->host_id;
}

void HostWatchSource::Open(const std::string& key, absl::Time /*event_time*/) {
  opened_ = fleet_->FindHost(key);
}

bool HostWatchSource::Next(v1::WatchHostsResponse& response) {
  const Fleet::HostPointer host = std::exchange(opened_, nullptr);
  if (host == nullptr) return false;
  if (!incidents_.has_value()) incidents_.emplace(*fleet_);
  *response.mutable_host() = ToProto(*host, incidents_->CountOf(host->host.host_id));
  return true;
}

}  // namespace berthmaster
