#include "agent/advice_command.h"

#include <gtest/gtest.h>

namespace berthmaster {
namespace {

TEST(AdviceTable, HasOneLineForEachPieceOfAdvice) {
  DesiredAdvice checkout;
  checkout.rollout = "rollouts/a";
  checkout.workload = "shop/checkout";
  checkout.destination = IpAddress::Parse("10.0.0.2").value();
  checkout.destination_port = 443;
  checkout.connection_pool_size = 40;
  checkout.connection_rate = 120.5;
  checkout.ports_saved = 7200;
  DesiredAdvice nameless = checkout;
  nameless.rollout = "rollouts/b\x1b[2J";
  nameless.workload = "";
  nameless.netns_cookie = 9;
  nameless.destination = IpAddress::Parse("2001:db8::2").value();
  EXPECT_EQ(
      AdviceTable("/run/x", {{"netns~9.json", {{{}, "", {nameless}}, ""}},
                             {"shop%2Fcheckout.json", {{{}, "shop/checkout", {checkout}}, ""}}}),
      "WORKLOAD       DESTINATION        POOL SIZE   CONNS/S  PORTS SAVED  ROLLOUT\n"
      "netns 9        [2001:db8::2]:443         40     120.5         7200  rollouts/b?[2J\n"
      "shop/checkout  10.0.0.2:443              40     120.5         7200  rollouts/a\n");
}

TEST(AdviceTable, SaysThatThereIsNone) {
  EXPECT_EQ(AdviceTable("/run/x", {}), "No advice is published in /run/x.\n");
}

}  // namespace
}  // namespace berthmaster
