#include "agent/collect/netns_load.h"

#include <string>

#include "absl/strings/numbers.h"
#include "common/sysctl/catalogue.h"

namespace berthmaster {
namespace {

// Whether there are too few mini-sockets to matter against tcp_max_tw_buckets.
bool IsTableQuiet(const SockstatCounts& counts, const NetnsFacts& facts) {
  auto found = facts.sysctls.find(std::string(kTimeWaitBucketsSysctl));
  int64_t buckets = 0;
  if (found == facts.sysctls.end() || !absl::SimpleAtoi(found->second, &buckets) || buckets < 0) {
    return true;
  }
  return counts.time_wait <= kQuietShare * static_cast<double>(buckets);
}

}  // namespace

bool IsBusy(const SockstatCounts& counts, const NetnsFacts& facts, const PortSpace& space) {
  const double sockets = static_cast<double>(counts.tcp_in_use) + counts.time_wait;
  return sockets > kQuietShare * space.Capacity(0) || !IsTableQuiet(counts, facts);
}

}  // namespace berthmaster
