#ifndef BERTHMASTER_AGENT_COLLECT_FAILURE_LOG_H_
#define BERTHMASTER_AGENT_COLLECT_FAILURE_LOG_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "agent/kernel/connect_watch.h"
#include "agent/kernel/sockets/socket_owners.h"
#include "common/net/pool_key.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// Failed connects of one namespace in a sample at most, the most frequent first. Each names a
// process and a destination.
inline constexpr size_t kConnectFailuresMax = 64;
// Pools, and callers, told apart between two samples: as many as the watch tells apart. Further
// ones are lost.
inline constexpr size_t kFailuresPendingMax = 4096;

// The connect() calls that found no port in one namespace since its last sample. One thread.
class FailureLog {
 public:
  void Add(const FailedConnects& failed);
  bool empty() const { return by_pool_.empty(); }

  // Sets PoolSample::connect_failures in every connect pool. Failures whose source the kernel had
  // not chosen count in the fullest pool of their destination.
  void CountIn(std::vector<PoolSample>& pools) const;
  // The names of cgroups come from `owners` when it is not null.
  std::vector<ConnectFailure> List(SocketOwners* owners) const;
  // To be called once a sample has what was counted.
  void Clear();

 private:
  // Towards what, pid, cgroup id and name of the process.
  using Caller = std::tuple<PoolKey, int32_t, uint64_t, std::string>;

  absl::flat_hash_map<PoolKey, int64_t> by_pool_;
  absl::flat_hash_map<Caller, int64_t> by_caller_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_COLLECT_FAILURE_LOG_H_
