#ifndef BERTHMASTER_AGENT_COLLECT_POOL_SAMPLE_H_
#define BERTHMASTER_AGENT_COLLECT_POOL_SAMPLE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/collect/pool_counts.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// From the counts of a dump to what a sample says of a pool. Pure; any thread.

// What all connect pools of a namespace share.
struct ConnectPoolFrame {
  int32_t capacity = 0;
  int32_t blocked = 0;
  // Whether the kernel was asked which ports bind() took.
  bool knows_early_bound = false;
};

// Without rates, which need more than one dump.
PoolSample MakeConnectPool(const PoolCounts& counts, const ConnectPoolFrame& frame);

// Nothing when the namespace has no mini-socket or its table has no limit (tcp_max_tw_buckets is
// negative, unknown or above 2^31 - 1).
std::optional<PoolSample> MakeTimeWaitTable(const TimeWaitTableCounts& counts,
                                            const std::map<std::string, std::string>& sysctls);

// The positions in `pools` of the `count_max` nearest to exhaustion, nearest first.
std::vector<uint32_t> NearestToExhaustion(const std::vector<PoolCounts>& pools, size_t count_max);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_COLLECT_POOL_SAMPLE_H_
