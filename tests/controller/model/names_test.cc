#include "controller/model/names.h"

#include <gtest/gtest.h>

namespace berthmaster {
namespace {

TEST(PoolName, NamesAConnectPoolByItsKey) {
  PoolSample pool;
  pool.key = {*IpAddress::Parse("10.0.0.1"), *IpAddress::Parse("10.0.0.2"), 443};

  EXPECT_EQ(PoolName("web-1", 7, pool), "hosts/web-1/netns/7/pools/10.0.0.1-10.0.0.2-443");
}

TEST(PoolName, NamesTheTimeWaitTableOfANamespace) {
  PoolSample pool;
  pool.kind = PoolKind::kTimeWaitTable;

  EXPECT_EQ(PoolName("web-1", 7, pool), "hosts/web-1/netns/7/pools/time-wait-table");
}

TEST(EtagOf, IsTheRevision) { EXPECT_EQ(EtagOf(12), "12"); }

TEST(RolloutStateText, IsTheWordOfTheContract) {
  EXPECT_EQ(RolloutStateText(RolloutState::kReverting), "REVERTING");
}

}  // namespace
}  // namespace berthmaster
