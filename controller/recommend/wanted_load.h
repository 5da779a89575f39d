#ifndef BERTHMASTER_CONTROLLER_RECOMMEND_WANTED_LOAD_H_
#define BERTHMASTER_CONTROLLER_RECOMMEND_WANTED_LOAD_H_

#include "common/protocol/sample.h"

namespace berthmaster {

// Whether so much of the pool is taken that the measured rate is what the limit lets through.
bool IsAtLimit(const PoolSample& pool);

// The pool at the rate that its users want: at the limit the rate is the highest 5 s of closes that
// the release histogram remembers, where that is more than the measured one. Pure.
PoolSample AtWantedLoad(const PoolSample& pool);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_RECOMMEND_WANTED_LOAD_H_
