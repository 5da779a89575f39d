#ifndef BERTHMASTER_CONTROLLER_REPLAY_BACKTEST_REPORT_H_
#define BERTHMASTER_CONTROLLER_REPLAY_BACKTEST_REPORT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/net/pool_key.h"
#include "controller/model/incident.h"

namespace berthmaster {

// Absolute errors; both figures are 0 without any.
struct ErrorFigures {
  int64_t count = 0;
  double median = 0;
  double percentile_90 = 0;
};

// Forecasts of a pool's occupancy this far ahead, against what it then was.
struct HorizonReport {
  absl::Duration horizon;
  // In sockets (ports, entries), and as a share of the capacity.
  ErrorFigures sockets;
  ErrorFigures share;
  // How many of those had a band, and how many of these were within it.
  int64_t band_count = 0;
  int64_t in_band_count = 0;
  // Forecasts for a moment of which no sample tells.
  int64_t unjudged_count = 0;
};

// When a pool came to its end: after the last sample with headroom, not after the first without.
struct Exhaustion {
  absl::Time after;
  absl::Time until;
  // When the pool's occupancy began to rise: its last sample below kJudgedUtilizationMin, or its
  // first one.
  absl::Time rise_time;
};

// What was said of the moment of exhaustion, up to kJudgedTimeLeftMax before it.
struct ExhaustionReport {
  // In seconds, beyond the time between the two samples that enclose the moment.
  ErrorFigures seconds;
  // The same as a share of the time that was left.
  ErrorFigures share;
  // Said that it would not run out, and it did within two minutes.
  int64_t missed_count = 0;
  // Said that it would, and it did not, with a quarter of the time and 10 s to spare.
  int64_t false_count = 0;
};

struct PoolReport {
  std::string host_id;
  std::string netns_label;
  std::string pool_name;
  PoolId id;
  // In the newest sample.
  int32_t capacity = 0;
  double utilization_max = 0;
  // Samples that were judged or forecast from.
  int64_t sample_count = 0;
  // Samples whose load was not known, so that they foretell nothing.
  int64_t unknown_load_count = 0;
  // The first kExhaustionsMax of them.
  std::vector<Exhaustion> exhaustions;
  std::vector<HorizonReport> horizons;
  ExhaustionReport exhaustion;
};

struct IncidentReport {
  // As it was when it opened, and as it is in the end.
  Incident opened;
  Incident last;
  IncidentSeverity severity_max = IncidentSeverity::kWarning;
  int64_t reopen_count = 0;
  // The exhaustion that it warned of, or found; nothing when there was none while it was active.
  std::optional<Exhaustion> exhaustion;
  // From its opening to that; negative where it opened late.
  std::optional<absl::Duration> warning_time() const {
    if (!exhaustion.has_value()) return std::nullopt;
    return exhaustion->until - opened.open_time;
  }
};

struct BacktestReport {
  std::vector<std::string> host_ids;
  int64_t sample_count = 0;
  absl::Time start_time;
  absl::Time end_time;
  // In the order of their opening.
  std::vector<IncidentReport> incidents;
  // Those that came to kJudgedUtilizationMin, the fullest first.
  std::vector<PoolReport> pools;
  // What could not be judged, and why, for a person.
  std::vector<std::string> notes;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_REPLAY_BACKTEST_REPORT_H_
