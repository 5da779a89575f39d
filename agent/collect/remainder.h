#ifndef BERTHMASTER_AGENT_COLLECT_REMAINDER_H_
#define BERTHMASTER_AGENT_COLLECT_REMAINDER_H_

#include <optional>

#include "agent/collect/pool_counts.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// Adds up connect pools that a sample does not tell apart. Pure functions; any thread.

// A pool without a socket in use adds nothing.
void AddToRemainder(const PoolCounts& pool, std::optional<PoolRemainder>& remainder);
// A connect pool that had a place.
void AddToRemainder(const PoolSample& pool, std::optional<PoolRemainder>& remainder);
// The sockets of pools beyond kPoolsTrackedMax: how many pools is not known.
void AddUntrackedToRemainder(const PoolCounts& untracked, std::optional<PoolRemainder>& remainder);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_COLLECT_REMAINDER_H_
