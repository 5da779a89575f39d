#include "tests/common/wire/sample_builder.h"

namespace berthmaster {
namespace {

PoolSample PoolOf(PoolKind kind, const PoolKey& key) {
  PoolSample pool;
  pool.kind = kind;
  pool.key = key;
  pool.capacity = 10;
  pool.in_use = 3;
  return pool;
}

}  // namespace

PoolSample FullPool() {
  PoolSample pool;
  pool.kind = PoolKind::kConnect;
  pool.key = {IpAddress::Parse("10.9.0.1").value(), IpAddress::Parse("fd00::2").value(), 443};
  pool.capacity = 400;
  pool.in_use = 300;
  pool.reusable = 20;
  pool.blocked = 3;
  pool.states[TcpState::kEstablished] = 50;
  pool.states[TcpState::kTimeWait] = 250;
  pool.connection_rate = 12.5;
  pool.time_wait_rate = 0;
  pool.hold_time = absl::Milliseconds(1500);
  pool.close_rate = 11.5;
  pool.local_close_share = 0.75;
  pool.wrong_parity_share = 0.25;
  pool.early_bind_share = 0;
  pool.connect_failures = 17;
  pool.owners = {{"nginx", 4711, "/system.slice/nginx.service", 200}, {"", 0, "/kubepods", 3}};
  pool.time_wait_releases.assign(kReleaseSeconds, 4);
  return pool;
}

HostSample FullSample() {
  PoolSample table;
  table.kind = PoolKind::kTimeWaitTable;
  table.capacity = 131072;
  table.in_use = 250;
  table.states[TcpState::kFinWait2] = 7;

  NetnsSample netns;
  netns.cookie = 4711;
  netns.inode = 4026532000;
  netns.label = "blue";
  netns.labels = {{"named", "blue"}};
  netns.sysctls = {{"net.ipv4.ip_local_port_range", "40000 40399"},
                   {"net.ipv4.tcp_tw_reuse", "2"},
                   {"net.ipv4.tcp_timestamps", "1"}};
  netns.tcp_in_use = 51;
  netns.time_wait = 250;
  netns.listening_ports_in_range = {40010, 40020};
  netns.time_wait_overflow_count = 1LL << 40;
  netns.sample_interval = absl::Seconds(1);
  netns.limitations = {"something \"quoted\""};
  netns.source = SocketSource::kProcfs;
  netns.udp_in_use = 12;
  netns.counters = {{"TcpExt.ListenOverflows", 1LL << 40}, {"Tcp.ActiveOpens", 7}};
  netns.findings = {{FindingKind::kRestartBlocked, IpAddress::Parse("::").value(), 8080, 31},
                    {FindingKind::kSelfConnect, IpAddress::Parse("10.9.0.1").value(), 40001, 1}};
  netns.connect_failures = {{FullPool().key, "curl", 99, "/user.slice", 5}};
  netns.remainder.emplace();
  netns.remainder->pool_count = 2;
  netns.remainder->in_use = 9;
  netns.remainder->reusable = 1;
  netns.remainder->is_lower_bound = true;
  netns.remainder->states[TcpState::kEstablished] = 9;
  netns.remainder->time_wait_releases.assign(kReleaseSeconds, 1);
  netns.pools = {FullPool(), table};
  netns.pools.push_back(PoolOf(PoolKind::kBind, {FullPool().key.source, {}}));
  netns.pools.push_back(PoolOf(PoolKind::kUdp, {FullPool().key.source, {}}));
  PoolKey udp_flow = FullPool().key;
  udp_flow.protocol = IpProtocol::kUdp;
  netns.pools.push_back(PoolOf(PoolKind::kSnat, FullPool().key));
  netns.pools.push_back(PoolOf(PoolKind::kSnat, udp_flow));
  netns.pools.push_back(PoolOf(PoolKind::kConntrackTable, {}));
  netns.pools.push_back(PoolOf(PoolKind::kListener,
                               {{}, FullPool().key.destination, FullPool().key.destination_port}));

  NetnsSample empty;
  empty.cookie = 1;
  empty.inode = 4026531833;
  empty.label = "host";

  HostSample sample;
  sample.sequence = 99;
  sample.sample_time = absl::FromUnixMicros(1790000000123456);
  sample.namespaces = {netns, empty};
  sample.limitations = {"no CAP_SYS_PTRACE"};
  sample.cpu_time = absl::Microseconds(1234);
  return sample;
}

}  // namespace berthmaster
