#include "controller/model/names.h"

#include "absl/strings/str_cat.h"
#include "common/ids/names.h"

namespace berthmaster {

std::string PoolName(absl::string_view host_id, uint64_t netns_cookie, const PoolSample& pool) {
  return PoolName(NetnsName(host_id, netns_cookie), pool.kind, pool.key);
}

const PoolSample* FindPool(const NetnsSample& netns, absl::string_view host_id,
                           absl::string_view pool_name) {
  for (const PoolSample& pool : netns.pools) {
    if (PoolName(host_id, netns.cookie, pool) == pool_name) return &pool;
  }
  return nullptr;
}

absl::string_view CauseText(IncidentCause cause) {
  switch (cause) {
    case IncidentCause::kTimeWaitChurn:
      return "TIME_WAIT churn";
    case IncidentCause::kEstablishedLeak:
      return "established leak";
    case IncidentCause::kCloseWaitLeak:
      return "CLOSE_WAIT leak";
    case IncidentCause::kSynSentPileUp:
      return "SYN_SENT pile-up";
    case IncidentCause::kRangeTooSmall:
      return "range too small";
    case IncidentCause::kTimeWaitTable:
      return "TIME_WAIT table overflow";
    case IncidentCause::kFinWaitPileUp:
      return "FIN_WAIT pile-up";
    case IncidentCause::kEarlyBind:
      return "bind before connect";
    case IncidentCause::kSnatPool:
      return "SNAT pool";
    case IncidentCause::kConntrackTable:
      return "conntrack table";
    case IncidentCause::kListenerOverflow:
      return "listener overflow";
    case IncidentCause::kSynFlood:
      return "SYN flood";
    case IncidentCause::kRestartBlocked:
      return "restart blocked";
    case IncidentCause::kUdpPorts:
      return "UDP ports";
  }
  return "unknown cause";
}

absl::string_view RolloutStateText(RolloutState state) {
  switch (state) {
    case RolloutState::kApproved:
      return "APPROVED";
    case RolloutState::kCanary:
      return "CANARY";
    case RolloutState::kSoaking:
      return "SOAKING";
    case RolloutState::kConfirmed:
      return "CONFIRMED";
    case RolloutState::kReverting:
      return "REVERTING";
    case RolloutState::kReverted:
      return "REVERTED";
    case RolloutState::kFailed:
      return "FAILED";
    case RolloutState::kWave:
      return "WAVE";
  }
  return "UNKNOWN";
}

std::string EtagOf(int64_t revision) { return absl::StrCat(revision); }

}  // namespace berthmaster
