#include "agent/tune/sysctl_compare.h"

#include <gtest/gtest.h>

namespace berthmaster {
namespace {

TEST(SameSysctlValue, ComparesByMeaning) {
  EXPECT_TRUE(SameSysctlValue("net.ipv4.ip_local_port_range", "32768\t60999\n", "32768 60999"));
  EXPECT_FALSE(SameSysctlValue("net.ipv4.ip_local_port_range", "32768 60999", "32768 60998"));
  EXPECT_TRUE(SameSysctlValue("net.ipv4.ip_local_reserved_ports", "3,1,2", "1-3"));
  EXPECT_TRUE(SameSysctlValue("net.ipv4.ip_local_reserved_ports", "", "\n"));
  EXPECT_FALSE(SameSysctlValue("net.ipv4.ip_local_reserved_ports", "", "1"));
  EXPECT_TRUE(SameSysctlValue("net.ipv4.tcp_tw_reuse", "01", "1"));
  EXPECT_FALSE(SameSysctlValue("net.ipv4.tcp_tw_reuse", "1", "2"));
}

TEST(SameSysctlValue, ComparesOtherTextsAsTheyAre) {
  EXPECT_TRUE(SameSysctlValue("net.core.other", "a  b ", "a b"));
  EXPECT_FALSE(SameSysctlValue("net.ipv4.tcp_tw_reuse", "one", "1"));
}

}  // namespace
}  // namespace berthmaster
