#include <algorithm>

#include "agent/metrics/metrics_snapshot.h"
#include "common/forecast/forecast.h"
#include "common/forecast/reuse.h"

namespace berthmaster {
namespace {

struct Row {
  const NetnsSample* netns;
  const PoolSample* pool;
};

SampleSummary::Pool SummarizePool(const Row& row) {
  SampleSummary::Pool summary;
  summary.netns_inode = row.netns->inode;
  summary.netns_label = row.netns->label;
  summary.pool = *row.pool;
  summary.time_to_exhaustion =
      MakeForecast(*row.pool, ReuseDelay(row.netns->sysctls, row.pool->key)).time_to_exhaustion;
  summary.pool.owners.clear();
  summary.pool.time_wait_releases.clear();
  return summary;
}

// The first `count` in order, without sorting the rest.
template <typename T, typename Before>
void KeepFirst(std::vector<T>& items, size_t count, Before before) {
  const size_t kept = std::min(count, items.size());
  std::partial_sort(items.begin(), items.begin() + static_cast<ptrdiff_t>(kept), items.end(),
                    before);
  items.erase(items.begin() + static_cast<ptrdiff_t>(kept), items.end());
}

}  // namespace

SampleSummary Summarize(const HostSample& sample) {
  SampleSummary summary;
  summary.sample_time = sample.sample_time;
  summary.netns_count = static_cast<int64_t>(sample.namespaces.size());
  summary.limitation_count = static_cast<int64_t>(sample.limitations.size());
  std::vector<Row> rows;
  for (const NetnsSample& netns : sample.namespaces) {
    for (const PoolSample& pool : netns.pools) rows.push_back({&netns, &pool});
    summary.tcp_in_use += netns.tcp_in_use;
    summary.time_wait += netns.time_wait;
    summary.limitation_count += static_cast<int64_t>(netns.limitations.size());
    summary.namespaces.push_back({netns.inode, netns.label, netns.tcp_in_use, netns.time_wait,
                                  netns.time_wait_overflow_count});
  }
  summary.pool_count = static_cast<int64_t>(rows.size());
  KeepFirst(rows, kMetricsPoolsMax, [](const Row& a, const Row& b) {
    return a.pool->utilization() > b.pool->utilization();
  });
  for (const Row& row : rows) summary.pools.push_back(SummarizePool(row));
  KeepFirst(summary.namespaces, kMetricsNetnsMax,
            [](const SampleSummary::Netns& a, const SampleSummary::Netns& b) {
              return a.tcp_in_use + a.time_wait > b.tcp_in_use + b.time_wait;
            });
  return summary;
}

}  // namespace berthmaster
