#include "controller/detect/incident_group.h"

#include <algorithm>

namespace berthmaster {
namespace {

bool IsLinkLocal(const IpAddress& address) {
  const uint8_t* bytes = address.data();
  if (address.is_v4()) return bytes[0] == 169 && bytes[1] == 254;
  return bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80;
}

// The same address is another service on each host otherwise.
bool IsShared(const IpAddress& destination) {
  return !destination.is_loopback() && !destination.is_unspecified() && !IsLinkLocal(destination);
}

// The destination first: it says most.
std::vector<BondKey> KeysOf(const IncidentGroups::Candidate& candidate) {
  const PoolId& pool = candidate.subject.pool.pool;
  std::vector<BondKey> keys;
  bool has_destination = pool.kind == PoolKind::kConnect || pool.kind == PoolKind::kSnat;
  if (has_destination && IsShared(pool.key.destination)) {
    BondKey& key = keys.emplace_back();
    key.bond = Bond::kDestination;
    key.pool = pool;
    key.pool.key.source = IpAddress();
  }
  BondKey& netns = keys.emplace_back();
  netns.bond = Bond::kWorkload;
  netns.place = candidate.subject.host_id;
  netns.netns_cookie = candidate.subject.pool.netns_cookie;
  if (candidate.workload.empty()) return keys;
  BondKey& workload = keys.emplace_back();
  workload.bond = Bond::kWorkload;
  // No host is named like that.
  workload.place = "workload " + candidate.workload;
  return keys;
}

bool OwnersDiffer(const std::string& a, const std::string& b) {
  return !a.empty() && !b.empty() && a != b;
}

}  // namespace

OpenIncidentPointer IncidentGroups::Find(const Candidate& candidate) const {
  OpenIncidentPointer resolved;
  for (const BondKey& key : KeysOf(candidate)) {
    auto found = by_key_.find(key);
    if (found == by_key_.end()) continue;
    for (const OpenIncidentPointer& incident : found->second) {
      if (incident->life.incident().cause != candidate.cause) continue;
      if (incident->bond != Bond::kNone && incident->bond != key.bond) continue;
      if (key.bond == Bond::kWorkload && OwnersDiffer(incident->owner, candidate.owner)) continue;
      if (incident->life.incident().active()) return incident;
      if (resolved == nullptr) resolved = incident;
    }
  }
  return resolved;
}

void IncidentGroups::Join(const OpenIncidentPointer& incident, const Candidate& candidate) {
  bool is_first = incident->keys.empty();
  if (is_first) incident->owner = candidate.owner;
  for (const BondKey& key : KeysOf(candidate)) {
    auto known = std::find(incident->keys.begin(), incident->keys.end(), key);
    if (known != incident->keys.end()) {
      if (!is_first && incident->bond == Bond::kNone) incident->bond = key.bond;
      continue;
    }
    if (!is_first && key.bond != Bond::kWorkload) continue;
    if (!is_first && incident->bond == Bond::kDestination) continue;
    incident->keys.push_back(key);
    by_key_[key].push_back(incident);
  }
}

void IncidentGroups::Remove(const OpenIncidentPointer& incident) {
  for (const BondKey& key : incident->keys) {
    auto found = by_key_.find(key);
    if (found == by_key_.end()) continue;
    std::vector<OpenIncidentPointer>& incidents = found->second;
    incidents.erase(std::remove(incidents.begin(), incidents.end(), incident), incidents.end());
    if (incidents.empty()) by_key_.erase(found);
  }
  incident->keys.clear();
  incident->bond = Bond::kNone;
}

}  // namespace berthmaster
