#include "agent/tune/change_check.h"

#include <gtest/gtest.h>

namespace berthmaster {
namespace {

TEST(CheckAllowedSysctls, TakesTheDefaultsAndNothingThatIsOnlyRead) {
  EXPECT_TRUE(CheckAllowedSysctls(DefaultAllowedSysctls()).ok());
  EXPECT_TRUE(CheckAllowedSysctls({}).ok());
  EXPECT_EQ(CheckAllowedSysctls({"net.ipv4.ip_forward"}).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      CheckAllowedSysctls({"net.ipv4.tcp_tw_recycle"}).message(),
      "'net.ipv4.tcp_tw_recycle' is not a sysctl that Berthmaster writes; those it does are: "
      "net.ipv4.ip_local_port_range, net.ipv4.ip_local_reserved_ports, net.ipv4.tcp_tw_reuse, "
      "net.ipv4.tcp_max_tw_buckets, net.ipv4.tcp_fin_timeout, net.ipv4.tcp_syncookies, "
      "net.ipv4.tcp_max_syn_backlog, net.core.somaxconn, net.ipv4.tcp_syn_retries, "
      "net.netfilter.nf_conntrack_tcp_timeout_time_wait");
}

TEST(CheckForDuplicates, FindsOnlyTheSameSysctlInTheSameNamespace) {
  DesiredChange a;
  a.netns_cookie = 1;
  a.change.sysctl = "x";
  DesiredChange b = a;
  b.netns_cookie = 2;
  DesiredChange c = a;
  c.change.sysctl = "y";

  std::vector<absl::Status> verdicts = CheckForDuplicates({a, b, c, a});

  EXPECT_FALSE(verdicts[0].ok());
  EXPECT_TRUE(verdicts[1].ok());
  EXPECT_TRUE(verdicts[2].ok());
  EXPECT_FALSE(verdicts[3].ok());
}

}  // namespace
}  // namespace berthmaster
