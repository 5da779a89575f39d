#include "controller/api/pool_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/ids/names.h"
#include "tests/controller/api/sample_fleet.h"

namespace berthmaster {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> Names(const std::vector<Fleet::HostPointer>& hosts,
                               const v1::PoolFilter& filter, int page_size) {
  const PoolMatcher matcher = PoolMatcher::Parse(filter).value();
  std::vector<std::string> names;
  Page page;
  page.size = page_size;
  while (true) {
    const PoolPage result = SelectPools(hosts, matcher, page).value();
    EXPECT_LE(result.pools.size(), static_cast<size_t>(page_size));
    for (const PoolRef& ref : result.pools) names.push_back(NameOf(ref));
    if (result.last_key.empty()) return names;
    page.after = result.last_key;
  }
}

// Three hosts whose names sort differently as prefixes, and many equal utilizations.
std::vector<Fleet::HostPointer> TiedFleet() {
  std::vector<Fleet::HostPointer> hosts;
  for (const char* host_id : {"a", "a-b", "a.b"}) {
    std::vector<NetnsSample> namespaces;
    for (const uint64_t cookie : {2, 10, 1}) {
      std::vector<PoolSample> pools;
      for (int i = 9; i > 0; --i) {
        pools.push_back(MakePool(absl::StrCat("10.0.1.", i), i % 3 == 0 ? 900 : 100));
      }
      namespaces.push_back(MakeNetns(cookie, std::move(pools)));
    }
    hosts.push_back(MakeHost(host_id, std::move(namespaces)));
  }
  return hosts;
}

TEST(PoolPage, HighestUtilizationComesFirst) {
  const std::vector<Fleet::HostPointer> hosts = {
      MakeHost("web-1", {MakeNetns(1, {MakePool("10.0.0.2", 10), MakePool("10.0.0.3", 990)})})};

  EXPECT_THAT(Names(hosts, {}, 10), ElementsAre("hosts/web-1/netns/1/pools/10.0.0.1-10.0.0.3-443",
                                                "hosts/web-1/netns/1/pools/10.0.0.1-10.0.0.2-443"));
}

TEST(PoolPage, PagesOfEverySizeGiveTheSameListWithoutGapsOrRepeats) {
  const std::vector<Fleet::HostPointer> hosts = TiedFleet();
  const std::vector<std::string> whole = Names(hosts, {}, 1000);

  ASSERT_EQ(whole.size(), 81u);
  EXPECT_TRUE(std::is_sorted(whole.begin(), whole.begin() + 27));
  EXPECT_TRUE(std::is_sorted(whole.begin() + 27, whole.end()));
  for (const int size : {1, 2, 7, 27, 80, 81}) EXPECT_EQ(Names(hosts, {}, size), whole) << size;
}

TEST(PoolPage, FiltersByEveryField) {
  PoolSample table;
  table.kind = PoolKind::kTimeWaitTable;
  table.capacity = 100;
  const std::vector<Fleet::HostPointer> hosts = {
      MakeHost("web-1", {MakeNetns(1, {MakePool("10.0.0.2", 900), table}),
                         MakeNetns(2, {MakePool("::ffff:10.0.0.2", 100)})}),
      MakeHost("web-2", {MakeNetns(1, {MakePool("10.0.0.3", 500)})})};
  auto count = [&hosts](auto set) {
    v1::PoolFilter filter;
    set(filter);
    return Names(hosts, filter, 100).size();
  };

  EXPECT_EQ(count([](auto&) {}), 4u);
  EXPECT_EQ(count([](auto& f) { f.set_by_host("hosts/web-1"); }), 3u);
  EXPECT_EQ(count([](auto& f) { f.set_by_host("hosts/web-9"); }), 0u);
  EXPECT_EQ(count([](auto& f) { f.set_by_netns("hosts/web-1/netns/2"); }), 1u);
  EXPECT_EQ(count([](auto& f) { f.set_by_destination_address("10.0.0.2"); }), 2u);
  EXPECT_EQ(count([](auto& f) { f.set_by_destination_address("::ffff:a00:3"); }), 1u);
  EXPECT_EQ(count([](auto& f) { f.set_by_destination_port(443); }), 3u);
  EXPECT_EQ(count([](auto& f) { f.set_by_destination_port(80); }), 0u);
  EXPECT_EQ(count([](auto& f) { f.set_by_kind(v1::POOL_KIND_TIME_WAIT_TABLE); }), 1u);
  EXPECT_EQ(count([](auto& f) { f.set_by_utilization_min(0.5); }), 2u);
}

TEST(PoolPage, ListsAndFindsPoolsOfEveryKind) {
  std::vector<PoolSample> pools;
  for (int kind = 1; kind <= kPoolKindMax; ++kind) {
    PoolSample pool = MakePool("10.0.0.2", 100 * kind);
    pool.kind = static_cast<PoolKind>(kind);
    if (!HasSource(pool.kind)) pool.key.source = IpAddress();
    if (!HasDestination(pool.kind)) {
      pool.key.destination = IpAddress();
      pool.key.destination_port = 0;
    }
    pools.push_back(pool);
  }
  const std::vector<Fleet::HostPointer> hosts = {MakeHost("web-1", {MakeNetns(1, pools)})};
  const std::string netns = "hosts/web-1/netns/1/pools/";

  const std::vector<std::string> all = Names(hosts, {}, 100);

  EXPECT_THAT(all, ElementsAre(netns + "listen-10.0.0.2-443", netns + "conntrack-table",
                               netns + "snat-tcp-10.0.0.1-10.0.0.2-443", netns + "udp-10.0.0.1",
                               netns + "bind-10.0.0.1", netns + "time-wait-table",
                               netns + "10.0.0.1-10.0.0.2-443"));
  for (int kind = 1; kind <= kPoolKindMax; ++kind) {
    const std::string& name = all[static_cast<size_t>(kPoolKindMax - kind)];
    v1::PoolFilter filter;
    filter.set_by_kind(static_cast<v1::PoolKind>(kind));
    EXPECT_THAT(Names(hosts, filter, 100), ElementsAre(name));
    const PoolSample* found = FindPool(hosts[0]->sample->namespaces[0], name.substr(netns.size()));
    ASSERT_NE(found, nullptr) << name;
    EXPECT_EQ(found->kind, static_cast<PoolKind>(kind));
  }
}

TEST(PoolPage, FiltersThatDoNotParseNameTheField) {
  auto message = [](auto set) {
    v1::PoolFilter filter;
    set(filter);
    const absl::Status status = PoolMatcher::Parse(filter).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    return std::string(status.message().substr(0, status.message().find(':')));
  };

  EXPECT_EQ(message([](auto& f) { f.set_by_host("web-1"); }), "filter.by_host");
  EXPECT_EQ(message([](auto& f) { f.set_by_netns("hosts/x"); }), "filter.by_netns");
  EXPECT_EQ(message([](auto& f) { f.set_by_destination_address("example.com"); }),
            "filter.by_destination_address");
  EXPECT_EQ(message([](auto& f) { f.set_by_destination_port(65536); }),
            "filter.by_destination_port");
  EXPECT_EQ(message([](auto& f) { f.set_by_kind(static_cast<v1::PoolKind>(9)); }),
            "filter.by_kind");
  EXPECT_EQ(message([](auto& f) { f.set_by_utilization_min(1.5); }), "filter.by_utilization_min");
  EXPECT_EQ(message([](auto& f) {
              f.set_by_host("hosts/a");
              f.set_by_netns("hosts/b/netns/1");
            }),
            "filter.by_netns");
}

}  // namespace
}  // namespace berthmaster
