#ifndef BERTHMASTER_CONTROLLER_DETECT_TRACKED_HOST_H_
#define BERTHMASTER_CONTROLLER_DETECT_TRACKED_HOST_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/forecast/load_tracker.h"
#include "common/protocol/sample.h"
#include "controller/detect/incident_group.h"
#include "controller/detect/incident_life.h"
#include "controller/detect/pool_window.h"
#include "controller/detect/subject.h"
#include "controller/detect/threshold_policy.h"

namespace berthmaster {

// What is remembered of a host between its samples.

// Agents read conntrack's tables so often, and no more while they are half empty; a bit longer.
inline constexpr absl::Duration kConntrackReadTime = absl::Seconds(11);

struct TrackedPool {
  PoolWindow window;
  LoadTracker load;
  // Of `load` up to the sample it was last seen in.
  LoadHistory history;
  // Since when something looks wrong, and when it last did.
  std::optional<FirstSign> sign;
  absl::Time suspicious_at;
  // The incident that it is part of, or was until reopen_time ago.
  OpenIncidentPointer incident;
  // When an incident of it resolved last, and how often it had come back before.
  std::optional<absl::Time> resolved_at;
  int returns = 0;
  // The observation it was last seen in.
  int64_t seen = 0;
  // Of samples in which conntrack was not read anew, it seems.
  absl::Duration unread;

  // The time since the pool was read before, by the time since its sample before; nothing where it
  // seems not to have been read since: a table of conntrack that is the same as before, for up to
  // kConntrackReadTime, and of which nothing failed.
  std::optional<absl::Duration> ReadInterval(const PoolSample& pool,
                                             std::optional<absl::Duration> interval, bool failed);
};

struct TrackedNetns {
  int64_t overflow_count = 0;
  int64_t seen = 0;
  int64_t dump_number = 0;
  // From the sample whose pools were new to the last one; nothing where they cannot be compared.
  std::optional<absl::Duration> since_dump = absl::ZeroDuration();
  // Which thresholds are its own.
  ThresholdChoice choice;
};

struct TrackedHost {
  // Observations so far.
  int64_t count = 0;
  int64_t sequence = 0;
  absl::Time sample_time;
  absl::flat_hash_map<uint64_t, TrackedNetns> namespaces;
  // Only pools that could matter: see thresholds.h.
  absl::flat_hash_map<PoolOfHost, std::unique_ptr<TrackedPool>> pools;
};

// Whether pools of the kind are those of the last dump of TCP sockets; the others are read by
// themselves.
bool IsOfDump(PoolKind kind);
// The TIME_WAIT table of a namespace whose sample does not list it.
PoolSample TableOf(const NetnsSample& netns);
// What the namespace is part of by its labels; empty when they do not say.
std::string WorkloadOf(const NetnsSample& netns);
// The process that holds most of the pool; empty when not known.
std::string OwnerOf(const PoolSample& pool);
// Why an incident of a pool that is not in the sample any more is over.
absl::string_view GoneText(const PoolOfHost& pool);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_DETECT_TRACKED_HOST_H_
