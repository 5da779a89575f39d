#include "agent/only_sample.h"

#include <gtest/gtest.h>

#include <memory>

#include "agent/kernel/sockets/socket_owners.h"

namespace berthmaster {
namespace {

// Each sample took a second more than the one before, so that they differ.
class CountingSampler final : public HostSampler {
 public:
  explicit CountingSampler(int32_t in_use) : in_use_(in_use) {}
  absl::StatusOr<HostSample> Sample() override {
    HostSample sample;
    sample.cpu_time = absl::Seconds(++count);
    PoolSample& pool = sample.namespaces.emplace_back().pools.emplace_back();
    pool.kind = PoolKind::kConnect;
    pool.in_use = in_use_;
    pool.capacity = 100;
    return sample;
  }
  int count = 0;

 private:
  const int32_t in_use_;
};

class NoOwners final : public SocketOwners {
 public:
  absl::StatusOr<absl::flat_hash_map<uint32_t, ProcessId>> Find(
      const absl::flat_hash_set<uint32_t>&) override {
    return absl::flat_hash_map<uint32_t, ProcessId>();
  }
  std::string CgroupPath(uint64_t) override { return ""; }
};

HostReaders WithOwners() {
  HostReaders readers;
  readers.owners = std::make_unique<NoOwners>();
  return readers;
}

TEST(TakeOnlySample, IsTheSecondOneWhereAPoolHasOwnersToName) {
  CountingSampler sampler(26);
  EXPECT_EQ(TakeOnlySample(sampler, WithOwners()).value().cpu_time, absl::Seconds(2));
  EXPECT_EQ(sampler.count, 2);
}

TEST(TakeOnlySample, IsTheFirstOneWhereNoPoolIsLarge) {
  CountingSampler sampler(25);
  EXPECT_EQ(TakeOnlySample(sampler, WithOwners()).value().cpu_time, absl::Seconds(1));
}

TEST(TakeOnlySample, IsTheFirstOneWhereNobodyTellsOwners) {
  CountingSampler sampler(100);
  EXPECT_EQ(TakeOnlySample(sampler, HostReaders()).value().cpu_time, absl::Seconds(1));
}

}  // namespace
}  // namespace berthmaster
