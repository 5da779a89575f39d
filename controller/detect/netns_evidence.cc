#include "controller/detect/netns_evidence.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"

namespace berthmaster {
namespace {

constexpr size_t kCallersMax = 3;
// Below this share of the backlog handshakes are no flood, whoever dropped what.
constexpr double kHandshakeShareMin = 0.5;

int Held(const PoolSample& pool) { return pool.in_use - pool.reusable; }

std::string CallerText(const ConnectFailure& failure) {
  std::string text = failure.process.empty() ? "a process" : failure.process;
  if (failure.pid > 0) absl::StrAppend(&text, " (pid ", failure.pid, ")");
  if (!failure.cgroup.empty()) absl::StrAppend(&text, " in ", failure.cgroup);
  return text;
}

// The source of a failed connect() may not have been chosen yet.
bool IsIn(const ConnectFailure& failure, const PoolSample& pool) {
  return failure.key.destination == pool.key.destination &&
         failure.key.destination_port == pool.key.destination_port &&
         (failure.key.source == pool.key.source || failure.key.source.is_unspecified());
}

}  // namespace

double HandshakeShare(const PoolSample& pool) {
  if (pool.kind != PoolKind::kListener || pool.capacity <= 1) return 0;
  return static_cast<double>(pool.states[TcpState::kSynRecv]) / (pool.capacity - 1);
}

std::optional<PoolSample> HandshakesOf(const PoolSample& pool) {
  if (HandshakeShare(pool) <= pool.utilization()) return std::nullopt;
  PoolSample handshakes = pool;
  handshakes.in_use = pool.states[TcpState::kSynRecv];
  handshakes.capacity = pool.capacity - 1;
  return handshakes;
}

PoolSample PoolOfFinding(const NetnsFinding& finding) {
  PoolSample pool;
  pool.kind = PoolKind::kListener;
  pool.key.destination = finding.address;
  pool.key.destination_port = finding.port;
  pool.capacity = pool.in_use = std::max(finding.sockets, 1);
  return pool;
}

int64_t NetnsEvidence::FailuresOf(const PoolSample& pool) const {
  switch (pool.kind) {
    case PoolKind::kConnect:
      return std::max<int64_t>(pool.connect_failures.value_or(0), 0);
    case PoolKind::kTimeWaitTable:
      return overflow_delta_;
    case PoolKind::kSnat:
      if (pool.utilization() < thresholds_.counter_utilization_min) return 0;
      return Fullest(PoolKind::kSnat) == &pool ? Rise("conntrack.insert_failed") : 0;
    case PoolKind::kConntrackTable:
      if (pool.utilization() < thresholds_.counter_utilization_min) return 0;
      // What found no SNAT port counts as dropped too.
      return Rise("conntrack.early_drop") +
             std::max<int64_t>(Rise("conntrack.drop") - Rise("conntrack.insert_failed"), 0);
    case PoolKind::kListener:
      return ListenerFailures(pool);
    case PoolKind::kBind:
    case PoolKind::kUdp:
      return 0;
  }
  return 0;
}

absl::string_view NetnsEvidence::FailureText(const PoolSample& pool, bool is_handshakes) {
  switch (pool.kind) {
    case PoolKind::kConnect:
      return "connect() calls without a port since the sample before";
    case PoolKind::kTimeWaitTable:
      return "closed without TIME_WAIT since the sample before (TCPTimeWaitOverflow)";
    case PoolKind::kSnat:
      return "packets without a SNAT port since the sample before (insert_failed)";
    case PoolKind::kConntrackTable:
      return "entries and packets dropped since the sample before (early_drop, drop)";
    case PoolKind::kListener:
      return is_handshakes ? "SYNs beyond the backlog since the sample before (TCPReqQFull*)"
                           : "connections dropped since the sample before (ListenOverflows)";
    case PoolKind::kBind:
    case PoolKind::kUdp:
      break;
  }
  return "failures since the sample before";
}

int64_t NetnsEvidence::Rise(absl::string_view counter) const {
  if (!netns_.sample_interval.has_value() || netns_.counters.empty()) return 0;
  auto found = netns_.counters.find(std::string(counter));
  return found == netns_.counters.end() ? 0 : std::max<int64_t>(found->second, 0);
}

const PoolSample* NetnsEvidence::Fullest(PoolKind kind) const {
  const PoolSample* fullest = nullptr;
  for (const PoolSample& pool : netns_.pools) {
    if (pool.kind != kind) continue;
    if (fullest == nullptr || pool.utilization() > fullest->utilization()) fullest = &pool;
  }
  return fullest;
}

int64_t NetnsEvidence::ListenerFailures(const PoolSample& pool) const {
  if (!overflows_.has_value()) {
    overflows_ = Rise("TcpExt.ListenOverflows");
    full_handshakes_ = Rise("TcpExt.TCPReqQFullDrop") + Rise("TcpExt.TCPReqQFullDoCookies");
  }
  if (*overflows_ == 0 && *full_handshakes_ == 0) return 0;
  const PoolSample* fullest = nullptr;
  const PoolSample* most_handshakes = nullptr;
  int listeners = 0;
  for (const PoolSample& other : netns_.pools) {
    if (other.kind != PoolKind::kListener) continue;
    ++listeners;
    if (fullest == nullptr || other.utilization() > fullest->utilization()) fullest = &other;
    if (most_handshakes == nullptr || HandshakeShare(other) > HandshakeShare(*most_handshakes)) {
      most_handshakes = &other;
    }
  }
  int64_t failures = 0;
  if (&pool == fullest && (listeners == 1 || pool.in_use > 0)) failures += *overflows_;
  if (&pool == most_handshakes && HandshakeShare(pool) >= kHandshakeShareMin) {
    failures += *full_handshakes_;
  }
  return failures;
}

int NetnsEvidence::BoundClientPorts() const {
  if (bound_ports_.has_value()) return *bound_ports_;
  int blocked = 0;
  for (const PoolSample& pool : netns_.pools) {
    if (pool.kind == PoolKind::kConnect) blocked = std::max(blocked, pool.blocked);
  }
  int listening = static_cast<int>(netns_.listening_ports_in_range.size());
  bound_ports_ = std::max(blocked - listening, 0);
  return *bound_ports_;
}

bool NetnsEvidence::HasBinders(const PoolSample& bind_pool) const {
  bool is_any = bind_pool.key.source.is_unspecified();
  bool connects = false;
  for (const PoolSample& pool : netns_.pools) {
    if (pool.kind != PoolKind::kConnect) continue;
    connects = true;
    if (pool.early_bind_share.value_or(0) > 0 &&
        (is_any || pool.key.source == bind_pool.key.source)) {
      return true;
    }
  }
  double least = thresholds_.bound_ports_share_min * bind_pool.capacity;
  if (connects) return BoundClientPorts() >= least;
  // Without a connection every port there is a listener's or a bound socket's.
  int listening = static_cast<int>(netns_.listening_ports_in_range.size());
  return Held(bind_pool) - listening >= least;
}

std::vector<Evidence> NetnsEvidence::Callers(const PoolSample& pool) const {
  std::vector<const ConnectFailure*> callers;
  for (const ConnectFailure& failure : netns_.connect_failures) {
    if (IsIn(failure, pool)) callers.push_back(&failure);
  }
  std::stable_sort(callers.begin(), callers.end(),
                   [](const auto* a, const auto* b) { return a->count > b->count; });
  if (callers.size() > kCallersMax) callers.resize(kCallersMax);
  std::vector<Evidence> evidence;
  for (const ConnectFailure* caller : callers) {
    evidence.push_back(
        {absl::StrCat("connect() failed in ", CallerText(*caller)), absl::StrCat(caller->count)});
  }
  return evidence;
}

}  // namespace berthmaster
