#ifndef BERTHMASTER_AGENT_METRICS_METRICS_TEXT_H_
#define BERTHMASTER_AGENT_METRICS_METRICS_TEXT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "agent/metrics/metrics_snapshot.h"

namespace berthmaster {

// What GET /metrics answers: Prometheus' text format 0.0.4. What is not known has no series. Pure.
std::string MetricsText(const MetricsSnapshot& snapshot);

// How long the loop may be busy with one step: a dump of a million sockets takes two seconds here,
// on a slow and busy machine ten times as much.
inline constexpr absl::Duration kLoopPatience = absl::Seconds(30);
// Samples may be late by this many intervals, and kLoopPatience.
inline constexpr int kLateIntervalsMax = 2;

// Whether the agent works: UNAVAILABLE, with the reason, when its loop stands still or samples are
// failing or late. `snapshot` may be null. `now` is monotonic. A controller that cannot be reached
// is no reason: samples wait in the spool, and a restart of the agent would mend nothing. Pure.
absl::Status CheckHealth(const MetricsSnapshot* snapshot, absl::Duration now);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_METRICS_METRICS_TEXT_H_
