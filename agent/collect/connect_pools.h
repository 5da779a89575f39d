#ifndef BERTHMASTER_AGENT_COLLECT_CONNECT_POOLS_H_
#define BERTHMASTER_AGENT_COLLECT_CONNECT_POOLS_H_

#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "agent/collect/connect_traffic.h"
#include "agent/collect/pool_counts.h"
#include "agent/collect/pool_sample.h"
#include "agent/collect/rate.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// How many connect pools of one namespace go into a sample: those nearest to exhaustion. More are
// of no use to anyone, and a crawler's tens of thousands of destinations would fill the history
// with pools of one socket. The others are added up in the remainder.
inline constexpr size_t kPoolsPerNetnsMax = 4000;

// Makes the connect pools of a namespace's samples, with their rates, and remembers between dumps
// what rates need. One thread.
class ConnectPools {
 public:
  // What a sample needs beside the counts of the dump.
  struct Context {
    const std::map<std::string, std::string>& sysctls;
    ConnectPoolFrame frame;
    // Null where nothing counts it.
    const ConnectTraffic* traffic = nullptr;
  };

  // Appends the pools of one dump to the sample and sets its remainder. `now` is monotonic and
  // rises.
  void AddTo(NetnsSample& sample, const NetnsCounts& counts, const Context& context,
             absl::Duration now);

 private:
  void SetRates(const PoolCounts& counts, const Context& context, absl::Duration now,
                LiveHistory& history, PoolSample& pool) const;

  // Of the pools in the last dump's sample.
  absl::flat_hash_map<RawPoolKey, LiveHistory> histories_;
  // Whether every pool of the last dump is in histories_.
  bool histories_are_whole_ = false;
  std::optional<absl::Duration> last_dump_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_COLLECT_CONNECT_POOLS_H_
