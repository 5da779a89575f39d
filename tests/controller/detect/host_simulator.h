#ifndef BERTHMASTER_TESTS_CONTROLLER_DETECT_HOST_SIMULATOR_H_
#define BERTHMASTER_TESTS_CONTROLLER_DETECT_HOST_SIMULATOR_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/protocol/sample.h"
#include "controller/detect/incident_tracker.h"
#include "controller/model/incident.h"
#include "tests/common/forecast/pool_simulator.h"

namespace berthmaster {

inline constexpr uint64_t kBlueCookie = 7;

// One host with one namespace, whose samples go to a tracker of its own.
class HostSimulator {
 public:
  HostSimulator();

  // Observes `pools` at `time` seconds after the start.
  std::vector<Incident> Observe(double time, std::vector<PoolSample> pools);
  std::vector<Incident> Observe(const HostSample& sample);
  // Lets `pool` run until `until`, with a sample each `interval` seconds.
  void Run(PoolSimulator& pool, double until, double interval = 1);

  NetnsSample& netns() { return netns_; }
  HostSample SampleOf(double time, std::vector<PoolSample> pools);
  IncidentTracker& tracker() { return tracker_; }
  absl::Time now() const { return now_; }

  // Each incident as it was returned last, in the order of their ids.
  std::vector<Incident> Incidents() const;
  // The only incident; a failure when there is not exactly one.
  Incident Only() const;
  // How many incidents Observe has returned.
  int writes() const { return writes_; }
  // Seconds from the start to the first opening.
  std::optional<double> opened_at() const { return opened_at_; }

 private:
  NetnsSample netns_;
  int64_t sequence_ = 0;
  int ids_ = 0;
  IncidentTracker tracker_;
  absl::Time now_;
  double last_time_ = 0;
  std::map<std::string, Incident> incidents_;
  int writes_ = 0;
  std::optional<double> opened_at_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_CONTROLLER_DETECT_HOST_SIMULATOR_H_
