#include "agent/collect/fold_pools.h"

#include <algorithm>
#include <functional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/collect/remainder.h"
#include "agent/kernel/count_text.h"

namespace berthmaster {

void FoldPools(HostSample& sample) {
  std::vector<double> utilizations;
  for (const NetnsSample& netns : sample.namespaces) {
    for (const PoolSample& pool : netns.pools) utilizations.push_back(pool.utilization());
  }
  if (utilizations.size() <= kPoolsPerSampleMax) return;
  const auto last_kept = utilizations.begin() + static_cast<ptrdiff_t>(kPoolsPerSampleMax - 1);
  std::nth_element(utilizations.begin(), last_kept, utilizations.end(), std::greater<>());
  const double utilization_min = *last_kept;
  // Of those at the edge, so many have a place.
  size_t room_at_edge =
      kPoolsPerSampleMax -
      static_cast<size_t>(std::count_if(utilizations.begin(), last_kept, [&](double utilization) {
        return utilization > utilization_min;
      }));
  for (NetnsSample& netns : sample.namespaces) {
    int left_out = 0;
    std::erase_if(netns.pools, [&](const PoolSample& pool) {
      if (pool.utilization() > utilization_min) return false;
      if (pool.utilization() == utilization_min && room_at_edge > 0) {
        --room_at_edge;
        return false;
      }
      if (pool.kind == PoolKind::kConnect) {
        AddToRemainder(pool, netns.remainder);
      } else {
        ++left_out;
      }
      return true;
    });
    if (left_out == 0) continue;
    netns.limitations.push_back(absl::StrCat(
        CountText(left_out, "pool with low utilization is", "pools with low utilization are"),
        " left out; a sample has at most ", kPoolsPerSampleMax));
  }
}

}  // namespace berthmaster
