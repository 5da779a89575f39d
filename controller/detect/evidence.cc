#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "controller/detect/cause.h"
#include "controller/detect/wording.h"

namespace berthmaster {
namespace {

// get_unique_tuple() tries 128 ports, then 64, 32 and 16 (nf_nat_l4proto_unique_tuple).
constexpr double kSnatProbes = 240;
constexpr size_t kOwnersMax = 2;

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

// The states that a cause is about; nothing where it is not about states.
std::optional<StateGroup> GroupOf(IncidentCause cause) {
  switch (cause) {
    case IncidentCause::kTimeWaitChurn:
    case IncidentCause::kTimeWaitTable:
    case IncidentCause::kEarlyBind:
      return StateGroup::kTimeWait;
    case IncidentCause::kCloseWaitLeak:
      return StateGroup::kCloseWait;
    case IncidentCause::kSynSentPileUp:
      return StateGroup::kSynSent;
    case IncidentCause::kFinWaitPileUp:
      return StateGroup::kFinWait;
    case IncidentCause::kEstablishedLeak:
    case IncidentCause::kRangeTooSmall:
      return StateGroup::kEstablished;
    default:
      return std::nullopt;
  }
}

class EvidenceList {
 public:
  EvidenceList(IncidentCause cause, const PoolFacts& facts) : cause_(cause), facts_(facts) {}

  void AddFailures() {
    if (facts_.failures > 0) {
      absl::string_view fact = NetnsEvidence::FailureText(facts_.pool, facts_.is_handshakes);
      Add(std::string(fact), absl::StrCat(facts_.failures));
    }
    if (facts_.pool.kind != PoolKind::kConnect) return;
    for (Evidence& caller : facts_.evidence.Callers(facts_.pool)) list_.push_back(caller);
  }

  void AddBinders() {
    if (cause_ != IncidentCause::kEarlyBind) return;
    int bound = facts_.evidence.BoundClientPorts();
    if (bound > 0) {
      Add("ports closed to every connect() by clients that call bind() first", absl::StrCat(bound));
    }
    if (facts_.pool.early_bind_share.has_value()) {
      Add("this pool's sockets that called bind() first",
          absl::StrFormat("%.0f %%", 100 * *facts_.pool.early_bind_share));
    } else if (facts_.pool.wrong_parity_share.has_value()) {
      Add("ports of the parity that connect() takes last and bind() first",
          absl::StrFormat("%.0f %%", 100 * *facts_.pool.wrong_parity_share));
    }
  }

  void AddStates() {
    std::optional<StateGroup> group = GroupOf(cause_);
    const PoolSample& pool = facts_.pool;
    if (!group.has_value() || !HasRates(pool.kind)) return;
    if (cause_ != IncidentCause::kTimeWaitTable) {
      Add(absl::StrCat(GroupText(*group), " share of the pool"),
          ShareText(CountOf(*group, pool), std::max(pool.in_use - pool.reusable, 0)));
    }
    int grown = GrowthOf(*group, pool, facts_.window);
    if (grown > 0 && facts_.window.run() > absl::ZeroDuration()) {
      Add(absl::StrCat(GroupText(*group), " growth"),
          absl::StrFormat("+%d in %s", grown, SecondsText(facts_.window.run())));
    }
  }

  void AddFullness() {
    const PoolSample& pool = facts_.pool;
    if (facts_.is_finding) {
      Add("connections that hold the port of the listener that is gone", absl::StrCat(pool.in_use));
      return;
    }
    if (pool.kind != PoolKind::kListener) {
      Add("in use and not reusable", ShareText(pool.in_use - pool.reusable, pool.capacity));
      return;
    }
    int backlog = facts_.is_handshakes ? pool.capacity : pool.capacity - 1;
    int handshakes = pool.states[TcpState::kSynRecv];
    if (facts_.is_handshakes) {
      Add("handshakes not completed (SYN_RECV), of the backlog", ShareText(handshakes, backlog));
      return;
    }
    // The kernel lets one more wait than the backlog says.
    Add("connections that wait for accept()", ShareText(pool.in_use, pool.capacity));
    Add("handshakes not completed (SYN_RECV)", ShareText(handshakes, backlog));
  }

  void AddGrowth() {
    const PoolSample& pool = facts_.pool;
    if (HasRates(pool.kind) || facts_.is_finding) return;
    int grown = pool.in_use - pool.reusable - facts_.window.rise_base();
    if (grown > 0 && facts_.window.rise_time() > absl::ZeroDuration()) {
      Add("growth", absl::StrFormat("+%d in %s", grown, SecondsText(facts_.window.rise_time())));
    }
    if (pool.kind != PoolKind::kSnat) return;
    double missed = std::pow(std::clamp(pool.utilization(), 0.0, 1.0), kSnatProbes);
    if (missed >= 0.001) {
      Add("new connections that find no port (240 probes at random)",
          absl::StrFormat("%.1f %%", 100 * missed));
    }
    Add("in TIME_WAIT, which conntrack keeps for 120 s",
        ShareText(pool.states[TcpState::kTimeWait], pool.in_use));
  }

  void AddRates() {
    const PoolSample& pool = facts_.pool;
    if (pool.kind == PoolKind::kTimeWaitTable) {
      if (pool.time_wait_rate.has_value()) Add("TIME_WAIT made", RateText(*pool.time_wait_rate));
    }
    if (pool.kind != PoolKind::kConnect) return;
    if (pool.connection_rate.has_value()) Add("new connections", RateText(*pool.connection_rate));
    if (pool.time_wait_rate.has_value()) {
      Add("closed first by this side", RateText(*pool.time_wait_rate));
    }
    Add("mean time open", pool.hold_time.has_value() ? SecondsText(*pool.hold_time)
                                                     : "not known: this side closed none");
  }

  void AddRest() {
    const PoolSample& pool = facts_.pool;
    if (facts_.outcome.settled_utilization.has_value()) {
      Add("settles at, if the load goes on",
          ShareText(*facts_.outcome.settled_utilization * pool.capacity, pool.capacity));
    }
    if (pool.blocked > 0) Add("ports of the range blocked by bind()", absl::StrCat(pool.blocked));
    for (size_t i = 0; i < std::min(pool.owners.size(), kOwnersMax); ++i) {
      const PoolOwner& owner = pool.owners[i];
      std::string name = owner.process.empty() ? owner.cgroup : owner.process;
      if (name.empty()) continue;
      if (owner.pid > 0) absl::StrAppend(&name, " (pid ", owner.pid, ")");
      Add(absl::StrCat("held by ", name), absl::StrCat(owner.sockets, " sockets"));
    }
  }

  std::vector<Evidence> Take() { return std::move(list_); }

 private:
  void Add(std::string fact, std::string value) {
    list_.push_back({std::move(fact), std::move(value)});
  }

  IncidentCause cause_;
  const PoolFacts& facts_;
  std::vector<Evidence> list_;
};

}  // namespace

std::vector<Evidence> EvidenceFor(IncidentCause cause, const PoolFacts& facts) {
  EvidenceList list(cause, facts);
  list.AddFailures();
  list.AddBinders();
  list.AddStates();
  list.AddFullness();
  list.AddGrowth();
  list.AddRates();
  list.AddRest();
  return list.Take();
}

}  // namespace berthmaster
