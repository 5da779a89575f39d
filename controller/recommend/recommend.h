#ifndef BERTHMASTER_CONTROLLER_RECOMMEND_RECOMMEND_H_
#define BERTHMASTER_CONTROLLER_RECOMMEND_RECOMMEND_H_

#include <vector>

#include "absl/time/time.h"
#include "common/protocol/sample.h"
#include "controller/model/recommendation.h"

namespace berthmaster {

// What would end or prevent `incident`, by the newest sample of its namespace and pool, best first
// (rank 1, 2, ...). Ids are empty, state is PROPOSED. Every change has the value in force as its
// expected value. Empty only when nothing that is known would help. Pure.
std::vector<Recommendation> Recommend(const Incident& incident, const NetnsSample& netns,
                                      const PoolSample& pool, absl::Time now);

// Whether `fresh` says something else than `standing` that a person should see before deciding:
// another kind of remedy, another expected value, a desired value that `standing` no longer
// suffices for, a what-if or a pooling number that moved by more than a quarter.
bool MateriallyDiffers(const Recommendation& standing, const Recommendation& fresh);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_RECOMMEND_RECOMMEND_H_
