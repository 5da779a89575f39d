#ifndef BERTHMASTER_CONTROLLER_MODEL_INCIDENT_H_
#define BERTHMASTER_CONTROLLER_MODEL_INCIDENT_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/net/pool_key.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// The numbers of the enums are those of the contract and of control.db.

enum class IncidentState : uint8_t { kOpen = 1, kAcknowledged = 2, kResolved = 3 };
enum class IncidentSeverity : uint8_t { kWarning = 1, kCritical = 2 };
enum class IncidentCause : uint8_t {
  kTimeWaitChurn = 1,
  kEstablishedLeak = 2,
  kCloseWaitLeak = 3,
  kSynSentPileUp = 4,
  kRangeTooSmall = 5,
  kTimeWaitTable = 6,
  kFinWaitPileUp = 7,
  kEarlyBind = 8,
  kSnatPool = 9,
  kConntrackTable = 10,
  kListenerOverflow = 11,
  kSynFlood = 12,
  kRestartBlocked = 13,
  kUdpPorts = 14,
};

// One fact that speaks for a verdict, for a person: {"TIME_WAIT share of the pool", "96 % (384 of
// 400)"}.
struct Evidence {
  std::string fact;
  std::string value;
  friend bool operator==(const Evidence&, const Evidence&) = default;
};

struct IncidentEvent {
  absl::Time event_time;
  std::string text;
  friend bool operator==(const IncidentEvent&, const IncidentEvent&) = default;
};

// Labels of a network namespace by name: "pod", "unit", "named"...
using Labels = std::map<std::string, std::string>;

// The longest timeline kept; the oldest entry after the first two (the first sign, the
// opening) goes when it is full.
inline constexpr size_t kTimelineMax = 100;

// One of the pools that a problem hurts.
struct IncidentMember {
  std::string host_id;
  uint64_t netns_cookie = 0;
  uint64_t netns_inode = 0;
  std::string netns_label;
  // The full resource name of the pool.
  std::string pool_name;
  PoolKind pool_kind = PoolKind::kConnect;
  PoolKey key;
  IncidentSeverity severity = IncidentSeverity::kWarning;
  // In its newest sample.
  double utilization = 0;
  std::optional<absl::Duration> time_to_exhaustion;
  absl::Time join_time;
  // Those of the namespace when the pool joined.
  Labels labels = {};
  friend bool operator==(const IncidentMember&, const IncidentMember&) = default;
};

// The most members that an incident lists; Incident::member_count says how many there are. A row
// is written whenever one of them changed, and nobody reads more than these.
inline constexpr size_t kIncidentMembersMax = 64;

// A problem over time, with one pool or with several of one cause: towards one destination on many
// hosts, or in one namespace under one workload. Host, netns, pool and figures are those of the
// worst of them.
struct Incident {
  // The last part of "incidents/{incident}".
  std::string id;
  IncidentState state = IncidentState::kOpen;
  IncidentSeverity severity = IncidentSeverity::kWarning;
  IncidentCause cause = IncidentCause::kTimeWaitChurn;
  std::string summary;
  std::string host_id;
  uint64_t netns_cookie = 0;
  uint64_t netns_inode = 0;
  std::string netns_label;
  // The full resource name of the pool.
  std::string pool_name;
  PoolKind pool_kind = PoolKind::kConnect;
  PoolKey key;
  std::vector<Evidence> evidence;
  double utilization = 0;
  double utilization_max = 0;
  std::optional<double> settled_utilization;
  std::optional<absl::Duration> time_to_exhaustion;
  absl::Time open_time;
  absl::Time update_time;
  std::optional<absl::Time> acknowledge_time;
  std::string acknowledger;
  std::optional<absl::Time> resolve_time;
  std::string resolve_reason;
  std::vector<IncidentEvent> timeline;
  // The pools that it hurts now, the worst one first, at most kIncidentMembersMax.
  std::vector<IncidentMember> members;
  // All of them, the unlisted ones too.
  int32_t member_count = 0;
  // The silence that mutes it, and until when; of a resolved one, when it resolved. Empty for one
  // that is loud.
  std::string silence_id;
  std::optional<absl::Time> silenced_until;
  // Rises with every change; the etag.
  int64_t revision = 1;

  bool active() const { return state != IncidentState::kResolved; }
  bool silenced() const { return !silence_id.empty(); }
  friend bool operator==(const Incident&, const Incident&) = default;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_MODEL_INCIDENT_H_
