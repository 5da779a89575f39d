#ifndef BERTHMASTER_TESTS_SCENARIOS_SCENARIO_RUN_H_
#define BERTHMASTER_TESTS_SCENARIOS_SCENARIO_RUN_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "common/protocol/sample.h"
#include "common/recording/recording_writer.h"
#include "controller/detect/incident_tracker.h"
#include "tests/scenarios/scenario.h"

namespace berthmaster {

// What was said of one scenario, and what happened. Times are since the start of its load.
struct ScenarioResult {
  struct Opened {
    absl::Duration open_time;
    IncidentCause first_cause = IncidentCause::kTimeWaitChurn;
    // Before it was resolved.
    IncidentCause last_cause = IncidentCause::kTimeWaitChurn;
    bool is_resolved = false;
    std::string summary{};
  };
  // A forecast of the moment of exhaustion of the stage's fullest pool.
  struct Foretold {
    absl::Duration sample_time;
    absl::Duration exhaustion_time;
  };
  std::vector<Opened> incidents;
  std::vector<Foretold> foretold;
  // By what the client was told, or the kernel's overflow counter; nothing when it never failed.
  std::optional<absl::Duration> first_failure;
  int ok_count = 0;
  int failed_count = 0;
};

// Plays scenarios side by side, each in namespaces of its own, under the real sampler at the pace
// of an agent with its defaults, and feeds the samples to the detector as the controller does.
class ScenarioRun {
 public:
  explicit ScenarioRun(std::vector<Scenario> scenarios);

  // Also writes the samples to a new recording at `path`, to be replayed while one tunes.
  void RecordTo(const std::string& path);

  void Play(absl::Duration length);

  // In the order of the scenarios.
  const std::vector<ScenarioResult>& results() const { return results_; }
  // Causes of incidents by scenario as a tracker saw them whose wall clock stepped by an hour to
  // and fro.
  const std::vector<std::vector<IncidentCause>>& stepped_causes() const { return stepped_causes_; }

 private:
  void Begin();
  void Observe(const HostSample& sample, absl::Duration since_start);
  void Foretell(const NetnsSample& netns, size_t index);
  void NoteFailures();
  std::optional<size_t> IndexOf(uint64_t cookie) const;

  const LinuxClock clock_;
  const std::vector<Scenario> scenarios_;
  std::vector<std::unique_ptr<Stage>> stages_;
  std::vector<absl::Duration> starts_;
  std::map<uint64_t, size_t> index_by_cookie_;
  std::unique_ptr<RecordingWriter> recording_;
  int64_t next_id_ = 0;
  int64_t sequence_ = 0;
  IncidentTracker tracker_;
  IncidentTracker stepped_tracker_;
  // By id: the scenario and its incident.
  std::map<std::string, std::pair<size_t, size_t>> incidents_;
  std::map<std::string, std::pair<size_t, size_t>> stepped_incidents_;
  std::vector<ScenarioResult> results_;
  std::vector<std::vector<IncidentCause>> stepped_causes_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_SCENARIOS_SCENARIO_RUN_H_
