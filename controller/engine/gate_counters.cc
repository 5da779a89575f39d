#include "controller/engine/gate_counters.h"

#include <utility>

namespace berthmaster {
namespace {

int64_t Counter(const NetnsSample& netns, const char* name) {
  auto found = netns.counters.find(name);
  return found == netns.counters.end() ? 0 : found->second;
}

}  // namespace

GateCounts GateCountsOf(const NetnsSample& netns) {
  GateCounts counts;
  if (!netns.sample_interval.has_value()) return counts;
  counts.span = *netns.sample_interval;
  counts.failures = Counter(netns, "Tcp.AttemptFails");
  for (const ConnectFailure& failure : netns.connect_failures) counts.failures += failure.count;
  counts.resets = Counter(netns, "Tcp.EstabResets") + Counter(netns, "Tcp.OutRsts");
  counts.retransmits = Counter(netns, "Tcp.RetransSegs");
  counts.time_wait_overflows = Counter(netns, "TcpExt.TCPTimeWaitOverflow");
  return counts;
}

GateCounts Sum(const GateCounts& a, const GateCounts& b) {
  return {a.span + b.span, a.failures + b.failures, a.resets + b.resets,
          a.retransmits + b.retransmits, a.time_wait_overflows + b.time_wait_overflows};
}

void GateCounters::Observe(const std::string& host_id, const HostSample& sample) {
  auto& known = windows_[host_id];
  absl::flat_hash_map<uint64_t, Window> next;
  next.reserve(sample.namespaces.size());
  for (const NetnsSample& netns : sample.namespaces) {
    Window window;
    if (auto found = known.find(netns.cookie); found != known.end()) window = found->second;
    window.current = Sum(window.current, GateCountsOf(netns));
    if (window.current.span >= kGateWindow) {
      window.previous = std::exchange(window.current, GateCounts());
    }
    next.emplace(netns.cookie, window);
  }
  known = std::move(next);
}

GateCounts GateCounters::Lately(absl::string_view host_id, uint64_t netns_cookie) const {
  auto host = windows_.find(host_id);
  if (host == windows_.end()) return {};
  auto window = host->second.find(netns_cookie);
  if (window == host->second.end()) return {};
  return Sum(window->second.previous, window->second.current);
}

}  // namespace berthmaster
