#ifndef BERTHMASTER_TESTS_AGENT_TOP_TOP_SAMPLES_H_
#define BERTHMASTER_TESTS_AGENT_TOP_TOP_SAMPLES_H_

#include <string>

#include "common/protocol/sample.h"

namespace berthmaster {

// A connect pool from 10.0.0.1 to `destination`:443 with ESTABLISHED sockets only.
inline PoolSample EstablishedPool(const char* destination, int32_t in_use, int32_t capacity) {
  PoolSample pool;
  pool.key = {*IpAddress::Parse("10.0.0.1"), *IpAddress::Parse(destination), 443};
  pool.capacity = capacity;
  pool.in_use = in_use;
  pool.states[TcpState::kEstablished] = in_use;
  return pool;
}

// Two namespaces, "blue" and "green", with three pools.
inline HostSample TwoNamespaces() {
  HostSample sample;
  sample.sample_time = absl::FromUnixSeconds(1767225600);
  sample.cpu_time = absl::Microseconds(3200);
  NetnsSample& blue = sample.namespaces.emplace_back();
  blue.cookie = 1;
  blue.inode = 4026532001;
  blue.label = "blue";
  blue.labels = {{"pod", "shop-7"}};
  blue.tcp_in_use = 370;
  blue.time_wait = 12;
  blue.pools = {EstablishedPool("10.0.0.2", 350, 400), EstablishedPool("10.0.0.3", 20, 400)};
  blue.pools[0].connection_rate = 5;
  NetnsSample& green = sample.namespaces.emplace_back();
  green.cookie = 2;
  green.inode = 4026532002;
  green.label = "green";
  green.pools = {EstablishedPool("10.0.0.2", 30, 40)};
  green.limitations = {"one thing; remedy"};
  return sample;
}

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_AGENT_TOP_TOP_SAMPLES_H_
