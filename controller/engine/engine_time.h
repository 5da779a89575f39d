#ifndef BERTHMASTER_CONTROLLER_ENGINE_ENGINE_TIME_H_
#define BERTHMASTER_CONTROLLER_ENGINE_ENGINE_TIME_H_

#include "absl/time/time.h"

namespace berthmaster {

// The moment of one turn: everything in a turn happens at the same time. Records get `now`, which
// can step; deadlines and intervals go by `monotonic`.
struct EngineTime {
  absl::Time now;
  absl::Duration monotonic;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_ENGINE_ENGINE_TIME_H_
