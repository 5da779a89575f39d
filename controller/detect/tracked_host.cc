#include "controller/detect/tracked_host.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "common/sysctl/catalogue.h"

namespace berthmaster {
namespace {

// The label of a namespace that says which workload it is part of, on whatever host.
constexpr absl::string_view kWorkloadLabel = "workload";

}  // namespace

std::optional<absl::Duration> TrackedPool::ReadInterval(const PoolSample& pool,
                                                        std::optional<absl::Duration> interval,
                                                        bool failed) {
  const bool is_conntrack = pool.kind == PoolKind::kSnat || pool.kind == PoolKind::kConntrackTable;
  if (!is_conntrack || !interval.has_value()) return interval;
  unread += *interval;
  const PoolSample* before = window.last();
  if (before != nullptr && !failed && before->in_use == pool.in_use &&
      before->capacity == pool.capacity && unread < kConntrackReadTime) {
    return std::nullopt;
  }
  return std::exchange(unread, absl::ZeroDuration());
}

bool IsOfDump(PoolKind kind) {
  return kind != PoolKind::kUdp && kind != PoolKind::kSnat && kind != PoolKind::kConntrackTable;
}

std::string WorkloadOf(const NetnsSample& netns) {
  auto found = netns.labels.find(std::string(kWorkloadLabel));
  return found == netns.labels.end() ? "" : found->second;
}

std::string OwnerOf(const PoolSample& pool) {
  return pool.owners.empty() ? "" : pool.owners.front().process;
}

PoolSample TableOf(const NetnsSample& netns) {
  PoolSample table;
  table.kind = PoolKind::kTimeWaitTable;
  table.in_use = netns.time_wait;
  auto limit = netns.sysctls.find(std::string(kTimeWaitBucketsSysctl));
  if (limit == netns.sysctls.end() || !absl::SimpleAtoi(limit->second, &table.capacity)) {
    table.capacity = netns.time_wait;
  }
  return table;
}

absl::string_view GoneText(const PoolOfHost& pool) {
  if (pool.is_finding) return "the port is free again, or somebody listens on it";
  return pool.pool.kind == PoolKind::kListener ? "the listener is gone or has an empty queue"
                                               : "the pool has no sockets any more";
}

}  // namespace berthmaster
