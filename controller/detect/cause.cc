#include "controller/detect/cause.h"

#include <algorithm>

#include "common/forecast/forecast.h"

namespace berthmaster {
namespace {

constexpr StateGroup kGroups[] = {StateGroup::kTimeWait, StateGroup::kEstablished,
                                  StateGroup::kCloseWait, StateGroup::kSynSent,
                                  StateGroup::kFinWait};
// Fewer closes than this share of the opens is a leak where the pool grows.
constexpr double kLeakCloseShareMax = 0.5;

int GrowthSum(const PoolSample& pool, const PoolWindow& window) {
  int sum = 0;
  for (StateGroup group : kGroups) sum += GrowthOf(group, pool, window);
  return sum;
}

bool Grows(const PoolFacts& facts) {
  return GrowthSum(facts.pool, facts.window) >=
         std::max(facts.thresholds.growth_min,
                  facts.thresholds.growth_share_min * facts.pool.capacity);
}

// Whether what is closed here will hold more ports than what is open.
bool EndsAsTimeWait(const PoolSample& pool) {
  if (!pool.hold_time.has_value() || *pool.hold_time > kTimeWaitHold) return false;
  double time_wait = pool.time_wait_rate.value_or(0) * absl::ToDoubleSeconds(kTimeWaitHold);
  return pool.reusable == 0 && time_wait > CountOf(StateGroup::kEstablished, pool);
}

}  // namespace

int CountOf(StateGroup group, const PoolSample& pool) {
  const StateCounts& states = pool.states;
  switch (group) {
    case StateGroup::kTimeWait:
      return std::max(states[TcpState::kTimeWait] - pool.reusable, 0);
    case StateGroup::kEstablished:
      return states[TcpState::kEstablished];
    case StateGroup::kCloseWait:
      return states[TcpState::kCloseWait];
    case StateGroup::kSynSent:
      return states[TcpState::kSynSent];
    case StateGroup::kFinWait:
      return states[TcpState::kFinWait1] + states[TcpState::kFinWait2] +
             states[TcpState::kClosing] + states[TcpState::kLastAck];
  }
  return 0;
}

int GrowthOf(StateGroup group, const PoolSample& pool, const PoolWindow& window) {
  const PoolSample* start = window.run_start();
  if (start == nullptr) return 0;
  return std::max(CountOf(group, pool) - CountOf(group, *start), 0);
}

StateGroup LeadingGroup(const PoolFacts& facts) {
  const PoolSample& pool = facts.pool;
  bool grows = Grows(facts);
  StateGroup lead = StateGroup::kTimeWait;
  int most = -1;
  for (StateGroup group : kGroups) {
    int count = grows ? GrowthOf(group, pool, facts.window) : CountOf(group, pool);
    if (count > most) {
      most = count;
      lead = group;
    }
  }
  if (lead == StateGroup::kEstablished && EndsAsTimeWait(pool)) return StateGroup::kTimeWait;
  return lead;
}

double CloseRate(const PoolSample& pool) {
  if (!pool.hold_time.has_value()) return 0;
  double live = pool.in_use - pool.states[TcpState::kTimeWait];
  double hold = absl::ToDoubleSeconds(*pool.hold_time);
  // Connections too short to be seen open are closed as fast as they are opened.
  if (hold < 1 || live < 1) return pool.connection_rate.value_or(0);
  return live / hold;
}

namespace {

bool IsEarlyBind(const PoolFacts& facts) {
  const PoolSample& pool = facts.pool;
  const Thresholds& thresholds = facts.thresholds;
  int bound = facts.evidence.BoundClientPorts();
  int held = std::max(pool.in_use - pool.reusable, 0);
  if (bound >= held && bound >= thresholds.bound_ports_share_min * (pool.capacity + bound)) {
    return true;
  }
  if (pool.early_bind_share.has_value()) {
    return *pool.early_bind_share >= thresholds.early_bind_share_min;
  }
  return held >= thresholds.growth_min &&
         pool.utilization() <= thresholds.wrong_parity_utilization_max &&
         pool.wrong_parity_share.value_or(0) >= thresholds.wrong_parity_share_min;
}

IncidentCause CauseOfConnects(const PoolFacts& facts) {
  if (IsEarlyBind(facts)) return IncidentCause::kEarlyBind;
  switch (LeadingGroup(facts)) {
    case StateGroup::kTimeWait:
      return IncidentCause::kTimeWaitChurn;
    case StateGroup::kCloseWait:
      return IncidentCause::kCloseWaitLeak;
    case StateGroup::kSynSent:
      return IncidentCause::kSynSentPileUp;
    case StateGroup::kFinWait:
      return IncidentCause::kFinWaitPileUp;
    case StateGroup::kEstablished:
      break;
  }
  const PoolSample& pool = facts.pool;
  bool few_closes = CloseRate(pool) <= kLeakCloseShareMax * pool.connection_rate.value_or(0);
  return few_closes && Grows(facts) ? IncidentCause::kEstablishedLeak
                                    : IncidentCause::kRangeTooSmall;
}

}  // namespace

IncidentCause ClassifyCause(const PoolFacts& facts) {
  if (facts.is_finding) return IncidentCause::kRestartBlocked;
  switch (facts.pool.kind) {
    case PoolKind::kConnect:
      return CauseOfConnects(facts);
    case PoolKind::kTimeWaitTable:
      return IncidentCause::kTimeWaitTable;
    case PoolKind::kBind:
      return IncidentCause::kEarlyBind;
    case PoolKind::kUdp:
      return IncidentCause::kUdpPorts;
    case PoolKind::kSnat:
      return IncidentCause::kSnatPool;
    case PoolKind::kConntrackTable:
      return IncidentCause::kConntrackTable;
    case PoolKind::kListener:
      return facts.is_handshakes ? IncidentCause::kSynFlood : IncidentCause::kListenerOverflow;
  }
  return IncidentCause::kRangeTooSmall;
}

}  // namespace berthmaster
