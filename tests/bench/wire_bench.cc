// What a sample costs on the wire, in full and as a delta: bytes, and CPU time of both ends.
#include <cstdio>
#include <ctime>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/wire/sample_delta.h"
#include "common/wire/sample_wire.h"

namespace berthmaster {
namespace {

constexpr char kHost[] = "web-1.example.com";
constexpr int kRounds = 200;

absl::Duration CpuNow() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return absl::DurationFromTimespec(time);
}

// A connect pool as an agent sees it: half of its connections have been closed by this side.
PoolSample Pool(int netns, int number) {
  PoolSample pool;
  pool.key = {IpAddress::Parse(absl::StrCat("10.0.", netns, ".1")).value(),
              IpAddress::Parse(absl::StrCat("10.1.0.", 1 + number)).value(), 443};
  pool.capacity = 28232;
  pool.in_use = 400;
  pool.states[TcpState::kEstablished] = 100;
  pool.states[TcpState::kTimeWait] = 300;
  pool.connection_rate = 5.25;
  pool.time_wait_rate = 5.25;
  pool.close_rate = 5.25;
  pool.hold_time = absl::Milliseconds(19047);
  pool.local_close_share = 1;
  pool.wrong_parity_share = 0;
  pool.time_wait_releases.assign(kReleaseSeconds, 5);
  return pool;
}

HostSample Host(int namespaces, int pools_each) {
  HostSample sample;
  sample.sequence = 1000;
  sample.sample_time = absl::FromUnixMillis(1790000000123);
  sample.cpu_time = absl::Microseconds(1234);
  for (int i = 0; i < namespaces; ++i) {
    NetnsSample& netns = sample.namespaces.emplace_back();
    netns.cookie = 4096 + static_cast<uint64_t>(i);
    netns.inode = 4026532000 + static_cast<uint64_t>(i);
    netns.label = absl::StrCat("checkout-7f9c", i);
    netns.labels = {{"pod", netns.label}, {"namespace", "shop"}, {"container", "checkout"}};
    for (const char* name :
         {"net.ipv4.ip_local_port_range", "net.ipv4.ip_local_reserved_ports",
          "net.ipv4.tcp_tw_reuse", "net.ipv4.tcp_tw_reuse_delay", "net.ipv4.tcp_timestamps",
          "net.ipv4.tcp_max_tw_buckets", "net.ipv4.tcp_fin_timeout", "net.core.somaxconn",
          "net.ipv4.tcp_max_syn_backlog", "net.ipv4.ip_unprivileged_port_start"}) {
      netns.sysctls[name] = "32768 60999";
    }
    netns.sample_interval = absl::Seconds(10);
    for (int pool = 0; pool < pools_each; ++pool) netns.pools.push_back(Pool(i % 250, pool));
  }
  PutInOrder(sample);
  return sample;
}

// Ten seconds later: in the first namespace so many pools have other figures.
HostSample Later(HostSample sample, int busy) {
  ++sample.sequence;
  sample.sample_time += absl::Milliseconds(10003);
  sample.cpu_time += absl::Microseconds(17);
  for (NetnsSample& netns : sample.namespaces) netns.sample_interval = absl::Milliseconds(10003);
  NetnsSample& netns = sample.namespaces.front();
  netns.counters = {{"Tcp.ActiveOpens", 157}, {"Tcp.PassiveOpens", 12}, {"TcpExt.TW", 157}};
  netns.tcp_in_use += 4;
  for (int i = 0; i < busy; ++i) {
    PoolSample& pool = netns.pools[static_cast<size_t>(i)];
    pool.in_use += 7;
    pool.states[TcpState::kTimeWait] += 7;
    pool.connection_rate = 5.75;
    pool.time_wait_releases[59] += 7;
  }
  return sample;
}

void Measure(const char* what, int namespaces, int pools_each, int busy) {
  const HostSample base = Host(namespaces, pools_each);
  const HostSample sample = Later(base, busy);
  const std::string full = ToProto(kHost, sample).SerializeAsString();
  const absl::Duration begin = CpuNow();
  std::string delta;
  for (int i = 0; i < kRounds; ++i) delta = ToDelta(kHost, base, sample).SerializeAsString();
  const absl::Duration encoded = CpuNow();
  bool is_equal = true;
  for (int i = 0; i < kRounds; ++i) {
    v1::Sample proto;
    is_equal = proto.ParseFromString(delta) && *FromDelta(proto, base, kHost) == sample && is_equal;
  }
  const absl::Duration merged = CpuNow();
  std::printf("  %-44s full %7zu B  delta %6zu B (%4.1f %%)  encode %6.0f us  merge %6.0f us%s\n",
              what, full.size(), delta.size(),
              100.0 * static_cast<double>(delta.size()) / static_cast<double>(full.size()),
              absl::ToDoubleMicroseconds(encoded - begin) / kRounds,
              absl::ToDoubleMicroseconds(merged - encoded) / kRounds, is_equal ? "" : "  WRONG");
}

}  // namespace
}  // namespace berthmaster

int main() {
  std::printf("wire: a sample in full and as a delta\n");
  berthmaster::Measure("1 netns, 30 pools, 3 of them busy", 1, 30, 3);
  berthmaster::Measure("1 netns, 30 pools, all busy", 1, 30, 30);
  berthmaster::Measure("100 netns, 5 pools each, 5 of them busy", 100, 5, 5);
  berthmaster::Measure("100 netns, 5 pools each, at rest", 100, 5, 0);
  return 0;
}
