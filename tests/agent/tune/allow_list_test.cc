#include "agent/tune/allow_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/status/reason.h"
#include "common/sysctl/catalogue.h"

namespace berthmaster {
namespace {

using ::testing::HasSubstr;

constexpr char kReuse[] = "net.ipv4.tcp_tw_reuse";
constexpr char kFinTimeout[] = "net.ipv4.tcp_fin_timeout";

AllowList Parse(const std::vector<std::string>& entries) {
  absl::StatusOr<AllowList> list = AllowList::Parse(entries);
  EXPECT_TRUE(list.ok()) << list.status();
  return list.ok() ? *list : AllowList();
}

std::string ErrorOf(const std::string& entry) {
  return std::string(AllowList::Parse({entry}).status().message());
}

TEST(AllowListTest, IsWhatTheCatalogueAllowsByDefault) {
  const AllowList list;
  EXPECT_TRUE(list.Check(kReuse, "2").ok());
  EXPECT_EQ(ReasonOf(list.Check(kFinTimeout, "30")), "SYSCTL_NOT_ALLOWED");
  EXPECT_EQ(Parse(DefaultAllowedSysctls()).sysctls(), list.sysctls());
}

TEST(AllowListTest, AllowsNothingWhenItIsEmpty) {
  EXPECT_TRUE(Parse({}).sysctls().empty());
  EXPECT_EQ(ReasonOf(Parse({}).Check(kReuse, "1")), "SYSCTL_NOT_ALLOWED");
}

TEST(AllowListTest, BoundsAnIntegerOnBothSides) {
  const AllowList list = Parse({"net.ipv4.tcp_fin_timeout=30..60"});
  EXPECT_TRUE(list.Check(kFinTimeout, "30").ok());
  EXPECT_TRUE(list.Check(kFinTimeout, "60").ok());
  EXPECT_EQ(ReasonOf(list.Check(kFinTimeout, "29")), "VALUE_OUT_OF_BOUNDS");
  EXPECT_EQ(ReasonOf(list.Check(kFinTimeout, "61")), "VALUE_OUT_OF_BOUNDS");
}

TEST(AllowListTest, TakesOneNumberAsBothBounds) {
  const AllowList list = Parse({"net.ipv4.tcp_tw_reuse=1"});
  EXPECT_TRUE(list.Check(kReuse, "1").ok());
  EXPECT_FALSE(list.Check(kReuse, "0").ok());
  EXPECT_FALSE(list.Check(kReuse, "2").ok());
}

TEST(AllowListTest, BoundsHowFarARangeReaches) {
  const AllowList list = Parse({"net.ipv4.ip_local_port_range=15000..65000"});
  EXPECT_TRUE(list.Check(kPortRangeSysctl, "15000 65000").ok());
  EXPECT_TRUE(list.Check(kPortRangeSysctl, "32768\t60999").ok());
  EXPECT_FALSE(list.Check(kPortRangeSysctl, "14999 65000").ok());
  EXPECT_FALSE(list.Check(kPortRangeSysctl, "15000 65001").ok());
}

TEST(AllowListTest, BoundsThePortsOfAList) {
  const AllowList list = Parse({"net.ipv4.ip_local_reserved_ports=8080+30000..32767"});
  EXPECT_TRUE(list.Check(kReservedPortsSysctl, "").ok());
  EXPECT_TRUE(list.Check(kReservedPortsSysctl, "8080,30000-30010").ok());
  EXPECT_FALSE(list.Check(kReservedPortsSysctl, "8080,32768").ok());
  EXPECT_FALSE(list.Check(kReservedPortsSysctl, "8081").ok());
}

TEST(AllowListTest, NamesBothBoundsInARefusal) {
  EXPECT_EQ(Parse({"net.ipv4.tcp_tw_reuse=0..1"}).Check(kReuse, "2").message(),
            "net.ipv4.tcp_tw_reuse: '2' is outside 0..1, the bounds of this host; those of "
            "Berthmaster are 0..2; widen the entry in allow-sysctls of the agent if it may be "
            "written here");
}

TEST(AllowListTest, RefusesWhatBerthmasterDoesNotWrite) {
  EXPECT_EQ(
      ErrorOf("net.ipv4.tcp_tw_recycle"),
      "'net.ipv4.tcp_tw_recycle' is not a sysctl that Berthmaster writes; those it does are: "
      "net.ipv4.ip_local_port_range, net.ipv4.ip_local_reserved_ports, net.ipv4.tcp_tw_reuse, "
      "net.ipv4.tcp_max_tw_buckets, net.ipv4.tcp_fin_timeout, net.ipv4.tcp_syncookies, "
      "net.ipv4.tcp_max_syn_backlog, net.core.somaxconn, net.ipv4.tcp_syn_retries, "
      "net.netfilter.nf_conntrack_tcp_timeout_time_wait");
  EXPECT_THAT(ErrorOf("net.ipv4.ip_forward=0..1"), HasSubstr("is not a sysctl"));
  EXPECT_THAT(ErrorOf("net.ipv4.tcp_timestamps"), HasSubstr("is not a sysctl"));
  EXPECT_THAT(ErrorOf(" net.ipv4.tcp_tw_reuse"), HasSubstr("is not a sysctl"));
  EXPECT_THAT(ErrorOf(""), HasSubstr("is not a sysctl"));
}

TEST(AllowListTest, RefusesBoundsThatAreNone) {
  for (const char* bad : {"", "..", "1..", "..2", "2..1", "0...2", "0..1..2", "a..b", "-1..2",
                          "+0..2", " 0..2", "0..2 ", "0-2", "0x0..2", "0..99999999999999999999"}) {
    EXPECT_THAT(ErrorOf(std::string("net.ipv4.tcp_tw_reuse=") + bad),
                HasSubstr("are no bounds; write LOWEST..HIGHEST, within 0..2"))
        << bad;
  }
  EXPECT_EQ(ErrorOf("net.ipv4.ip_local_reserved_ports=80,443"),
            "'net.ipv4.ip_local_reserved_ports=80,443': '80,443' are no bounds; write ports and "
            "LOW..HIGH joined by +, within 0..65535");
}

TEST(AllowListTest, RefusesBoundsBeyondTheCatalogue) {
  EXPECT_EQ(ErrorOf("net.ipv4.ip_local_port_range=1000..65000"),
            "'net.ipv4.ip_local_port_range=1000..65000': the bounds 1000..65000 leave "
            "1024..65535, which is all that Berthmaster writes; write narrower ones");
  EXPECT_THAT(ErrorOf("net.ipv4.tcp_tw_reuse=0..3"), HasSubstr("leave 0..2"));
  EXPECT_THAT(ErrorOf("net.ipv4.ip_local_reserved_ports=1+65536"), HasSubstr("leave 0..65535"));
}

TEST(AllowListTest, RefusesASysctlThatIsThereTwice) {
  EXPECT_EQ(AllowList::Parse({kReuse, "net.ipv4.tcp_tw_reuse=0..1"}).status().message(),
            "'net.ipv4.tcp_tw_reuse=0..1': net.ipv4.tcp_tw_reuse is on the list twice; name it "
            "once");
}

}  // namespace
}  // namespace berthmaster
