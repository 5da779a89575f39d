#include "agent/collect/fold_pools.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace berthmaster {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

PoolSample Pool(PoolKind kind, int in_use, uint16_t destination_port) {
  PoolSample pool;
  pool.kind = kind;
  pool.key.destination_port = destination_port;
  pool.capacity = 100;
  pool.in_use = in_use;
  pool.states[TcpState::kTimeWait] = in_use;
  pool.time_wait_releases.assign(kReleaseSeconds, 0);
  pool.time_wait_releases[3] = in_use;
  return pool;
}

HostSample Sample(size_t small_count) {
  HostSample sample;
  sample.namespaces.resize(2);
  for (size_t number = 0; number < small_count; ++number) {
    sample.namespaces[0].pools.push_back(
        Pool(PoolKind::kConnect, 1, static_cast<uint16_t>(number)));
  }
  sample.namespaces[1].pools.push_back(Pool(PoolKind::kConnect, 99, 1));
  return sample;
}

TEST(FoldPoolsTest, LeavesASampleWithinTheBoundAsItIs) {
  HostSample sample = Sample(kPoolsPerSampleMax - 1);
  const HostSample before = sample;
  FoldPools(sample);
  EXPECT_EQ(sample, before);
}

TEST(FoldPoolsTest, AddsUpTheSmallestAndKeepsTheFullest) {
  HostSample sample = Sample(kPoolsPerSampleMax + 9);
  FoldPools(sample);

  // Also where the fullest comes last.
  EXPECT_EQ(sample.namespaces[1].pools.size(), 1u);
  EXPECT_FALSE(sample.namespaces[1].remainder.has_value());
  const NetnsSample& folded = sample.namespaces[0];
  EXPECT_EQ(folded.pools.size(), kPoolsPerSampleMax - 1);
  ASSERT_TRUE(folded.remainder.has_value());
  EXPECT_EQ(folded.remainder->pool_count, 10);
  EXPECT_EQ(folded.remainder->in_use, 10);
  EXPECT_EQ(folded.remainder->states[TcpState::kTimeWait], 10);
  EXPECT_EQ(folded.remainder->time_wait_releases.at(3), 10);
  EXPECT_FALSE(folded.remainder->is_lower_bound);
  EXPECT_TRUE(folded.limitations.empty());
}

TEST(FoldPoolsTest, SaysHowManyOfOtherKindsAreLeftOut) {
  HostSample sample = Sample(kPoolsPerSampleMax);
  sample.namespaces[1].pools.push_back(Pool(PoolKind::kListener, 0, 80));
  FoldPools(sample);
  EXPECT_THAT(sample.namespaces[1].limitations,
              ElementsAre(HasSubstr("1 pool with low utilization is left out")));
  EXPECT_EQ(sample.namespaces[1].pools.size(), 1u);
}

}  // namespace
}  // namespace berthmaster
