#include "common/ids/names.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace berthmaster {
namespace {

TEST(Names, AreThoseOfTheContract) {
  EXPECT_EQ(HostName("web-1"), "hosts/web-1");
  EXPECT_EQ(NetnsName("web-1", 7), "hosts/web-1/netns/7");
  PoolKey key{*IpAddress::Parse("10.0.0.1"), *IpAddress::Parse("2001:db8::2"), 443};
  EXPECT_EQ(PoolName("hosts/web-1/netns/7", PoolKind::kConnect, key),
            "hosts/web-1/netns/7/pools/10.0.0.1-2001:db8::2-443");
  EXPECT_EQ(IncidentName("x"), "incidents/x");
  EXPECT_EQ(RecommendationName("x"), "recommendations/x");
  EXPECT_EQ(RolloutName("x"), "rollouts/x");
}

TEST(Names, OfPoolsHaveAFormForEachKindThatParsesBack) {
  const PoolKey source{.source = *IpAddress::Parse("10.0.0.1"), .destination = {}};
  const PoolKey listener{
      .source = {}, .destination = *IpAddress::Parse("::"), .destination_port = 80};
  PoolKey flow{*IpAddress::Parse("10.0.0.1"), *IpAddress::Parse("2001:db8::2"), 443};
  PoolKey udp_flow = flow;
  udp_flow.protocol = IpProtocol::kUdp;
  const std::vector<std::pair<PoolId, std::string>> cases = {
      {{PoolKind::kConnect, flow}, "10.0.0.1-2001:db8::2-443"},
      {{PoolKind::kTimeWaitTable, {}}, "time-wait-table"},
      {{PoolKind::kBind, source}, "bind-10.0.0.1"},
      {{PoolKind::kUdp, source}, "udp-10.0.0.1"},
      {{PoolKind::kSnat, flow}, "snat-tcp-10.0.0.1-2001:db8::2-443"},
      {{PoolKind::kSnat, udp_flow}, "snat-udp-10.0.0.1-2001:db8::2-443"},
      {{PoolKind::kConntrackTable, {}}, "conntrack-table"},
      {{PoolKind::kListener, listener}, "listen-::-80"},
  };
  for (const auto& [id, text] : cases) {
    EXPECT_EQ(PoolName("hosts/web-1/netns/7", id.kind, id.key),
              absl::StrCat("hosts/web-1/netns/7/pools/", text));
    ASSERT_TRUE(ParsePoolId(text).ok()) << text;
    EXPECT_EQ(*ParsePoolId(text), id) << text;
  }
}

TEST(Names, HaveATitleForEachKindOfPool) {
  const PoolKey v6{*IpAddress::Parse("10.0.0.1"), *IpAddress::Parse("2001:db8::2"), 443};
  PoolKey udp_flow = v6;
  udp_flow.protocol = IpProtocol::kUdp;
  EXPECT_EQ(PoolTitle({PoolKind::kConnect, v6}), "10.0.0.1 → [2001:db8::2]:443");
  EXPECT_EQ(PoolTitle({PoolKind::kConnect, v6}, "->"), "10.0.0.1 -> [2001:db8::2]:443");
  EXPECT_EQ(PoolTitle({PoolKind::kTimeWaitTable, {}}), "TIME_WAIT table");
  EXPECT_EQ(PoolTitle({PoolKind::kBind, v6}), "bind() on 10.0.0.1");
  EXPECT_EQ(PoolTitle({PoolKind::kUdp, v6}), "UDP on 10.0.0.1");
  EXPECT_EQ(PoolTitle({PoolKind::kSnat, udp_flow}), "SNAT udp 10.0.0.1 → [2001:db8::2]:443");
  EXPECT_EQ(PoolTitle({PoolKind::kConntrackTable, {}}), "conntrack table");
  EXPECT_EQ(PoolTitle({PoolKind::kListener, v6}), "listener [2001:db8::2]:443");
}

TEST(Names, OfNoPoolAreRefused) {
  for (const char* text :
       {"", "-", "bind-", "bind-x", "10.0.0.1-10.0.0.2", "10.0.0.1-10.0.0.2-65536",
        "10.0.0.1-10.0.0.2-x", "snat-icmp-10.0.0.1-10.0.0.2-1", "listen-10.0.0.1"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParsePoolId(text).status())) << text;
  }
}

TEST(Names, ParseBack) {
  EXPECT_EQ(*ParseHostName("hosts/web-1"), "web-1");
  EXPECT_EQ(ParseNetnsName("hosts/web-1/netns/18446744073709551615")->netns_cookie,
            18446744073709551615u);
  EXPECT_EQ(ParseNetnsName("hosts/web-1/netns/7")->host_id, "web-1");
  EXPECT_EQ(*NetnsOfPoolName("hosts/web-1/netns/7/pools/time-wait-table"), "hosts/web-1/netns/7");
}

TEST(Names, RefuseWhatNobodyBuilt) {
  for (const char* name : {"", "hosts", "hosts/", "host/web-1", "hosts/web-1/", "hosts/-x"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseHostName(name).status())) << name;
  }
  for (const char* name : {"hosts/web-1", "hosts/web-1/netns/", "hosts/web-1/netns/x",
                           "hosts/web-1/netns/07", "hosts/web-1/netns/+7", "hosts/web-1/netns/-7",
                           "hosts/web-1/netns/18446744073709551616", "hosts/web-1/netns/7/"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseNetnsName(name).status())) << name;
  }
  for (const char* name :
       {"hosts/web-1/netns/7", "hosts/web-1/netns/7/pools/", "hosts/web-1/netns/x/pools/a",
        "hosts/web-1/netns/7/pool/a", "hosts/web-1/netns/7/pools/a/b"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(NetnsOfPoolName(name).status())) << name;
  }
}

}  // namespace
}  // namespace berthmaster
