#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "agent/sample_command.h"

namespace berthmaster {
namespace {

using ::testing::HasSubstr;

TEST(SampleTable, ShowsTheFullestPoolFirst) {
  HostSample sample;
  sample.cpu_time = absl::Milliseconds(3);
  NetnsSample netns;
  netns.label = "blue\n";
  PoolSample table;
  table.kind = PoolKind::kTimeWaitTable;
  table.capacity = 1000;
  PoolSample pool;
  pool.key = {*IpAddress::Parse("10.0.0.1"), *IpAddress::Parse("fd00::2"), 443};
  pool.capacity = 400;
  pool.in_use = 300;
  pool.reusable = 100;
  pool.states[TcpState::kTimeWait] = 250;
  pool.states[TcpState::kEstablished] = 50;
  netns.pools = {table, pool};
  sample.namespaces.push_back(netns);

  std::string text = SampleTable(sample);

  EXPECT_THAT(text, HasSubstr("blue\\n               10.0.0.1 -> [fd00::2]:443  "));
  EXPECT_THAT(text, HasSubstr("  400      300       100       200  50.0%  "
                              "ESTABLISHED=50 TIME_WAIT=250\n"));
  EXPECT_LT(text.find("[fd00::2]:443"), text.find("TIME_WAIT table"));
  EXPECT_THAT(text, HasSubstr("2 pools in 1 namespaces, 3ms of CPU\n"));
}

}  // namespace
}  // namespace berthmaster
