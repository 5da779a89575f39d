#include "tests/common/wire/random_sample.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/wire/sample_delta.h"

namespace berthmaster {
namespace {

constexpr int kPoolMembers = 16;
constexpr int kNetnsMembers = 16;

IpAddress Address(int number) {
  return IpAddress::Parse(number % 2 == 0 ? absl::StrCat("10.0.0.", 1 + number)
                                          : absl::StrCat("fd00::", number))
      .value();
}

// Two pools of one name are refused; so are two namespaces of one cookie.
void KeepOneOfEach(HostSample& sample) {
  PutInOrder(sample);
  auto is_same_netns = [](const NetnsSample& a, const NetnsSample& b) {
    return a.cookie == b.cookie;
  };
  auto is_same_pool = [](const PoolSample& a, const PoolSample& b) { return a.id() == b.id(); };
  std::vector<NetnsSample>& all = sample.namespaces;
  all.erase(std::unique(all.begin(), all.end(), is_same_netns), all.end());
  for (NetnsSample& netns : all) {
    netns.pools.erase(std::unique(netns.pools.begin(), netns.pools.end(), is_same_pool),
                      netns.pools.end());
  }
}

}  // namespace

PoolSample RandomSamples::Pool() {
  PoolSample pool;
  pool.kind = static_cast<PoolKind>(1 + Pick(kPoolKindMax));
  if (HasSource(pool.kind)) pool.key.source = Address(Pick(4));
  if (HasDestination(pool.kind)) {
    pool.key.destination = Address(Pick(4));
    pool.key.destination_port = static_cast<uint16_t>(1 + Pick(3));
  }
  if (pool.kind == PoolKind::kSnat && Is(2)) pool.key.protocol = IpProtocol::kUdp;
  pool.capacity = 400;
  pool.in_use = 100;
  for (int i = Pick(kPoolMembers); i > 0; --i) Touch(pool);
  return pool;
}

void RandomSamples::Touch(PoolSample& pool) {
  switch (Pick(kPoolMembers)) {
    case 0:
      pool.capacity = Pick(400);
      break;
    case 1:
      pool.in_use = 100 + Pick(100);
      break;
    case 2:
      pool.reusable = Pick(100);
      break;
    case 3:
      pool.blocked = Pick(100);
      break;
    case 4:
      pool.states[static_cast<TcpState>(1 + Pick(kTcpStateCount - 1))] = Pick(100);
      break;
    case 5:
      pool.connection_rate = Pick(100);
      break;
    case 6:
      pool.time_wait_rate = Pick(100) / 8.0;
      break;
    case 7:
      pool.hold_time = absl::Milliseconds(Pick(1000));
      break;
    case 8:
      pool.close_rate = Pick(100);
      break;
    case 9:
      pool.local_close_share = Pick(9) / 8.0;
      break;
    case 10:
      pool.wrong_parity_share = Pick(9) / 8.0;
      break;
    case 11:
      pool.early_bind_share = Pick(9) / 8.0;
      break;
    case 12:
      pool.connect_failures = Pick(100);
      break;
    case 13:
      pool.owners = {{"nginx", Pick(9), "/a", Pick(9)}};
      break;
    case 14:
      pool.time_wait_releases.assign(kReleaseSeconds, Pick(9));
      break;
    default:
      pool.time_wait_releases.clear();
      pool.connection_rate.reset();
      pool.owners.clear();
      break;
  }
}

NetnsSample RandomSamples::Netns() {
  NetnsSample netns;
  netns.cookie = 1 + static_cast<uint64_t>(Pick(6));
  netns.inode = 4026531840;
  netns.label = "host";
  netns.sample_interval = absl::Seconds(1 + Pick(2));
  for (int i = Pick(kNetnsMembers); i > 0; --i) Touch(netns);
  for (int i = Pick(9); i > 0; --i) netns.pools.push_back(Pool());
  return netns;
}

void RandomSamples::Touch(NetnsSample& netns) {
  switch (Pick(kNetnsMembers)) {
    case 0:
      netns.inode = static_cast<uint64_t>(4026531840 + Pick(9));
      break;
    case 1:
      netns.label = absl::StrCat("pod-", Pick(9));
      break;
    case 2:
      netns.labels["process"] = absl::StrCat(Pick(9));
      break;
    case 3:
      netns.sysctls["net.ipv4.tcp_tw_reuse"] = absl::StrCat(Pick(3));
      break;
    case 4:
      netns.tcp_in_use = Pick(9);
      break;
    case 5:
      netns.time_wait = Pick(9);
      break;
    case 6:
      netns.listening_ports_in_range = {40000 + Pick(9)};
      break;
    case 7:
      netns.time_wait_overflow_count = Pick(9);
      break;
    case 8:
      netns.limitations = {absl::StrCat("cannot read ", Pick(9))};
      break;
    case 9:
      netns.source = static_cast<SocketSource>(1 + Pick(3));
      break;
    case 10:
      netns.udp_in_use = Pick(9);
      break;
    case 11:
      netns.counters = {{"Tcp.ActiveOpens", Pick(9)}};
      break;
    case 12:
      netns.findings = {{FindingKind::kSelfConnect, Address(Pick(4)), 40000, Pick(9)}};
      break;
    case 13:
      netns.connect_failures = {{{Address(0), Address(1), 443}, "curl", 7, "/b", Pick(9)}};
      break;
    case 14:
      netns.remainder.emplace().pool_count = Pick(9);
      break;
    default:
      netns.remainder.reset();
      netns.sample_interval.reset();
      netns.limitations.clear();
      netns.counters.clear();
      break;
  }
}

HostSample RandomSamples::Next(int64_t sequence) {
  HostSample sample;
  sample.sequence = sequence;
  sample.sample_time = absl::FromUnixSeconds(1790000000 + Pick(1000));
  sample.cpu_time = absl::Microseconds(Pick(1000));
  if (Is(2)) sample.limitations = {absl::StrCat("no capability ", Pick(2))};
  for (int i = Pick(6); i > 0; --i) sample.namespaces.push_back(Netns());
  KeepOneOfEach(sample);
  return sample;
}

HostSample RandomSamples::After(const HostSample& base) {
  HostSample sample = base;
  sample.sequence += 1 + Pick(3);
  sample.sample_time += absl::Seconds(1);
  const absl::Duration interval = absl::Milliseconds(1000 + Pick(3));
  for (NetnsSample& netns : sample.namespaces) {
    if (!Is(8)) netns.sample_interval = interval;
    if (Is(4)) Touch(netns);
    for (PoolSample& pool : netns.pools) {
      if (Is(4)) Touch(pool);
    }
    if (Is(4)) netns.pools.push_back(Pool());
    if (Is(4) && !netns.pools.empty()) netns.pools.erase(netns.pools.begin());
  }
  if (Is(4)) sample.namespaces.push_back(Netns());
  if (Is(4) && !sample.namespaces.empty()) sample.namespaces.erase(sample.namespaces.begin());
  KeepOneOfEach(sample);
  return sample;
}

}  // namespace berthmaster
