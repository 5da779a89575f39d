#ifndef BERTHMASTER_CONTROLLER_DETECT_INCIDENT_TRACKER_H_
#define BERTHMASTER_CONTROLLER_DETECT_INCIDENT_TRACKER_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/forecast/forecast.h"
#include "common/protocol/sample.h"
#include "controller/detect/subject.h"
#include "controller/detect/thresholds.h"
#include "controller/model/detection_policy.h"
#include "controller/model/incident.h"
#include "controller/model/silence.h"

namespace berthmaster {

// Those of one host.
using PoolHistories = absl::flat_hash_map<PoolOfHost, LoadHistory>;

// Turns samples into incidents: per pool a signal with hysteresis, per problem one incident, with
// all pools of one cause that have a destination or a workload in common. It holds no clock and
// does no I/O, so the same samples always give the same incidents. One thread.
class IncidentTracker {
 public:
  // Makes the id of a new incident.
  using IdMaker = std::function<std::string(absl::Time now)>;

  explicit IncidentTracker(IdMaker make_id, Thresholds thresholds = {});
  ~IncidentTracker();

  // Takes over the incidents that were active when the controller stopped. Before the first
  // Observe.
  void Restore(std::vector<Incident> active);

  // Sets thresholds by label from the next sample on; incidents that are open stay so until they
  // are calm by the new ones. `rules` are those of a checked policy.
  void SetRules(std::vector<DetectionRule> rules);

  // Feeds the committed sample of a host, in the order of its sequence. Returns every incident that
  // it opened, changed or resolved, as it is now. A pool that is no longer in the samples leaves
  // its incident, which resolves with the last of them.
  std::vector<Incident> Observe(absl::string_view host_id, const HostSample& sample,
                                absl::Time now);

  // What the samples so far tell of the load of each pool of the host that is remembered: with it a
  // forecast says the same as the verdicts. Empty for an unknown host.
  PoolHistories HistoriesOf(absl::string_view host_id) const;

  // What a person does. NOT_FOUND when no active incident has the id.
  absl::StatusOr<Incident> Acknowledge(absl::string_view id, absl::string_view who, absl::Time now);
  absl::StatusOr<Incident> Resolve(absl::string_view id, absl::string_view who,
                                   absl::string_view reason, absl::Time now);

  // What mutes an active incident from now on; nothing: it is loud. `text` goes into its timeline
  // unless it is empty. NOT_FOUND as above.
  absl::StatusOr<Incident> SetMuting(absl::string_view id, const std::optional<Muting>& muting,
                                     absl::string_view text, absl::Time now);

  // Adds a line to the timeline of an active incident, such as the progress of its rollout.
  // NOT_FOUND as above.
  absl::StatusOr<Incident> AddTimelineEntry(absl::string_view id, absl::string_view text,
                                            absl::Time now);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_DETECT_INCIDENT_TRACKER_H_
