#ifndef BERTHMASTER_CONTROLLER_DETECT_INCIDENT_GROUP_H_
#define BERTHMASTER_CONTROLLER_DETECT_INCIDENT_GROUP_H_

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "controller/detect/incident_life.h"
#include "controller/detect/subject.h"
#include "controller/model/incident.h"

namespace berthmaster {

// What pools of one incident have in common, beside the cause. The first pool to join decides which
// of the two it is, and only pools of that kind join from then on: else two hosts with two
// destinations each would draw the whole fleet into one incident.
enum class Bond : uint8_t {
  // One pool.
  kNone,
  // The kind of pool and the destination, on any host.
  kDestination,
  // The namespace, or the workload that a label names.
  kWorkload,
};

struct BondKey {
  Bond bond = Bond::kNone;
  // kDestination: the kind, and the key without its source.
  PoolId pool;
  // kWorkload: the host and the namespace, or the workload.
  std::string place;
  uint64_t netns_cookie = 0;
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes a rewritten 0 for a pointer.
  friend auto operator<=>(const BondKey&, const BondKey&) = default;
};

// One incident that is active, or was until a moment ago, and what its pools have in common.
struct OpenIncident {
  explicit OpenIncident(IncidentLife opened) : life(std::move(opened)) {}

  IncidentLife life;
  Bond bond = Bond::kNone;
  // The process that holds most of the first pool; empty when not known.
  std::string owner;
  // What it is found by.
  std::vector<BondKey> keys;
  // A person resolved it: it never opens again, and its pools stay quiet until then.
  std::optional<absl::Time> quiet_until;
};
using OpenIncidentPointer = std::shared_ptr<OpenIncident>;

// Finds the incident that a pool with a problem belongs to. One thread.
class IncidentGroups {
 public:
  // A pool that has a problem, as far as grouping goes.
  struct Candidate {
    const Subject& subject;
    IncidentCause cause = IncidentCause::kTimeWaitChurn;
    // The process that holds most of it; empty when not known.
    std::string owner;
    // The workload of its namespace by its labels; empty when not known.
    std::string workload;
  };

  // Null when there is none. One that is resolved is found too, after those that are active.
  OpenIncidentPointer Find(const Candidate& candidate) const;
  // `incident` has `candidate` from now on.
  void Join(const OpenIncidentPointer& incident, const Candidate& candidate);
  // It is not found any more.
  void Remove(const OpenIncidentPointer& incident);

 private:
  std::map<BondKey, std::vector<OpenIncidentPointer>> by_key_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_DETECT_INCIDENT_GROUP_H_
