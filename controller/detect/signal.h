#ifndef BERTHMASTER_CONTROLLER_DETECT_SIGNAL_H_
#define BERTHMASTER_CONTROLLER_DETECT_SIGNAL_H_

#include <cstdint>

#include "absl/time/time.h"
#include "controller/detect/pool_facts.h"

namespace berthmaster {

// What made a verdict, the strongest first.
enum class Reason : uint8_t { kNone, kFailures, kFull, kNearLimit, kForecast, kBlocked };

// The detector's verdict on one sample of one pool, with what is remembered of it.
struct Signal {
  // Something may be wrong, or more than that.
  bool suspicious = false;
  // Enough evidence for an incident.
  bool problem = false;
  Reason reason = Reason::kNone;
  // So little is wrong that an incident may resolve, if it lasts for calm_time.
  bool calm = false;
  absl::Duration calm_time;
  // It fails now.
  bool exhausted = false;
  bool critical = false;
};

// Pure.
Signal Judge(const PoolFacts& facts);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_DETECT_SIGNAL_H_
