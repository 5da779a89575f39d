#include <string>
#include <vector>

#include "agent/collect/kernel_host_sampler.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/agent/collect/fake_kernel.h"
#include "tests/fakes/fake_clock.h"

namespace berthmaster {
namespace {

using enum TcpState;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

class HostSamplerTest : public testing::Test {
 protected:
  HostSample Sample() { return sampler_.Sample().value(); }
  // `count` established connections to the default destination.
  static std::vector<FakeRow> Established(int count) {
    std::vector<FakeRow> rows;
    rows.reserve(static_cast<size_t>(count));
    for (int number = 0; number < count; ++number) {
      rows.push_back({.local_port = static_cast<uint16_t>(40000 + number)});
    }
    return rows;
  }
  // What `rate` short connections a second leave after `seconds`.
  static std::vector<FakeRow> Closed(double rate, double seconds) {
    std::vector<FakeRow> rows;
    for (double age = 0.5 / rate; age < seconds; age += 1 / rate) {
      rows.push_back({.state = kTimeWait,
                      .local_port = static_cast<uint16_t>(40000 + rows.size()),
                      .age_seconds = age});
    }
    return rows;
  }

  FakeClock clock_;
  FakeKernel kernel_;
  KernelHostSampler sampler_{{kernel_, kernel_, kernel_, clock_}};
};

TEST_F(HostSamplerTest, SaysWhatItSawOfANamespace) {
  FakeNetns& netns = kernel_.Netns(7);
  netns.rows = Established(50);
  netns.rows.insert(netns.rows.begin(), {.state = kListen, .local_port = 40099});
  netns.rows.push_back({.state = kTimeWait, .local_port = 40060, .age_seconds = 3});
  netns.time_wait_overflow_count = 4;

  HostSample sample = Sample();

  EXPECT_EQ(sample.sequence, 0);
  EXPECT_EQ(sample.sample_time, clock_.SystemNow());
  ASSERT_EQ(sample.namespaces.size(), 1u);
  const NetnsSample& seen = sample.namespaces[0];
  EXPECT_EQ(seen.cookie, 7u);
  EXPECT_EQ(seen.label, "netns-7");
  EXPECT_EQ(seen.sysctls, netns.sysctls);
  EXPECT_EQ(seen.tcp_in_use, 51);
  EXPECT_EQ(seen.time_wait, 1);
  EXPECT_EQ(seen.time_wait_overflow_count, 4);
  EXPECT_THAT(seen.listening_ports_in_range, ElementsAre(40099));
  EXPECT_FALSE(seen.sample_interval.has_value());
  ASSERT_EQ(seen.pools.size(), 5u);
  EXPECT_EQ(seen.pools[0].capacity, 99);
  EXPECT_EQ(seen.pools[0].blocked, 1);
  EXPECT_EQ(seen.pools[0].in_use, 51);
  EXPECT_EQ(seen.pools[1].kind, PoolKind::kTimeWaitTable);
  EXPECT_EQ(seen.pools[1].capacity, 1000);
  EXPECT_EQ(seen.pools[1].in_use, 1);
  EXPECT_EQ(seen.pools[2].kind, PoolKind::kBind);
  EXPECT_EQ(seen.pools[2].key.source.ToString(), "10.0.0.1");
  EXPECT_EQ(seen.pools[2].in_use, 52);
  EXPECT_EQ(seen.pools[3].kind, PoolKind::kBind);
  EXPECT_EQ(seen.pools[3].key.source.ToString(), "0.0.0.0");
  EXPECT_EQ(seen.pools[4].kind, PoolKind::kListener);
  EXPECT_EQ(seen.pools[4].key.destination_port, 40099);
  EXPECT_FALSE(seen.remainder.has_value());
}

TEST_F(HostSamplerTest, KnowsNoRateOfConnectionsItHasSeenOnce) {
  kernel_.Netns(7).rows = Established(50);

  const PoolSample pool = Sample().namespaces[0].pools[0];

  EXPECT_FALSE(pool.connection_rate.has_value());
  EXPECT_EQ(pool.time_wait_rate, 0);
  EXPECT_FALSE(pool.hold_time.has_value());
}

TEST_F(HostSamplerTest, ReadsTheRateOffTheAgesInTheFirstSample) {
  kernel_.Netns(7).rows = Closed(5, 12);

  const PoolSample pool = Sample().namespaces[0].pools[0];

  EXPECT_NEAR(pool.connection_rate.value(), 5, 0.2);
  EXPECT_NEAR(pool.time_wait_rate.value(), 5, 0.2);
  EXPECT_EQ(pool.hold_time, absl::ZeroDuration());
}

TEST_F(HostSamplerTest, SeesALeakOfLiveConnections) {
  FakeNetns& netns = kernel_.Netns(7);
  for (int second = 0; second <= 10; ++second) {
    netns.rows = Established(30 + 4 * second);
    Sample();
    clock_.Advance(absl::Seconds(1));
  }
  netns.rows = Established(30 + 4 * 11);

  const NetnsSample sample = Sample().namespaces[0];

  EXPECT_EQ(sample.sample_interval, absl::Seconds(1));
  EXPECT_NEAR(sample.pools[0].connection_rate.value(), 4, 0.1);
  EXPECT_FALSE(sample.pools[0].hold_time.has_value());
}

TEST_F(HostSamplerTest, TakesNoDrainForALoad) {
  FakeNetns& netns = kernel_.Netns(7);
  netns.rows = Established(50);
  Sample();
  clock_.Advance(absl::Seconds(5));
  // All of them are closed by this side, and none is opened.
  netns.rows = Closed(10, 5);

  const PoolSample pool = Sample().namespaces[0].pools[0];

  EXPECT_NEAR(pool.time_wait_rate.value(), 10, 0.5);
  EXPECT_NEAR(pool.connection_rate.value(), 0, 0.5);
}

TEST_F(HostSamplerTest, CountsANewPoolFromNothing) {
  FakeNetns& netns = kernel_.Netns(7);
  Sample();
  clock_.Advance(absl::Seconds(10));
  netns.rows = Established(20);

  EXPECT_NEAR(Sample().namespaces[0].pools[0].connection_rate.value(), 2, 0.01);
}

TEST_F(HostSamplerTest, DumpsABusyNamespaceEveryTime) {
  FakeNetns& netns = kernel_.Netns(7);
  netns.rows = Established(11);
  for (int second = 0; second < 5; ++second) {
    Sample();
    clock_.Advance(absl::Seconds(1));
  }
  EXPECT_EQ(netns.dump_count, 5);
  EXPECT_EQ(netns.facts_count, 5);
}

TEST_F(HostSamplerTest, DumpsAQuietNamespaceRarely) {
  FakeNetns& netns = kernel_.Netns(7);
  netns.rows = Established(10);
  for (int second = 0; second < 60; ++second) {
    EXPECT_EQ(Sample().namespaces[0].pools.size(), 1u);
    clock_.Advance(absl::Seconds(1));
  }
  EXPECT_EQ(netns.dump_count, 1);
  EXPECT_EQ(netns.facts_count, 1);
  Sample();
  EXPECT_EQ(netns.dump_count, 2);
  EXPECT_EQ(netns.facts_count, 2);
}

TEST_F(HostSamplerTest, DumpsAQuietNamespaceThatChangedWithinTenSeconds) {
  FakeNetns& netns = kernel_.Netns(7);
  Sample();
  netns.rows = Established(3);
  for (int second = 1; second <= 10; ++second) {
    clock_.Advance(absl::Seconds(1));
    EXPECT_EQ(Sample().namespaces[0].tcp_in_use, 3);
  }
  EXPECT_EQ(netns.dump_count, 2);
  EXPECT_EQ(Sample().namespaces[0].pools.at(0).in_use, 3);
}

TEST_F(HostSamplerTest, DumpsAQuietNamespaceWhoseUncountedSocketsRise) {
  FakeNetns& netns = kernel_.Netns(7);
  netns.sockets_used = 5;
  Sample();
  // A tenth of the 100 ports, and then one more: sockets that are only bound, for all that is
  // known.
  netns.tcp_in_use = 0;
  netns.sockets_used = 15;
  clock_.Advance(absl::Seconds(1));
  Sample();
  EXPECT_EQ(netns.dump_count, 1);
  netns.sockets_used = 16;
  clock_.Advance(absl::Seconds(1));
  Sample();
  EXPECT_EQ(netns.dump_count, 2);
  // They were others.
  clock_.Advance(absl::Seconds(1));
  Sample();
  EXPECT_EQ(netns.dump_count, 2);
}

TEST_F(HostSamplerTest, DumpsAfterAChangeOfTunables) {
  FakeNetns& netns = kernel_.Netns(7);
  netns.rows = Established(5);
  Sample();
  netns.sysctls["net.ipv4.ip_local_port_range"] = "40000 40009";
  clock_.Advance(absl::Seconds(60));

  EXPECT_EQ(Sample().namespaces[0].pools[0].capacity, 10);
}

TEST_F(HostSamplerTest, SeesAChangeOfTunablesSoonerWhereSocketsComeAndGo) {
  FakeNetns& netns = kernel_.Netns(7);
  netns.rows = Established(5);
  Sample();
  netns.rows = Established(6);
  netns.sysctls["net.ipv4.ip_local_port_range"] = "40000 40009";
  clock_.Advance(absl::Seconds(10));

  EXPECT_EQ(Sample().namespaces[0].pools[0].capacity, 10);
}

TEST_F(HostSamplerTest, DumpsWhereTheTimeWaitTableFills) {
  FakeNetns& netns = kernel_.Netns(7);
  netns.sysctls["net.ipv4.ip_local_port_range"] = "32768 60999";
  netns.sysctls["net.ipv4.tcp_max_tw_buckets"] = "20";
  netns.rows = {{.state = kTimeWait, .local_port = 80, .age_seconds = 1},
                {.state = kTimeWait, .local_port = 80, .age_seconds = 2},
                {.state = kTimeWait, .local_port = 80, .age_seconds = 3}};
  Sample();
  Sample();
  EXPECT_EQ(netns.dump_count, 2);
}

TEST_F(HostSamplerTest, TriesACutDumpOnceMoreAndForgetsItsRows) {
  FakeNetns& netns = kernel_.Netns(7);
  netns.rows = Established(50);
  netns.dump_errors = {absl::UnavailableError("ENOBUFS")};

  EXPECT_EQ(Sample().namespaces[0].pools[0].in_use, 50);
  EXPECT_EQ(netns.dump_count, 2);
}

TEST_F(HostSamplerTest, LeavesOutWhatCannotBeReadAndSaysWhy) {
  kernel_.Netns(7).rows = Established(50);
  kernel_.Netns(8).facts_error = absl::PermissionDeniedError("no CAP_SYS_ADMIN");
  kernel_.Netns(9).dump_errors = {absl::PermissionDeniedError("no"),
                                  absl::UnavailableError("ENOBUFS")};

  HostSample sample = Sample();

  ASSERT_EQ(sample.namespaces.size(), 1u);
  EXPECT_EQ(sample.namespaces[0].cookie, 7u);
  EXPECT_THAT(sample.limitations, Contains(HasSubstr("netns-8): no CAP_SYS_ADMIN")));
  EXPECT_THAT(sample.limitations, Contains(HasSubstr("netns-9): no")));
}

TEST_F(HostSamplerTest, FailsWhenNothingAtAllCanBeSeen) {
  kernel_.Netns(8).facts_error = absl::PermissionDeniedError("no CAP_SYS_ADMIN");
  EXPECT_EQ(sampler_.Sample().status().code(), absl::StatusCode::kPermissionDenied);

  kernel_.set_list_error(absl::UnavailableError("no /proc"));
  EXPECT_EQ(sampler_.Sample().status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(HostSamplerTest, SpreadsTheFirstDumpsOfQuietNamespaces) {
  kernel_.SetDumpCpu(clock_, absl::Milliseconds(100));
  for (uint64_t number = 1; number <= 30; ++number) {
    kernel_.Netns(number).rows = Established(2);
  }
  kernel_.Netns(30).rows = Established(50);

  // 2 s for quiet ones, and the busy one besides.
  HostSample sample = Sample();
  EXPECT_EQ(sample.namespaces[19].pools.size(), 1u);
  EXPECT_THAT(sample.namespaces[20].pools, testing::IsEmpty());
  EXPECT_EQ(sample.namespaces[20].tcp_in_use, 2);
  EXPECT_THAT(sample.namespaces[20].limitations, Contains(HasSubstr("not been looked at yet")));
  EXPECT_EQ(sample.namespaces[29].pools[0].in_use, 50);
  EXPECT_EQ(sampler_.one_off_cpu_time(), absl::Seconds(2));
  EXPECT_EQ(sample.cpu_time, absl::Milliseconds(2100));

  // 2 ms a second.
  clock_.Advance(absl::Seconds(2));
  sample = Sample();
  EXPECT_EQ(sample.namespaces[20].pools.size(), 1u);
  EXPECT_THAT(sample.namespaces[20].limitations,
              testing::Not(Contains(HasSubstr("not been looked at yet"))));
  EXPECT_THAT(sample.namespaces[21].pools, testing::IsEmpty());

  // One that turns out busy does not wait, nor for the next sample's time.
  kernel_.Netns(25).rows = Established(60);
  EXPECT_TRUE(sampler_.LookForRise().is_rising);
  EXPECT_EQ(Sample().namespaces[24].pools[0].in_use, 60);
}

TEST_F(HostSamplerTest, ForgetsANamespaceThatIsGone) {
  kernel_.Netns(7).rows = Established(50);
  kernel_.Netns(8);
  Sample();
  kernel_.Remove(7);
  EXPECT_EQ(Sample().namespaces.size(), 1u);
  kernel_.Netns(7).rows = Established(50);
  clock_.Advance(absl::Seconds(1));

  // It may be another one for all we know.
  HostSample sample = Sample();
  EXPECT_FALSE(sample.namespaces[0].sample_interval.has_value());
  EXPECT_EQ(sample.namespaces[1].sample_interval, absl::Seconds(1));
}

TEST_F(HostSamplerTest, SendsThePoolsNearestToExhaustion) {
  FakeNetns& netns = kernel_.Netns(7);
  constexpr int kDestinationCount = 4100;
  std::vector<std::string> destinations;
  destinations.reserve(kDestinationCount);
  for (int number = 0; number < kDestinationCount; ++number) {
    destinations.push_back("10.1." + std::to_string(number / 250) + "." +
                           std::to_string(number % 250));
  }
  for (const std::string& destination : destinations) {
    netns.rows.push_back({.local_port = 40000, .destination = destination.c_str()});
  }
  netns.rows.push_back({.local_port = 40001, .destination = destinations.back().c_str()});

  const NetnsSample sample = Sample().namespaces[0];

  ASSERT_EQ(sample.pools.size(), kPoolsPerNetnsMax);
  EXPECT_EQ(sample.remainder->pool_count, 100);
  EXPECT_EQ(sample.remainder->in_use, 100);
  EXPECT_EQ(sample.remainder->states[kEstablished], 100);
  EXPECT_FALSE(sample.remainder->is_lower_bound);
  EXPECT_EQ(sample.pools[0].in_use, 2);
  EXPECT_EQ(sample.pools[0].key.destination.ToString(), destinations.back());
}

}  // namespace
}  // namespace berthmaster
