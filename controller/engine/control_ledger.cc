#include "controller/engine/control_ledger.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "common/audit/chain.h"

namespace berthmaster {
namespace {

// The only key of a table with one row.
constexpr char kOnlyRow[] = "only";

const ControlLedger::Ids& NoIds() {
  static const auto* none = new ControlLedger::Ids;
  return *none;
}

const ControlLedger::Ids& Lookup(const absl::flat_hash_map<std::string, ControlLedger::Ids>& index,
                                 absl::string_view key) {
  auto found = index.find(key);
  return found == index.end() ? NoIds() : found->second;
}

void Change(absl::flat_hash_map<std::string, ControlLedger::Ids>& index, const std::string& key,
            const std::string& id, const bool present) {
  if (present) {
    index[key].insert(id);
    return;
  }
  auto found = index.find(key);
  if (found == index.end()) return;
  found->second.erase(id);
  if (found->second.empty()) index.erase(found);
}

// Whether a step of it may be due without anything that comes from its hosts.
bool GoesByTime(const Rollout& rollout) {
  if (rollout.state != RolloutState::kConfirmed) return true;
  return std::any_of(
      rollout.targets.begin(), rollout.targets.end(), [](const RolloutTarget& target) {
        return target.state == TargetState::kWaiting || target.state == TargetState::kSent ||
               target.state == TargetState::kSoaking || target.state == TargetState::kReverting;
      });
}

bool Open(RolloutState state) { return InForce(state) || state == RolloutState::kReverting; }

template <typename Row>
std::vector<Row> Copies(const LedgerTable<Row>& table) {
  std::vector<Row> rows;
  for (const auto& row : table.DirtyRows()) rows.push_back(*row);
  return rows;
}

// The oldest ids beyond the bound among the rows that have ended; ids sort by time.
template <typename Row, typename Ended>
std::vector<std::string> BeyondBound(const LedgerTable<Row>& table, Ended ended,
                                     const size_t bound = kEndedLoadMax) {
  std::vector<std::string> ids;
  if (table.rows().size() <= bound) return ids;
  for (const auto& entry : table.rows()) {
    if (ended(*entry.second)) ids.push_back(entry.first);
  }
  ids.resize(ids.size() > bound ? ids.size() - bound : 0);
  return ids;
}

}  // namespace

void ControlLedger::Load(ControlState state) {
  audit_tail_ = state.audit_tail;
  committed_audit_tail_ = std::move(state.audit_tail);
  for (Host& host : state.hosts) {
    std::string id = host.host_id;
    hosts_.Load(id, std::make_shared<const Host>(std::move(host)));
  }
  for (Incident& incident : state.incidents) {
    auto row = std::make_shared<const Incident>(std::move(incident));
    incidents_.Load(row->id, row);
    Reindex(nullptr, row.get());
  }
  for (Recommendation& recommendation : state.recommendations) {
    auto row = std::make_shared<const Recommendation>(std::move(recommendation));
    recommendations_.Load(row->id, row);
    Reindex(nullptr, row.get());
  }
  for (Rollout& rollout : state.rollouts) {
    auto row = std::make_shared<const Rollout>(std::move(rollout));
    rollouts_.Load(row->id, row);
    Reindex(nullptr, row.get());
  }
  for (Silence& silence : state.silences) {
    std::string id = silence.id;
    silences_.Load(id, std::make_shared<const Silence>(std::move(silence)));
  }
  if (state.detection_policy.has_value()) {
    detection_policies_.Load(
        kOnlyRow, std::make_shared<const DetectionPolicy>(*std::move(state.detection_policy)));
  }
  if (state.approval_policy.has_value()) {
    approval_policies_.Load(
        kOnlyRow, std::make_shared<const ApprovalPolicy>(*std::move(state.approval_policy)));
  }
  for (CompletedRequest& request : state.requests) {
    std::string id = request.request_id;
    requests_.Load(id, std::make_shared<const CompletedRequest>(std::move(request)));
  }
}

void ControlLedger::Put(Host host) {
  auto row = std::make_shared<const Host>(std::move(host));
  hosts_.Put(row->host_id, row);
}

void ControlLedger::Put(Incident incident) {
  auto row = std::make_shared<const Incident>(std::move(incident));
  IncidentPointer before = incidents_.Put(row->id, row);
  Reindex(before.get(), row.get());
}

void ControlLedger::Put(Recommendation recommendation) {
  auto row = std::make_shared<const Recommendation>(std::move(recommendation));
  RecommendationPointer before = recommendations_.Put(row->id, row);
  Reindex(before.get(), row.get());
}

void ControlLedger::Put(Rollout rollout) {
  auto row = std::make_shared<const Rollout>(std::move(rollout));
  RolloutPointer before = rollouts_.Put(row->id, row);
  Reindex(before.get(), row.get());
}

void ControlLedger::Put(Silence silence) {
  auto row = std::make_shared<const Silence>(std::move(silence));
  silences_.Put(row->id, row);
}

void ControlLedger::Put(DetectionPolicy policy) {
  detection_policies_.Put(kOnlyRow, std::make_shared<const DetectionPolicy>(std::move(policy)));
}

void ControlLedger::Put(ApprovalPolicy policy) {
  approval_policies_.Put(kOnlyRow, std::make_shared<const ApprovalPolicy>(std::move(policy)));
}

ControlLedger::ApprovalPolicyPointer ControlLedger::approval_policy() const {
  static const auto* none = new ApprovalPolicyPointer(std::make_shared<const ApprovalPolicy>());
  ApprovalPolicyPointer policy = approval_policies_.Find(kOnlyRow);
  return policy != nullptr ? policy : *none;
}

ControlLedger::DetectionPolicyPointer ControlLedger::detection_policy() const {
  DetectionPolicyPointer policy = detection_policies_.Find(kOnlyRow);
  return policy != nullptr ? policy : std::make_shared<const DetectionPolicy>();
}

void ControlLedger::Put(CompletedRequest request) {
  auto row = std::make_shared<const CompletedRequest>(std::move(request));
  requests_.Put(row->request_id, row);
}

void ControlLedger::Append(AuditEntry draft) {
  std::vector<AuditValue> values = std::move(draft.values);
  size_t next = 0;
  do {
    AuditEntry entry = draft;
    const size_t end = std::min(next + kAuditValuesMax, values.size());
    entry.values.assign(std::make_move_iterator(values.begin() + static_cast<ptrdiff_t>(next)),
                        std::make_move_iterator(values.begin() + static_cast<ptrdiff_t>(end)));
    next = end;
    entry = BoundedAuditEntry(std::move(entry));
    entry.sequence = audit_tail_.sequence + 1;
    entry.previous_hash = audit_tail_.hash;
    entry.hash = AuditHash(entry);
    audit_tail_ = {entry.sequence, entry.hash};
    audit_.push_back(std::move(entry));
  } while (next < values.size());
}

void ControlLedger::Reindex(const Incident* before, const Incident* after) {
  if (before != nullptr) Change(active_incidents_by_host_, before->host_id, before->id, false);
  if (after != nullptr && after->active()) {
    Change(active_incidents_by_host_, after->host_id, after->id, true);
  }
}

void ControlLedger::Reindex(const Recommendation* before, const Recommendation* after) {
  if (before != nullptr) {
    Change(recommendations_by_incident_, before->incident_id, before->id, false);
  }
  if (after != nullptr) Change(recommendations_by_incident_, after->incident_id, after->id, true);
}

void ControlLedger::Reindex(const Rollout* before, const Rollout* after) {
  if (before != nullptr) {
    for (const RolloutTarget& target : before->targets) {
      Change(open_rollouts_by_host_, target.host_id, before->id, false);
    }
    open_rollouts_.erase(before->id);
    waiting_rollouts_.erase(before->id);
  }
  if (after != nullptr && Open(after->state)) {
    for (const RolloutTarget& target : after->targets) {
      Change(open_rollouts_by_host_, target.host_id, after->id, true);
    }
    open_rollouts_.insert(after->id);
    if (GoesByTime(*after)) waiting_rollouts_.insert(after->id);
  }
}

const ControlLedger::Ids& ControlLedger::ActiveIncidentsOf(absl::string_view host_id) const {
  return Lookup(active_incidents_by_host_, host_id);
}

const ControlLedger::Ids& ControlLedger::RecommendationsOf(absl::string_view incident_id) const {
  return Lookup(recommendations_by_incident_, incident_id);
}

const ControlLedger::Ids& ControlLedger::OpenRolloutsOf(absl::string_view host_id) const {
  return Lookup(open_rollouts_by_host_, host_id);
}

bool ControlLedger::dirty() const {
  return hosts_.dirty() || incidents_.dirty() || recommendations_.dirty() || rollouts_.dirty() ||
         requests_.dirty() || silences_.dirty() || detection_policies_.dirty() ||
         approval_policies_.dirty() || !audit_.empty();
}

ControlState ControlLedger::DirtyRows() const {
  ControlState state;
  state.hosts = Copies(hosts_);
  state.incidents = Copies(incidents_);
  state.recommendations = Copies(recommendations_);
  state.rollouts = Copies(rollouts_);
  state.requests = Copies(requests_);
  state.silences = Copies(silences_);
  if (detection_policies_.dirty()) state.detection_policy = *detection_policy();
  if (approval_policies_.dirty()) state.approval_policy = *approval_policy();
  state.audit = audit_;
  return state;
}

void ControlLedger::MarkCommitted() {
  hosts_.MarkCommitted();
  incidents_.MarkCommitted();
  recommendations_.MarkCommitted();
  rollouts_.MarkCommitted();
  requests_.MarkCommitted();
  silences_.MarkCommitted();
  detection_policies_.MarkCommitted();
  approval_policies_.MarkCommitted();
  audit_.clear();
  committed_audit_tail_ = audit_tail_;
}

void ControlLedger::Rollback() {
  for (const auto& entry : incidents_.before()) {
    Reindex(incidents_.Find(entry.first).get(), entry.second.get());
  }
  for (const auto& entry : recommendations_.before()) {
    Reindex(recommendations_.Find(entry.first).get(), entry.second.get());
  }
  for (const auto& entry : rollouts_.before()) {
    Reindex(rollouts_.Find(entry.first).get(), entry.second.get());
  }
  hosts_.Rollback();
  incidents_.Rollback();
  recommendations_.Rollback();
  rollouts_.Rollback();
  requests_.Rollback();
  silences_.Rollback();
  detection_policies_.Rollback();
  approval_policies_.Rollback();
  audit_.clear();
  audit_tail_ = committed_audit_tail_;
}

ControlLedger::Forgotten ControlLedger::ForgetEnded(absl::Time now) {
  Forgotten forgotten;
  forgotten.incidents = BeyondBound(incidents_, [](const Incident& i) { return !i.active(); });
  forgotten.rollouts = BeyondBound(rollouts_, [](const Rollout& r) { return !Open(r.state); });
  // A recommendation lives on while its rollout does: the rollout is read with it.
  forgotten.recommendations = BeyondBound(recommendations_, [&](const Recommendation& r) {
    return r.state != RecommendationState::kProposed &&
           open_rollouts_.find(r.rollout_id) == open_rollouts_.end();
  });
  forgotten.silences = BeyondBound(
      silences_, [now](const Silence& s) { return s.state(now) == SilenceState::kExpired; },
      kSilencesLoadMax - kSilencesMax);
  for (const std::string& id : forgotten.silences) silences_.Forget(id);
  for (const std::string& id : forgotten.incidents) incidents_.Forget(id);
  for (const std::string& id : forgotten.rollouts) rollouts_.Forget(id);
  for (const std::string& id : forgotten.recommendations) {
    Reindex(recommendations_.Find(id).get(), nullptr);
    recommendations_.Forget(id);
  }
  std::vector<std::string> old_requests;
  for (const auto& entry : requests_.rows()) {
    if (entry.second->complete_time + kRequestMemory < now) old_requests.push_back(entry.first);
  }
  for (const std::string& id : old_requests) requests_.Forget(id);
  return forgotten;
}

}  // namespace berthmaster
