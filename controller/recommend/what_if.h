#ifndef BERTHMASTER_CONTROLLER_RECOMMEND_WHAT_IF_H_
#define BERTHMASTER_CONTROLLER_RECOMMEND_WHAT_IF_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/forecast/forecast.h"
#include "common/protocol/sample.h"
#include "controller/model/recommendation.h"
#include "controller/recommend/pool_change.h"

namespace berthmaster {

// A pool and where it goes.
struct Projection {
  PoolSample pool;
  Forecast forecast;
  Outlook outlook() const;
};

struct Simulation {
  Projection before;
  Projection after;
  // What a person should know of how it was reckoned.
  std::vector<std::string> notes;
};

// Where `pool` goes without and with `change`, by the one model of common/forecast, at the load
// that its users want. `history` may be null. Errors are those of ApplyChange. Pure.
absl::StatusOr<Simulation> Simulate(const NetnsSample& netns, const PoolSample& pool,
                                    const PoolChange& change, const LoadHistory* history);

// The history of a load that is `factor` times as high.
LoadHistory Multiplied(const LoadHistory& history, double factor);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_RECOMMEND_WHAT_IF_H_
