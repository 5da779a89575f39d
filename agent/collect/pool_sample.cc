#include "agent/collect/pool_sample.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "absl/algorithm/container.h"
#include "absl/strings/numbers.h"
#include "agent/collect/rate.h"
#include "common/sysctl/catalogue.h"

namespace berthmaster {
namespace {

std::optional<int32_t> TableCapacity(const std::map<std::string, std::string>& sysctls) {
  auto found = sysctls.find(std::string(kTimeWaitBucketsSysctl));
  int64_t buckets = 0;
  if (found == sysctls.end() || !absl::SimpleAtoi(found->second, &buckets)) return std::nullopt;
  if (buckets < 0 || buckets > std::numeric_limits<int32_t>::max()) return std::nullopt;
  return static_cast<int32_t>(buckets);
}

}  // namespace

PoolSample MakeConnectPool(const PoolCounts& counts, const ConnectPoolFrame& frame) {
  PoolSample pool;
  pool.kind = PoolKind::kConnect;
  pool.key = counts.key.ToKey();
  pool.capacity = frame.capacity;
  pool.in_use = counts.in_use;
  pool.reusable = counts.reusable;
  pool.blocked = frame.blocked;
  pool.states = counts.states;
  if (counts.in_use > 0) {
    pool.wrong_parity_share = static_cast<double>(counts.wrong_parity) / counts.in_use;
  }
  if (frame.knows_early_bound && counts.in_use + counts.early_bound > 0) {
    pool.early_bind_share =
        static_cast<double>(counts.early_bound) / (counts.in_use + counts.early_bound);
  }
  if (counts.states[TcpState::kTimeWait] > 0) {
    pool.time_wait_releases.assign(counts.releases.begin(), counts.releases.end());
  }
  return pool;
}

std::optional<PoolSample> MakeTimeWaitTable(const TimeWaitTableCounts& counts,
                                            const std::map<std::string, std::string>& sysctls) {
  const std::optional<int32_t> capacity = TableCapacity(sysctls);
  PoolSample pool;
  pool.kind = PoolKind::kTimeWaitTable;
  pool.states[TcpState::kTimeWait] = absl::c_accumulate(counts.time_wait, 0);
  pool.states[TcpState::kFinWait2] = absl::c_accumulate(counts.fin_wait_2, 0);
  pool.in_use = pool.states[TcpState::kTimeWait] + pool.states[TcpState::kFinWait2];
  if (pool.in_use == 0 || !capacity.has_value()) return std::nullopt;
  pool.capacity = *capacity;
  for (size_t index = 0; index < kReleaseSeconds; ++index) {
    pool.time_wait_releases.push_back(counts.time_wait[index] + counts.fin_wait_2[index]);
  }
  // What comes into the table is what is made; nothing is connected or held.
  pool.time_wait_rate = TimeWaitRate(counts.time_wait, std::nullopt);
  pool.connection_rate = pool.time_wait_rate;
  return pool;
}

std::vector<uint32_t> NearestToExhaustion(const std::vector<PoolCounts>& pools, size_t count_max) {
  std::vector<uint32_t> order(pools.size());
  std::iota(order.begin(), order.end(), 0);
  // All connect pools of a namespace have one capacity, so what is taken decides.
  auto is_nearer = [&pools](uint32_t a, uint32_t b) {
    const int32_t taken_a = pools[a].in_use - pools[a].reusable;
    const int32_t taken_b = pools[b].in_use - pools[b].reusable;
    if (taken_a != taken_b) return taken_a > taken_b;
    if (pools[a].in_use != pools[b].in_use) return pools[a].in_use > pools[b].in_use;
    if (pools[a].early_bound != pools[b].early_bound) {
      return pools[a].early_bound > pools[b].early_bound;
    }
    return a < b;
  };
  const size_t count = std::min(count_max, order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<ptrdiff_t>(count), order.end(),
                    is_nearer);
  order.resize(count);
  return order;
}

}  // namespace berthmaster
