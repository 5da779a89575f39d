#ifndef BERTHMASTER_TESTS_REMEDIES_REMEDY_RUN_H_
#define BERTHMASTER_TESTS_REMEDIES_REMEDY_RUN_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "agent/collect/linux_host_sampler.h"
#include "common/clock/clock.h"
#include "common/protocol/sample.h"
#include "controller/detect/incident_tracker.h"
#include "controller/model/recommendation.h"
#include "tests/remedies/remedy_case.h"

namespace berthmaster {

// What was promised and what came of it. Times are since the start of the load.
struct RemedyResult {
  struct Figure {
    std::string pool;
    Promise promise;
    // Mean, least and most over the samples that count.
    double utilization = 0;
    double utilization_min = 0;
    double utilization_max = 0;
    int32_t capacity = 0;
    int sample_count = 0;
  };
  std::string incident;
  std::optional<Recommendation> recommendation;
  absl::Duration apply_time;
  absl::Status applied;
  std::vector<Figure> figures;
  int failures_before = 0;
  int failures_after = 0;
  // Of RemedyCase::quiet_counters, since the change.
  int64_t counter_rise = 0;
  int sample_count = 0;
  bool is_done = false;
};

// Plays the cases side by side, each on a stage of its own, each as a host of its own: the real
// sampler, the real detection, and as soon as the incident proposes the recommendation under test,
// its execution and then its measurement.
class RemedyRun {
 public:
  explicit RemedyRun(std::vector<RemedyCase> cases);
  ~RemedyRun();

  // Until all are measured, for `time_max` at most.
  void Play(absl::Duration time_max);

  // In the order of the cases.
  const std::vector<RemedyResult>& results() const { return results_; }

 private:
  struct Act;

  void Observe(const HostSample& sample);
  void Decide(Act& act, const Incident& incident, const NetnsSample& netns);
  void Measure(Act& act, const LinuxHostSamplerReaders& readers);
  void Finish(Act& act);

  const LinuxClock clock_;
  std::vector<RemedyCase> cases_;
  std::vector<std::unique_ptr<Act>> acts_;
  std::vector<RemedyResult> results_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_REMEDIES_REMEDY_RUN_H_
