#ifndef BERTHMASTER_AGENT_COLLECT_EXHAUSTION_WATCH_H_
#define BERTHMASTER_AGENT_COLLECT_EXHAUSTION_WATCH_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// A namespace is close to exhaustion when a pool of it is this full, or is forecast to run out
// within this time: the controller opens an incident at 90 %, and for a forecast wants three
// samples over 2.5 s, which must not take half of the time that is left.
inline constexpr double kCloseUtilization = 0.8;
inline constexpr absl::Duration kCloseTimeLeft = absl::Minutes(5);
// It is calm again below these, for kCalmHold on end, so that a pool at a threshold does not make
// the pace flap.
inline constexpr double kCalmUtilization = 0.7;
inline constexpr absl::Duration kCalmTimeLeft = absl::Minutes(10);
inline constexpr absl::Duration kCalmHold = absl::Seconds(10);
// An emptier pool is not forecast: the controller does not either below 15 %.
inline constexpr double kForecastShareMin = 0.1;

// How near the pools of one namespace are to exhaustion.
struct Nearness {
  double utilization_max = 0;
  // Nothing when no pool is forecast to run out.
  std::optional<absl::Duration> time_left_min;
};

// Of pools that were dumped together. Only pools that a sample a second helps are looked at:
// connect, bind, UDP and SNAT pools and the TIME_WAIT table. Pure.
Nearness MeasureNearness(const std::vector<PoolSample>& pools,
                         const std::map<std::string, std::string>& sysctls);

// Whether a namespace is close to exhaustion, with hysteresis. Pure but for what it remembers.
class ExhaustionWatch {
 public:
  // `now` is monotonic and does not go back.
  void Update(const Nearness& nearness, absl::Duration now);
  bool is_close() const { return is_close_; }

 private:
  bool is_close_ = false;
  // When it was last not calm.
  absl::Duration last_restless_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_COLLECT_EXHAUSTION_WATCH_H_
