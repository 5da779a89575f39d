#include "controller/engine/fleet.h"

#include <utility>

namespace berthmaster {
namespace {

template <typename Map>
auto Values(const Map& map) {
  std::vector<typename Map::mapped_type> values;
  values.reserve(map.size());
  for (const auto& entry : map) values.push_back(entry.second);
  return values;
}

template <typename Map>
typename Map::mapped_type Lookup(const Map& map, absl::string_view id) {
  auto found = map.find(id);
  return found == map.end() ? nullptr : found->second;
}

template <typename Map>
void Erase(Map& map, absl::string_view id) {
  if (auto found = map.find(id); found != map.end()) map.erase(found);
}

}  // namespace

std::vector<Fleet::HostPointer> Fleet::Hosts() const {
  absl::MutexLock lock(&mutex_);
  return Values(hosts_);
}

std::vector<Fleet::IncidentPointer> Fleet::Incidents() const {
  absl::MutexLock lock(&mutex_);
  return Values(incidents_);
}

std::vector<Fleet::RecommendationPointer> Fleet::Recommendations() const {
  absl::MutexLock lock(&mutex_);
  return Values(recommendations_);
}

std::vector<Fleet::RolloutPointer> Fleet::Rollouts() const {
  absl::MutexLock lock(&mutex_);
  return Values(rollouts_);
}

std::vector<Fleet::SilencePointer> Fleet::Silences() const {
  absl::MutexLock lock(&mutex_);
  return Values(silences_);
}

Fleet::HostPointer Fleet::FindHost(absl::string_view host_id) const {
  absl::MutexLock lock(&mutex_);
  return Lookup(hosts_, host_id);
}

Fleet::IncidentPointer Fleet::FindIncident(absl::string_view id) const {
  absl::MutexLock lock(&mutex_);
  return Lookup(incidents_, id);
}

Fleet::RecommendationPointer Fleet::FindRecommendation(absl::string_view id) const {
  absl::MutexLock lock(&mutex_);
  return Lookup(recommendations_, id);
}

Fleet::RolloutPointer Fleet::FindRollout(absl::string_view id) const {
  absl::MutexLock lock(&mutex_);
  return Lookup(rollouts_, id);
}

Fleet::SilencePointer Fleet::FindSilence(absl::string_view id) const {
  absl::MutexLock lock(&mutex_);
  return Lookup(silences_, id);
}

Fleet::DetectionPolicyPointer Fleet::FindDetectionPolicy() const {
  absl::MutexLock lock(&mutex_);
  return detection_policy_;
}

Fleet::ApprovalPolicyPointer Fleet::FindApprovalPolicy() const {
  absl::MutexLock lock(&mutex_);
  return approval_policy_;
}

// What is replaced is freed after the lock is given back: a sample of many pools takes its time.

void Fleet::Put(HostPointer host) {
  const std::string& id = host->host.host_id;
  HostPointer old;
  absl::MutexLock lock(&mutex_);
  HostPointer& slot = hosts_[id];
  old = std::exchange(slot, std::move(host));
}

void Fleet::Put(IncidentPointer incident) {
  const std::string& id = incident->id;
  IncidentPointer old;
  absl::MutexLock lock(&mutex_);
  IncidentPointer& slot = incidents_[id];
  old = std::exchange(slot, std::move(incident));
}

void Fleet::Put(RecommendationPointer recommendation) {
  const std::string& id = recommendation->id;
  RecommendationPointer old;
  absl::MutexLock lock(&mutex_);
  RecommendationPointer& slot = recommendations_[id];
  old = std::exchange(slot, std::move(recommendation));
}

void Fleet::Put(RolloutPointer rollout) {
  const std::string& id = rollout->id;
  RolloutPointer old;
  absl::MutexLock lock(&mutex_);
  RolloutPointer& slot = rollouts_[id];
  old = std::exchange(slot, std::move(rollout));
}

void Fleet::Put(SilencePointer silence) {
  const std::string& id = silence->id;
  SilencePointer old;
  absl::MutexLock lock(&mutex_);
  SilencePointer& slot = silences_[id];
  old = std::exchange(slot, std::move(silence));
}

void Fleet::Put(DetectionPolicyPointer policy) {
  DetectionPolicyPointer old;
  absl::MutexLock lock(&mutex_);
  old = std::exchange(detection_policy_, std::move(policy));
}

void Fleet::Put(ApprovalPolicyPointer policy) {
  ApprovalPolicyPointer old;
  absl::MutexLock lock(&mutex_);
  old = std::exchange(approval_policy_, std::move(policy));
}

void Fleet::ForgetIncident(absl::string_view id) {
  absl::MutexLock lock(&mutex_);
  Erase(incidents_, id);
}

void Fleet::ForgetRecommendation(absl::string_view id) {
  absl::MutexLock lock(&mutex_);
  Erase(recommendations_, id);
}

void Fleet::ForgetRollout(absl::string_view id) {
  absl::MutexLock lock(&mutex_);
  Erase(rollouts_, id);
}

void Fleet::ForgetSilence(absl::string_view id) {
  absl::MutexLock lock(&mutex_);
  Erase(silences_, id);
}

}  // namespace berthmaster
