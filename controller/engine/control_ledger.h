#ifndef BERTHMASTER_CONTROLLER_ENGINE_CONTROL_LEDGER_H_
#define BERTHMASTER_CONTROLLER_ENGINE_CONTROL_LEDGER_H_

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "controller/store/control_store.h"

namespace berthmaster {

// One kind of row: the rows as they are now, and which of them are not committed yet with what they
// were before. Rows are immutable once put, so that the same object goes to the store, to Fleet and
// to readers.
template <typename Row>
class LedgerTable {
 public:
  using Pointer = std::shared_ptr<const Row>;
  using Map = std::map<std::string, Pointer, std::less<>>;

  const Map& rows() const { return rows_; }

  // Null when there is none.
  Pointer Find(absl::string_view id) const {
    auto found = rows_.find(id);
    return found == rows_.end() ? nullptr : found->second;
  }

  // Returns what was there before.
  Pointer Put(const std::string& id, Pointer row) {
    Pointer& slot = rows_[id];
    Pointer before = slot;
    dirty_.emplace(id, before);
    slot = std::move(row);
    return before;
  }

  // A row that is committed already: it is never dirty.
  void Load(const std::string& id, Pointer row) { rows_[id] = std::move(row); }
  void Forget(absl::string_view id) {
    if (auto found = rows_.find(id); found != rows_.end()) rows_.erase(found);
  }

  bool dirty() const { return !dirty_.empty(); }
  std::vector<Pointer> DirtyRows() const {
    std::vector<Pointer> rows;
    rows.reserve(dirty_.size());
    for (const auto& entry : dirty_) rows.push_back(rows_.at(entry.first));
    return rows;
  }
  void MarkCommitted() { dirty_.clear(); }

  // The dirty rows with what they were before, null for new ones.
  const std::map<std::string, Pointer>& before() const { return dirty_; }
  void Rollback() {
    for (const auto& entry : dirty_) {
      if (entry.second == nullptr) {
        rows_.erase(entry.first);
      } else {
        rows_[entry.first] = entry.second;
      }
    }
    dirty_.clear();
  }

 private:
  Map rows_;
  std::map<std::string, Pointer> dirty_;
};

// The control state as the engine works on it: all rows, which of them are dirty, and the indexes
// that decisions need. What Commit() of the store accepted is marked committed; what it refused is
// either kept dirty and offered again, or rolled back. One thread.
class ControlLedger {
 public:
  using HostPointer = std::shared_ptr<const Host>;
  using IncidentPointer = std::shared_ptr<const Incident>;
  using RecommendationPointer = std::shared_ptr<const Recommendation>;
  using RolloutPointer = std::shared_ptr<const Rollout>;
  using SilencePointer = std::shared_ptr<const Silence>;
  using DetectionPolicyPointer = std::shared_ptr<const DetectionPolicy>;
  using ApprovalPolicyPointer = std::shared_ptr<const ApprovalPolicy>;
  using Ids = std::set<std::string, std::less<>>;

  void Load(ControlState state);

  const LedgerTable<Host>& hosts() const { return hosts_; }
  const LedgerTable<Incident>& incidents() const { return incidents_; }
  const LedgerTable<Recommendation>& recommendations() const { return recommendations_; }
  const LedgerTable<Rollout>& rollouts() const { return rollouts_; }
  const LedgerTable<Silence>& silences() const { return silences_; }
  // The one without rules before somebody set it; never null.
  DetectionPolicyPointer detection_policy() const;
  ApprovalPolicyPointer approval_policy() const;
  std::shared_ptr<const CompletedRequest> FindRequest(absl::string_view request_id) const {
    return requests_.Find(request_id);
  }

  void Put(Host host);
  void Put(Incident incident);
  void Put(Recommendation recommendation);
  void Put(Rollout rollout);
  void Put(Silence silence);
  void Put(DetectionPolicy policy);
  void Put(ApprovalPolicy policy);
  void Put(CompletedRequest request);
  // Appends to the audit chain, within the bounds of an entry; sequence and hashes are given here.
  // What has more than kAuditValuesMax values becomes several entries. They are committed with the
  // other dirty rows, or taken back with them, and not kept after that.
  void Append(AuditEntry draft);

  // Ids by what they belong to; empty when there is none.
  const Ids& ActiveIncidentsOf(absl::string_view host_id) const;
  const Ids& RecommendationsOf(absl::string_view incident_id) const;
  // The rollouts with a target on the host that are not REVERTED or FAILED.
  const Ids& OpenRolloutsOf(absl::string_view host_id) const;
  // All rollouts that are not REVERTED or FAILED.
  const Ids& OpenRollouts() const { return open_rollouts_; }
  // Those of them that go on by time: not CONFIRMED, or with targets on their way.
  const Ids& WaitingRollouts() const { return waiting_rollouts_; }

  bool dirty() const;
  ControlState DirtyRows() const;
  void MarkCommitted();
  // Back to what was committed last.
  void Rollback();

  // Forgets what ended longest ago beyond kEndedLoadMax of each kind, and requests older than
  // kRequestMemory. What they were is in the store. Returns what was forgotten. Not while dirty.
  struct Forgotten {
    std::vector<std::string> incidents;
    std::vector<std::string> recommendations;
    std::vector<std::string> rollouts;
    std::vector<std::string> silences;
  };
  Forgotten ForgetEnded(absl::Time now);

 private:
  using Index = absl::flat_hash_map<std::string, Ids>;

  void Reindex(const Incident* before, const Incident* after);
  void Reindex(const Recommendation* before, const Recommendation* after);
  void Reindex(const Rollout* before, const Rollout* after);

  LedgerTable<Host> hosts_;
  LedgerTable<Incident> incidents_;
  LedgerTable<Recommendation> recommendations_;
  LedgerTable<Rollout> rollouts_;
  LedgerTable<CompletedRequest> requests_;
  LedgerTable<Silence> silences_;
  // At most one row.
  LedgerTable<DetectionPolicy> detection_policies_;
  LedgerTable<ApprovalPolicy> approval_policies_;
  // The entries that are not committed, the end of the chain with them and without them.
  std::vector<AuditEntry> audit_;
  AuditTail audit_tail_;
  AuditTail committed_audit_tail_;
  Index active_incidents_by_host_;
  Index recommendations_by_incident_;
  Index open_rollouts_by_host_;
  Ids open_rollouts_;
  Ids waiting_rollouts_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_ENGINE_CONTROL_LEDGER_H_
