#include "common/sysctl/setting_name.h"

#include <gtest/gtest.h>

#include <string>

#include "common/sysctl/kubernetes.h"
#include "common/sysctl/release.h"

namespace berthmaster {
namespace {

TEST(DottedSysctlName, TakesTheFirstSeparatorAsTheSeparator) {
  EXPECT_EQ(DottedSysctlName("net/ipv4/tcp_tw_reuse"), "net.ipv4.tcp_tw_reuse");
  EXPECT_EQ(DottedSysctlName("net.ipv4.tcp_tw_reuse"), "net.ipv4.tcp_tw_reuse");
  EXPECT_EQ(DottedSysctlName("net/ipv4/conf/eth0.1/rp_filter"), "net.ipv4.conf.eth0/1.rp_filter");
  EXPECT_EQ(DottedSysctlName("net.ipv4.conf.eth0/1.rp_filter"), "net.ipv4.conf.eth0/1.rp_filter");
  EXPECT_EQ(DottedSysctlName("word"), "word");
}

TEST(FindSettingName, TakesEverySpelling) {
  for (const char* text : {"net.ipv4.tcp_tw_recycle", "tcp_tw_recycle", "net/ipv4/tcp_tw_recycle",
                           "ipv4.tcp_tw_recycle", "TCP_TW_RECYCLE", "tcp-tw-recycle"}) {
    EXPECT_EQ(FindSettingName(text), "net.ipv4.tcp_tw_recycle") << text;
  }
  EXPECT_EQ(FindSettingName("so_linger"), "SO_LINGER");
  EXPECT_EQ(FindSettingName("time-wait"), "TIME_WAIT");
  EXPECT_EQ(FindSettingName("FIN_WAIT2"), "FIN_WAIT_2");
  EXPECT_EQ(FindSettingName("IP_LOCAL_PORT_RANGE"), "IP_LOCAL_PORT_RANGE");
  EXPECT_EQ(FindSettingName("ip_local_port_range"), "net.ipv4.ip_local_port_range");
  EXPECT_EQ(FindSettingName("somaxconn"), "net.core.somaxconn");
  EXPECT_EQ(FindSettingName("net.nf_conntrack_max"), "net.netfilter.nf_conntrack_max");
  EXPECT_EQ(FindSettingName("tcp_nonsense"), std::nullopt);
  EXPECT_EQ(FindSettingName(""), std::nullopt);
  EXPECT_EQ(FindSettingName(std::string(1000, 'a')), std::nullopt);
}

TEST(NearSettingNames, BeginWithTheNearest) {
  ASSERT_FALSE(NearSettingNames("tcp_tw_resue").empty());
  EXPECT_EQ(NearSettingNames("tcp_tw_resue").front(), "net.ipv4.tcp_tw_reuse");
  EXPECT_EQ(NearSettingNames("fin_timeout").front(), "net.ipv4.tcp_fin_timeout");
  EXPECT_EQ(NearSettingNames("SO_LINGR").front(), "SO_LINGER");
  EXPECT_LE(NearSettingNames("tcp").size(), 3u);
  EXPECT_TRUE(NearSettingNames("banana").empty());
  EXPECT_TRUE(NearSettingNames("").empty());
}

TEST(LikelySlipOf, LeavesOtherSysctlsAlone) {
  EXPECT_EQ(LikelySlipOf("net.ipv4.tcp_fin_timeuot"), "net.ipv4.tcp_fin_timeout");
  EXPECT_EQ(LikelySlipOf("net.ipv6.ip_local_port_range"), "net.ipv4.ip_local_port_range");
  for (const char* other :
       {"net.ipv4.tcp_rmem", "net.ipv4.tcp_retries1", "net.ipv4.tcp_retries2",
        "net.ipv4.udp_child_hash_entries", "net.netfilter.nf_conntrack_gre_timeout",
        "net.netfilter.nf_conntrack_icmp_timeout", "net.netfilter.nf_conntrack_acct",
        "net.netfilter.nf_conntrack_tcp_timeout_unacknowledged", "net.ipv6.conf.all.forwarding",
        "net.ipv4.tcp_mtu_probing", "net.ipv4.tcp_max_syn_backlog"}) {
    EXPECT_EQ(LikelySlipOf(other), std::nullopt) << other;
  }
}

TEST(ParseRelease, TakesTheFirstTwoNumbers) {
  EXPECT_EQ(ParseRelease("6.1.0-13-amd64"), (Release{6, 1}));
  EXPECT_EQ(ParseRelease("v1.29"), (Release{1, 29}));
  EXPECT_LT(*ParseRelease("4.9"), *ParseRelease("4.12"));
  EXPECT_EQ(ParseRelease("6.18")->ToString(), "6.18");
  for (const char* text : {"", "6", "6.", ".1", "six", "6.x", "1234.1", "-6.1", "6,1"}) {
    EXPECT_EQ(ParseRelease(text), std::nullopt) << text;
  }
}

TEST(PodSysctlOf, KnowsTheGroupsOfTheKubelet) {
  EXPECT_EQ(PodSysctlOf("net.ipv4.tcp_fin_timeout").rule, PodSysctlRule::kSafe);
  EXPECT_EQ(PodSysctlOf("net.ipv4.tcp_fin_timeout").since, "1.29");
  EXPECT_EQ(PodSysctlOf("net.core.somaxconn").rule, PodSysctlRule::kUnsafe);
  EXPECT_EQ(PodSysctlOf("fs.mqueue.msg_max").rule, PodSysctlRule::kUnsafe);
  EXPECT_EQ(PodSysctlOf("kernel.sem").rule, PodSysctlRule::kUnsafe);
  EXPECT_EQ(PodSysctlOf("kernel.panic").rule, PodSysctlRule::kNotNamespaced);
}

}  // namespace
}  // namespace berthmaster
