#ifndef BERTHMASTER_CONTROLLER_REPLAY_POOL_TRACK_H_
#define BERTHMASTER_CONTROLLER_REPLAY_POOL_TRACK_H_

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/forecast/forecast.h"
#include "common/protocol/sample.h"
#include "controller/replay/backtest_report.h"
#include "controller/replay/error_list.h"

namespace berthmaster {

// How far ahead forecasts are judged.
inline constexpr std::array<absl::Duration, 4> kJudgedHorizons = {
    absl::Seconds(10), absl::Seconds(30), absl::Seconds(60), absl::Seconds(120)};
// A pool is judged from where it first was this full; forecasts of smaller ones are right for free.
inline constexpr double kJudgedUtilizationMin = 0.05;
// A moment further away than this is told too roughly to be held to the second.
inline constexpr absl::Duration kJudgedTimeLeftMax = absl::Minutes(10);
// Between samples further apart the occupancy is not known.
inline constexpr absl::Duration kJudgedGapMax = absl::Seconds(45);
// At the limit a pool has a port free now and then: only after this long with headroom is it
// exhausted anew.
inline constexpr absl::Duration kExhaustionGap = absl::Seconds(10);
inline constexpr size_t kExhaustionsMax = 100;

// What a pool did, and what was foretold of it before: keeps each forecast until its moment has
// come. Of bounded size. One thread.
class PoolTrack {
 public:
  // `small_time` is that of the sample before the first, in which the pool was too small to be
  // judged; nothing when there was none.
  PoolTrack(std::string host_id, std::string pool_name, PoolId id,
            std::optional<absl::Time> small_time);

  // A sample of the pool, in the order of their times; one that is not later than the one before
  // (a clock was set back) drops what waits to be judged. `is_overflowing` says that the TIME_WAIT
  // table lost sockets since the sample before.
  void Add(absl::string_view netns_label, const PoolSample& pool, absl::Time sample_time,
           bool is_overflowing);
  // What the engine makes of that sample: to be judged by those to come.
  void Expect(const Forecast& forecast);

  // The pool is in the samples no more, and so has no sockets.
  void AddEmpty(absl::Time sample_time);

  bool is_exhausted() const { return is_exhausted_; }
  PoolReport Report() const;

 private:
  struct Value {
    absl::Time sample_time;
    double in_use = 0;
    double capacity = 0;
  };
  // The occupancy at `due`.
  struct Expected {
    absl::Time due;
    double in_use = 0;
    double min = 0;
    double max = 0;
  };
  struct Horizon {
    std::deque<Expected> waiting;
    ErrorList sockets;
    ErrorList share;
    int64_t band_count = 0;
    int64_t in_band_count = 0;
    int64_t unjudged_count = 0;
  };
  // Said at `said_time`; nothing for "it will not run out".
  struct ExpectedEnd {
    absl::Time said_time;
    std::optional<absl::Time> moment;
  };

  void Advance(const Value& now, bool is_exhausted);
  void DropWaiting();
  void JudgeHorizons(const Value& before, const Value& now);
  void JudgeEnd(const Exhaustion& exhaustion);
  void DropPassedEnds(absl::Time now);

  PoolReport report_;
  std::array<Horizon, kJudgedHorizons.size()> horizons_;
  std::deque<ExpectedEnd> ends_;
  ErrorList end_seconds_;
  ErrorList end_share_;
  std::optional<Value> last_;
  bool is_exhausted_ = false;
  absl::Time exhausted_time_ = absl::InfinitePast();
  absl::Time rise_time_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_REPLAY_POOL_TRACK_H_
