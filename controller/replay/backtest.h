#ifndef BERTHMASTER_CONTROLLER_REPLAY_BACKTEST_H_
#define BERTHMASTER_CONTROLLER_REPLAY_BACKTEST_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/protocol/sample.h"
#include "controller/detect/incident_tracker.h"
#include "controller/replay/backtest_report.h"
#include "controller/replay/pool_track.h"

namespace berthmaster {

// Pools of all hosts that are judged; further ones still have their incidents, and a note says how
// many they are. As many as detection remembers of one host.
inline constexpr size_t kJudgedPoolsMax = 4096;
// Incidents that are reported; the later ones are counted in a note.
inline constexpr size_t kReportedIncidentsMax = 10'000;

// Runs the engine over samples of the past and holds what it said against what then happened: the
// tracker of the controller makes the incidents, the model of common/forecast the forecasts. Knows
// no clock and does no I/O: a sample's own time is now, so the same samples always give the same
// report, as fast as they come. One thread.
class Backtest {
 public:
  Backtest();

  // In the order of the host's samples.
  void Feed(absl::string_view host_id, const HostSample& sample);

  // What was seen up to here.
  BacktestReport Report() const;

 private:
  struct NetnsTrack {
    int64_t overflow_count = 0;
    absl::Time sample_time;
  };
  struct HostTrack {
    std::map<PoolOfHost, std::unique_ptr<PoolTrack>> pools;
    // By cookie.
    std::map<uint64_t, NetnsTrack> namespaces;
  };

  void FeedNetns(absl::string_view host_id, HostTrack& host, const NetnsSample& netns,
                 const PoolHistories& histories, absl::Time now);
  void Note(const Incident& incident);

  IncidentTracker tracker_;
  std::map<std::string, HostTrack, std::less<>> hosts_;
  size_t pool_count_ = 0;
  int64_t unjudged_pool_samples_ = 0;
  int64_t incident_number_ = 0;
  int64_t unreported_incidents_ = 0;
  // In the order of their opening, by id.
  std::map<std::string, IncidentReport> incidents_;
  int64_t sample_count_ = 0;
  absl::Time start_time_ = absl::InfiniteFuture();
  absl::Time end_time_ = absl::InfinitePast();
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_REPLAY_BACKTEST_H_
