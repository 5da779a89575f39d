#include "tests/fuzz/sock_diag_fuzz.h"

#include <cstdlib>
#include <map>
#include <string>

#include "agent/collect/pool_aggregator.h"
#include "agent/collect/pool_sample.h"
#include "agent/kernel/sockets/sock_diag_codec.h"

namespace berthmaster {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

void FuzzSockDiag(const uint8_t* data, size_t size) {
  const std::map<std::string, std::string> sysctls = {{"net.ipv4.tcp_tw_reuse", "1"},
                                                      {"net.ipv4.tcp_timestamps", "1"},
                                                      {"net.ipv4.tcp_max_tw_buckets", "1000"}};
  // Few ports, since what is done once for each port would be most of the time of a run.
  PortSpace space;
  space.range = {40000, 40063};
  PoolAggregator aggregator({.space = space, .sysctls = sysctls, .recent_listeners = {}});
  size_t row_count = 0;
  // The messages in a corpus have the sequence number 1.
  absl::StatusOr<SockDiagProgress> progress =
      DecodeSockDiag({data, size}, 1, [&](const SocketRow& row) {
        ++row_count;
        Require(static_cast<int>(row.state) < kTcpStateCount);
        Require(row.attributes.data() >= data &&
                row.attributes.data() + row.attributes.size() <= data + size);
        // An id takes the header of an attribute and 8 bytes.
        Require(!CgroupId(row).has_value() || row.attributes.size() >= 4 + 8);
        aggregator.Visit(row);
      });
  // Each row takes a header and a body.
  Require(row_count <= size / (16 + 72) + 1);

  const NetnsCounts counts = aggregator.Finish();
  int64_t pooled_count = counts.untracked.in_use;
  for (const PoolCounts& pool : counts.pools) {
    pooled_count += pool.in_use;
    Require(pool.reusable <= pool.in_use);
    const PoolSample sample = MakeConnectPool(
        pool, {.capacity = space.Capacity(counts.blocked), .blocked = counts.blocked});
    Require(sample.headroom() >= 0);
  }
  Require(pooled_count <= static_cast<int64_t>(row_count));
  Require(space.Capacity(counts.blocked) >= 0);
  MakeTimeWaitTable(counts.time_wait_table, sysctls);
}

}  // namespace berthmaster

// The entry of libFuzzer: ./dev fuzz sock_diag.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  berthmaster::FuzzSockDiag(data, size);
  return 0;
}
