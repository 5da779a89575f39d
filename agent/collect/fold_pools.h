#ifndef BERTHMASTER_AGENT_COLLECT_FOLD_POOLS_H_
#define BERTHMASTER_AGENT_COLLECT_FOLD_POOLS_H_

#include <cstddef>

#include "common/protocol/sample.h"

namespace berthmaster {

// How many pools one sample of a host has at most, all namespaces together. About 1.5 MiB on the
// wire, below gRPC's 4 MiB for a message.
inline constexpr size_t kPoolsPerSampleMax = 10000;

// Takes the pools with the lowest utilization out of a sample that has more than
// kPoolsPerSampleMax. Connect pools are added to the remainder of their namespace; of the other
// kinds, which have no sum, the namespace's limitations say how many were left out. Pure.
void FoldPools(HostSample& sample);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_COLLECT_FOLD_POOLS_H_
