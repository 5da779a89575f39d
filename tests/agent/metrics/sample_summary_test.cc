#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "agent/metrics/metrics_snapshot.h"

namespace berthmaster {
namespace {

TEST(SampleSummary, KeepsTheFullestPoolsAndCountsAll) {
  HostSample sample;
  sample.limitations = {"a"};
  for (int i = 0; i < 200; ++i) {
    NetnsSample& netns = sample.namespaces.emplace_back();
    netns.inode = 1000 + static_cast<uint64_t>(i);
    netns.label = absl::StrCat("pod-", i);
    netns.tcp_in_use = i;
    netns.time_wait = 1;
    PoolSample& pool = netns.pools.emplace_back();
    pool.capacity = 1000;
    pool.in_use = i;
    pool.time_wait_releases.assign(kReleaseSeconds, 1);
  }
  sample.namespaces[7].limitations = {"b", "c"};

  SampleSummary summary = Summarize(sample);

  EXPECT_EQ(summary.pool_count, 200);
  EXPECT_EQ(summary.netns_count, 200);
  EXPECT_EQ(summary.tcp_in_use, 199 * 200 / 2);
  EXPECT_EQ(summary.time_wait, 200);
  EXPECT_EQ(summary.limitation_count, 3);
  ASSERT_EQ(summary.pools.size(), 50u);
  EXPECT_EQ(summary.pools.front().netns_label, "pod-199");
  EXPECT_EQ(summary.pools.back().netns_label, "pod-150");
  EXPECT_TRUE(summary.pools.front().pool.time_wait_releases.empty());
  ASSERT_EQ(summary.namespaces.size(), 50u);
  EXPECT_EQ(summary.namespaces.front().inode, 1199u);
}

TEST(SampleSummary, ForecastsThePoolsItKeeps) {
  HostSample sample;
  PoolSample& pool = sample.namespaces.emplace_back().pools.emplace_back();
  pool.capacity = 1000;
  pool.in_use = 500;
  pool.states[TcpState::kEstablished] = 500;
  pool.connection_rate = 10;

  SampleSummary summary = Summarize(sample);

  ASSERT_TRUE(summary.pools[0].time_to_exhaustion.has_value());
  EXPECT_NEAR(absl::ToDoubleSeconds(*summary.pools[0].time_to_exhaustion), 50, 0.5);
}

}  // namespace
}  // namespace berthmaster
