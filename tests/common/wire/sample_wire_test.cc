#include "common/wire/sample_wire.h"

#include <functional>
#include <limits>
#include <string>

#include "common/wire/pool_wire.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/wire/sample_builder.h"

namespace berthmaster {
namespace {

using testing::HasSubstr;

constexpr char kHost[] = "web-1";

// What FromProto says of a full sample that `spoil` has changed.
absl::Status Read(const std::function<void(v1::Sample&)>& spoil) {
  v1::Sample proto = ToProto(kHost, FullSample());
  spoil(proto);
  return FromProto(proto, kHost).status();
}

v1::Pool& FirstPool(v1::Sample& sample) { return *sample.mutable_namespaces(0)->mutable_pools(0); }
v1::Netns& FirstNetns(v1::Sample& sample) { return *sample.mutable_namespaces(0)->mutable_netns(); }

TEST(SampleWire, ComesBackAsItWas) {
  EXPECT_EQ(FromProto(ToProto(kHost, FullSample()), kHost).value(), FullSample());
  EXPECT_EQ(FromProto(ToProto(kHost, HostSample()), kHost).value(), HostSample());
}

TEST(SampleWire, ComesBackFromBytes) {
  v1::Sample proto;
  ASSERT_TRUE(proto.ParseFromString(ToProto(kHost, FullSample()).SerializeAsString()));

  EXPECT_EQ(FromProto(proto, kHost).value(), FullSample());
}

TEST(SampleWire, LeavesOutWhatFollowsFromOtherFields) {
  const v1::Sample proto = ToProto(kHost, FullSample());
  const v1::Pool& pool = proto.namespaces(0).pools(0);

  EXPECT_EQ(proto.namespaces(0).netns().name(), "hosts/web-1/netns/4711");
  EXPECT_EQ(pool.name(), "");
  EXPECT_EQ(pool.source_address(), "10.9.0.1");
  EXPECT_FALSE(pool.has_sample_time());
  EXPECT_EQ(pool.time_wait_releases_size(), kReleaseSeconds);
}

TEST(SampleWire, RefusesANamespaceOfAnotherHost) {
  absl::Status status =
      Read([](v1::Sample& s) { FirstNetns(s).set_name("hosts/web-2/netns/4711"); });

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("hosts/web-2/netns/4711"));
}

TEST(SampleWire, LeavesOutPoolsOfALaterKind) {
  v1::Sample proto = ToProto(kHost, FullSample());
  FirstPool(proto).set_kind(static_cast<v1::PoolKind>(77));

  HostSample sample = FromProto(proto, kHost).value();

  ASSERT_EQ(sample.namespaces[0].pools.size(), FullSample().namespaces[0].pools.size() - 1);
  EXPECT_EQ(sample.namespaces[0].pools[0].kind, PoolKind::kTimeWaitTable);
}

TEST(SampleWire, RefusesWhatIsOutOfBoundsAndNamesTheField) {
  const std::pair<const char*, std::function<void(v1::Sample&)>> cases[] = {
      {"sample.sequence", [](v1::Sample& s) { s.set_sequence(-1); }},
      {"sample.sample_time", [](v1::Sample& s) { s.mutable_sample_time()->set_nanos(-1); }},
      {"netns.name", [](v1::Sample& s) { FirstNetns(s).set_name("netns/4711"); }},
      {"netns.name", [](v1::Sample& s) { *s.mutable_namespaces(1) = s.namespaces(0); }},
      {"netns.inode", [](v1::Sample& s) { FirstNetns(s).set_inode(-1); }},
      {"netns.label", [](v1::Sample& s) { FirstNetns(s).set_label(std::string(1025, 'x')); }},
      {"netns.tcp_in_use", [](v1::Sample& s) { FirstNetns(s).set_tcp_in_use(-1); }},
      {"netns.listening_ports_in_range",
       [](v1::Sample& s) { FirstNetns(s).add_listening_ports_in_range(65536); }},
      {"netns.sysctls",
       [](v1::Sample& s) { (*FirstNetns(s).mutable_sysctls())["a"] = std::string(16385, '1'); }},
      {"netns.limitations",
       [](v1::Sample& s) {
         for (int i = 0; i < 257; ++i) FirstNetns(s).add_limitations("x");
       }},
      {"netns.udp_in_use", [](v1::Sample& s) { FirstNetns(s).set_udp_in_use(-1); }},
      {"netns.counters",
       [](v1::Sample& s) { (*FirstNetns(s).mutable_counters())["Tcp.ActiveOpens"] = -1; }},
      {"finding.address",
       [](v1::Sample& s) { FirstNetns(s).mutable_findings(0)->set_address("x"); }},
      {"finding.port",
       [](v1::Sample& s) { FirstNetns(s).mutable_findings(0)->set_port(65536); }},
      {"connect_failure.failure_count",
       [](v1::Sample& s) { FirstNetns(s).mutable_connect_failures(0)->set_failure_count(-1); }},
      {"remainder.reusable",
       [](v1::Sample& s) { FirstNetns(s).mutable_remainder()->set_reusable(10); }},
      {"remainder.time_wait_releases",
       [](v1::Sample& s) { FirstNetns(s).mutable_remainder()->add_time_wait_releases(1); }},
      {"pool.local_close_share", [](v1::Sample& s) { FirstPool(s).set_local_close_share(1.1); }},
      {"pool.connect_failure_count",
       [](v1::Sample& s) { FirstPool(s).set_connect_failure_count(-1); }},
      {"pool.owners",
       [](v1::Sample& s) {
         for (int i = 0; i < 33; ++i) FirstPool(s).add_owners();
       }},
      {"owner.pid", [](v1::Sample& s) { FirstPool(s).mutable_owners(0)->set_pid(-1); }},
      {"pool.kind", [](v1::Sample& s) { FirstPool(s).set_kind(v1::POOL_KIND_UNSPECIFIED); }},
      {"pool.source_address", [](v1::Sample& s) { FirstPool(s).set_source_address("10.0.0"); }},
      {"pool.destination_address", [](v1::Sample& s) { FirstPool(s).clear_destination_address(); }},
      {"pool.destination_port", [](v1::Sample& s) { FirstPool(s).set_destination_port(65536); }},
      {"pool.capacity", [](v1::Sample& s) { FirstPool(s).set_capacity(-1); }},
      {"pool.in_use", [](v1::Sample& s) { FirstPool(s).set_in_use(-1); }},
      {"pool.reusable", [](v1::Sample& s) { FirstPool(s).set_reusable(301); }},
      {"pool.blocked", [](v1::Sample& s) { FirstPool(s).set_blocked(65537); }},
      {"pool.states", [](v1::Sample& s) { (*FirstPool(s).mutable_states())["OPEN"] = 1; }},
      {"pool.states", [](v1::Sample& s) { (*FirstPool(s).mutable_states())["CLOSE"] = -1; }},
      {"pool.connection_rate", [](v1::Sample& s) { FirstPool(s).set_connection_rate(-1); }},
      {"pool.time_wait_rate",
       [](v1::Sample& s) {
         FirstPool(s).set_time_wait_rate(std::numeric_limits<double>::quiet_NaN());
       }},
      {"pool.hold_time", [](v1::Sample& s) { FirstPool(s).mutable_hold_time()->set_seconds(-1); }},
      {"pool.time_wait_releases", [](v1::Sample& s) { FirstPool(s).add_time_wait_releases(1); }},
      {"namespaces.pools",
       [](v1::Sample& s) {
         for (int i = 0; i < 8192; ++i) s.mutable_namespaces(0)->add_pools();
       }},
  };
  for (const auto& [field, spoil] : cases) {
    absl::Status status = Read(spoil);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << field;
    EXPECT_THAT(std::string(status.message()), HasSubstr(field));
  }
}

TEST(PoolWire, ShowsNamesHeadroomAndForecast) {
  const NetnsSample netns = FullSample().namespaces[0];
  Forecast forecast;
  forecast.settled_utilization = 1.25;
  forecast.time_to_exhaustion = absl::Seconds(40);
  forecast.time_to_exhaustion_min = absl::Seconds(31);
  forecast.time_to_exhaustion_max = absl::Seconds(55);
  forecast.connect_cost = {absl::Microseconds(17), 0.25};
  forecast.settled_connect_cost = {absl::Microseconds(5974), std::nullopt};
  forecast.curve = {{absl::ZeroDuration(), 280, 280, 280}, {absl::Seconds(2), 300, 290, 311}};

  v1::Pool pool = ToProto(kHost, netns, netns.pools[0], FullSample().sample_time, &forecast, true);

  EXPECT_EQ(pool.name(), "hosts/web-1/netns/4711/pools/10.9.0.1-fd00::2-443");
  EXPECT_EQ(pool.netns(), "hosts/web-1/netns/4711");
  EXPECT_EQ(pool.netns_inode(), 4026532000);
  EXPECT_EQ(pool.netns_label(), "blue");
  EXPECT_EQ(pool.headroom(), 120);
  EXPECT_EQ(pool.utilization(), 0.7);
  EXPECT_EQ(pool.settled_utilization(), 1.25);
  EXPECT_EQ(pool.time_to_exhaustion().seconds(), 40);
  EXPECT_EQ(pool.forecast_size(), 2);
  EXPECT_EQ(pool.time_to_exhaustion_min().seconds(), 31);
  EXPECT_EQ(pool.time_to_exhaustion_max().seconds(), 55);
  EXPECT_EQ(pool.connect_cost().cpu_each().nanos(), 17'000);
  EXPECT_EQ(pool.connect_cost().core_share(), 0.25);
  EXPECT_EQ(pool.settled_connect_cost().cpu_each().nanos(), 5'974'000);
  EXPECT_FALSE(pool.settled_connect_cost().has_core_share());
  EXPECT_EQ(pool.forecast(1).offset().seconds(), 2);
  EXPECT_EQ(pool.forecast(1).in_use_min(), 290);
  EXPECT_EQ(pool.forecast(1).in_use_max(), 311);
  EXPECT_EQ(pool.time_wait_releases_size(), kReleaseSeconds);
  EXPECT_EQ(pool.states().size(), 2u);
  EXPECT_EQ(FromProto(pool).value(), netns.pools[0]);
}

TEST(PoolWire, KeepsTheCurveForOnePool) {
  const NetnsSample netns = FullSample().namespaces[0];
  Forecast forecast;
  forecast.curve = {{absl::ZeroDuration(), 280, 280, 280}};

  v1::Pool pool = ToProto(kHost, netns, netns.pools[1], FullSample().sample_time, &forecast, false);

  EXPECT_EQ(pool.name(), "hosts/web-1/netns/4711/pools/time-wait-table");
  EXPECT_EQ(pool.forecast_size(), 0);
  EXPECT_EQ(pool.time_wait_releases_size(), 0);
  EXPECT_FALSE(pool.has_settled_utilization());
  EXPECT_FALSE(pool.has_time_to_exhaustion());
  EXPECT_FALSE(pool.has_time_to_exhaustion_min());
  EXPECT_FALSE(pool.has_time_to_exhaustion_max());
  EXPECT_FALSE(pool.has_connect_cost());
}

}  // namespace
}  // namespace berthmaster
