#ifndef BERTHMASTER_CONTROLLER_ENGINE_HOST_PRESENCE_H_
#define BERTHMASTER_CONTROLLER_ENGINE_HOST_PRESENCE_H_

#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/protocol/identity.h"
#include "common/protocol/sample.h"
#include "controller/engine/control_ledger.h"
#include "controller/engine/engine_time.h"
#include "controller/engine/fleet.h"
#include "controller/engine/incident_book.h"

namespace berthmaster {

// Hosts that a controller remembers. Anyone who may attach can name a host, so this is bounded; it
// is three times the fleet that one controller serves.
inline constexpr size_t kHostsMax = 50000;
// How often the time of the newest sample goes into the host's row when nothing else changes it:
// a row per sample would double the cost of a report, and the history has every time.
inline constexpr absl::Duration kSampleTimePersist = absl::Minutes(1);
// A host is overdue after this many of its own sample intervals, if that is longer than
// EngineOptions::host_timeout.
inline constexpr int kOverdueIntervals = 3;

// Whether each host is heard from, and its newest committed sample. Owns the Host rows of the
// ledger but for desired_revision. One thread.
class HostPresence {
 public:
  // All must outlive it.
  HostPresence(ControlLedger* ledger, IncidentBook* incidents, absl::Duration host_timeout);

  // Every host of the ledger counts as heard from now, so that the agents have time to come back
  // after a restart of the controller.
  void Restore(EngineTime time);

  // RESOURCE_EXHAUSTED for a new host beyond kHostsMax; then nothing changes.
  absl::Status Attach(const AgentHello& hello, EngineTime time);
  // `clock_ahead` is 0 for a sound clock; else it becomes a limitation of the host.
  void TakeSample(const std::string& host_id, std::shared_ptr<const HostSample> sample,
                  absl::Duration clock_ahead, EngineTime time);
  void Detach(absl::string_view host_id, bool goodbye, EngineTime time);
  // Finds the hosts that are overdue.
  void Tick(EngineTime time);

  // For Fleet: the row with the time of the newest sample, and that sample. Null when the host is
  // not known.
  Fleet::HostPointer View(absl::string_view host_id) const;
  // Null before the first sample.
  std::shared_ptr<const HostSample> NewestSample(absl::string_view host_id) const;

 private:
  struct Heard {
    absl::Duration last_heard;
    // Between samples, as the agent says; 0 while not known.
    absl::Duration sample_interval;
    std::shared_ptr<const HostSample> sample;
  };

  void TellIncidents(absl::string_view host_id, absl::string_view text, absl::Time now);

  ControlLedger* ledger_;
  IncidentBook* incidents_;
  absl::Duration host_timeout_;
  absl::flat_hash_map<std::string, Heard> heard_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_ENGINE_HOST_PRESENCE_H_
