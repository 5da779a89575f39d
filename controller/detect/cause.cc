#include "controller/detect/cause.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "common/forecast/forecast.h"
#include "controller/detect/thresholds.h"
#include "controller/detect/wording.h"

namespace berthmaster {
namespace {

constexpr StateGroup kGroups[] = {StateGroup::kTimeWait, StateGroup::kEstablished,
                                  StateGroup::kCloseWait, StateGroup::kSynSent,
                                  StateGroup::kFinWait};
// Fewer closes than this share of the opens is a leak where the pool grows.
constexpr double kLeakCloseShareMax = 0.5;

absl::string_view GroupText(StateGroup group) {
  switch (group) {
    case StateGroup::kTimeWait:
      return "TIME_WAIT";
    case StateGroup::kEstablished:
      return "ESTABLISHED";
    case StateGroup::kCloseWait:
      return "CLOSE_WAIT";
    case StateGroup::kSynSent:
      return "SYN_SENT";
    case StateGroup::kFinWait:
      return "FIN_WAIT_1, FIN_WAIT_2, CLOSING and LAST_ACK";
  }
  return "";
}

int GrowthSum(const PoolSample& pool, const PoolWindow& window) {
  int sum = 0;
  for (StateGroup group : kGroups) sum += GrowthOf(group, pool, window);
  return sum;
}

bool Grows(const PoolSample& pool, const PoolWindow& window) {
  return GrowthSum(pool, window) >= std::max(kGrowthMin, kGrowthShareMin * pool.capacity);
}

// Whether what is closed here will hold more ports than what is open.
bool EndsAsTimeWait(const PoolSample& pool) {
  if (!pool.hold_time.has_value() || *pool.hold_time > kTimeWaitHold) return false;
  double time_wait = pool.time_wait_rate.value_or(0) * absl::ToDoubleSeconds(kTimeWaitHold);
  return pool.reusable == 0 && time_wait > CountOf(StateGroup::kEstablished, pool);
}

StateGroup GroupOf(IncidentCause cause) {
  switch (cause) {
    case IncidentCause::kTimeWaitChurn:
    case IncidentCause::kTimeWaitTable:
      return StateGroup::kTimeWait;
    case IncidentCause::kCloseWaitLeak:
      return StateGroup::kCloseWait;
    case IncidentCause::kSynSentPileUp:
      return StateGroup::kSynSent;
    case IncidentCause::kFinWaitPileUp:
      return StateGroup::kFinWait;
    case IncidentCause::kEstablishedLeak:
    case IncidentCause::kRangeTooSmall:
    case IncidentCause::kEarlyBind:
    case IncidentCause::kSnatPool:
    case IncidentCause::kConntrackTable:
    case IncidentCause::kListenerOverflow:
    case IncidentCause::kSynFlood:
    case IncidentCause::kRestartBlocked:
    case IncidentCause::kUdpPorts:
      return StateGroup::kEstablished;
  }
  return StateGroup::kEstablished;
}

void AddRates(const PoolSample& pool, std::vector<Evidence>& evidence) {
  if (pool.connection_rate.has_value()) {
    evidence.push_back({"new connections", RateText(*pool.connection_rate)});
  }
  if (pool.time_wait_rate.has_value()) {
    evidence.push_back({"closed first by this side", RateText(*pool.time_wait_rate)});
  }
  evidence.push_back({"mean time open", pool.hold_time.has_value()
                                            ? SecondsText(*pool.hold_time)
                                            : "not known: this side closed none"});
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

StateGroup LeadingGroup(const PoolSample& pool, const PoolWindow& window) {
  bool grows = Grows(pool, window);
  StateGroup lead = StateGroup::kTimeWait;
  int most = -1;
  for (StateGroup group : kGroups) {
    int count = grows ? GrowthOf(group, pool, window) : CountOf(group, pool);
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

IncidentCause ClassifyCause(const PoolSample& pool, const PoolWindow& window) {
  if (pool.kind == PoolKind::kTimeWaitTable) return IncidentCause::kTimeWaitTable;
  switch (LeadingGroup(pool, window)) {
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
  bool few_closes = CloseRate(pool) <= kLeakCloseShareMax * pool.connection_rate.value_or(0);
  return few_closes && Grows(pool, window) ? IncidentCause::kEstablishedLeak
                                           : IncidentCause::kRangeTooSmall;
}

std::vector<Evidence> EvidenceFor(IncidentCause cause, const PoolSample& pool,
                                  const PoolWindow& window,
                                  std::optional<double> settled_utilization,
                                  int64_t overflow_delta) {
  std::vector<Evidence> evidence;
  if (overflow_delta > 0) {
    evidence.push_back({"closed without TIME_WAIT since the sample before (TCPTimeWaitOverflow)",
                        absl::StrCat(overflow_delta)});
  }
  StateGroup group = GroupOf(cause);
  if (cause != IncidentCause::kTimeWaitTable) {
    evidence.push_back({absl::StrCat(GroupText(group), " share of the pool"),
                        ShareText(CountOf(group, pool), std::max(pool.in_use - pool.reusable, 0))});
  }
  int grown = GrowthOf(group, pool, window);
  if (grown > 0 && window.run() > absl::ZeroDuration()) {
    evidence.push_back({absl::StrCat(GroupText(group), " growth"),
                        absl::StrFormat("+%d in %s", grown, SecondsText(window.run()))});
  }
  evidence.push_back(
      {"in use and not reusable", ShareText(pool.in_use - pool.reusable, pool.capacity)});
  if (cause == IncidentCause::kTimeWaitTable) {
    if (pool.time_wait_rate.has_value()) {
      evidence.push_back({"TIME_WAIT made", RateText(*pool.time_wait_rate)});
    }
  } else {
    AddRates(pool, evidence);
  }
  if (settled_utilization.has_value()) {
    evidence.push_back({"settles at, if the load goes on",
                        ShareText(*settled_utilization * pool.capacity, pool.capacity)});
  }
  if (pool.blocked > 0) {
    evidence.push_back({"ports of the range blocked by bind()", absl::StrCat(pool.blocked)});
  }
  return evidence;
}

}  // namespace berthmaster
