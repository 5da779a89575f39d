#include "controller/store/sqlite/control_store.h"

#include <utility>

#include "common/status/annotate.h"
#include "controller/store/sqlite/approval_policy_rows.h"
#include "controller/store/sqlite/audit_rows.h"
#include "controller/store/sqlite/control_schema.h"
#include "controller/store/sqlite/detection_policy_rows.h"
#include "controller/store/sqlite/host_rows.h"
#include "controller/store/sqlite/incident_rows.h"
#include "controller/store/sqlite/recommendation_rows.h"
#include "controller/store/sqlite/request_rows.h"
#include "controller/store/sqlite/rollout_rows.h"
#include "controller/store/sqlite/silence_rows.h"
#include "controller/store/sqlite/transaction.h"

namespace berthmaster {

struct SqliteControlStore::Tables {
  // First, so that it outlives the statements.
  Database database;
  HostRows hosts;
  IncidentRows incidents;
  RecommendationRows recommendations;
  RolloutRows rollouts;
  RequestRows requests;
  SilenceRows silences;
  DetectionPolicyRows detection_policy;
  ApprovalPolicyRows approval_policy;
  AuditRows audit;

  absl::Status Put(const ControlState& changed) {
    for (const Host& host : changed.hosts) BERTHMASTER_RETURN_IF_ERROR(hosts.Put(host));
    for (const Incident& incident : changed.incidents) {
      BERTHMASTER_RETURN_IF_ERROR(incidents.Put(incident));
    }
    for (const Recommendation& recommendation : changed.recommendations) {
      BERTHMASTER_RETURN_IF_ERROR(recommendations.Put(recommendation));
    }
    for (const Rollout& rollout : changed.rollouts) {
      BERTHMASTER_RETURN_IF_ERROR(rollouts.Put(rollout));
    }
    for (const Silence& silence : changed.silences) {
      BERTHMASTER_RETURN_IF_ERROR(silences.Put(silence));
    }
    if (changed.detection_policy.has_value()) {
      BERTHMASTER_RETURN_IF_ERROR(detection_policy.Put(*changed.detection_policy));
    }
    if (changed.approval_policy.has_value()) {
      BERTHMASTER_RETURN_IF_ERROR(approval_policy.Put(*changed.approval_policy));
    }
    for (const AuditEntry& entry : changed.audit) BERTHMASTER_RETURN_IF_ERROR(audit.Append(entry));
    return requests.Put(changed.requests);
  }
};

SqliteControlStore::SqliteControlStore(std::unique_ptr<Tables> tables)
    : tables_(std::move(tables)) {}
SqliteControlStore::~SqliteControlStore() = default;

absl::StatusOr<std::unique_ptr<SqliteControlStore>> SqliteControlStore::Open(
    const std::string& path) {
  BERTHMASTER_ASSIGN_OR_RETURN(Database database, OpenWithSchema(path, ControlSchema()));
  BERTHMASTER_ASSIGN_OR_RETURN(HostRows hosts, HostRows::Prepare(database));
  BERTHMASTER_ASSIGN_OR_RETURN(IncidentRows incidents, IncidentRows::Prepare(database));
  BERTHMASTER_ASSIGN_OR_RETURN(RecommendationRows recommendations,
                               RecommendationRows::Prepare(database));
  BERTHMASTER_ASSIGN_OR_RETURN(RolloutRows rollouts, RolloutRows::Prepare(database));
  BERTHMASTER_ASSIGN_OR_RETURN(RequestRows requests, RequestRows::Prepare(database));
  BERTHMASTER_ASSIGN_OR_RETURN(SilenceRows silences, SilenceRows::Prepare(database));
  BERTHMASTER_ASSIGN_OR_RETURN(DetectionPolicyRows detection_policy,
                               DetectionPolicyRows::Prepare(database));
  BERTHMASTER_ASSIGN_OR_RETURN(ApprovalPolicyRows approval_policy,
                               ApprovalPolicyRows::Prepare(database));
  BERTHMASTER_ASSIGN_OR_RETURN(AuditRows audit, AuditRows::Prepare(database));
  auto tables = std::make_unique<Tables>(Tables{
      std::move(database), std::move(hosts), std::move(incidents), std::move(recommendations),
      std::move(rollouts), std::move(requests), std::move(silences), std::move(detection_policy),
      std::move(approval_policy), std::move(audit)});
  return std::unique_ptr<SqliteControlStore>(new SqliteControlStore(std::move(tables)));
}

absl::StatusOr<ControlState> SqliteControlStore::Load() {
  BERTHMASTER_ASSIGN_OR_RETURN(Transaction transaction, Transaction::BeginRead(tables_->database));
  ControlState state;
  BERTHMASTER_ASSIGN_OR_RETURN(state.hosts, tables_->hosts.Load());
  BERTHMASTER_ASSIGN_OR_RETURN(state.incidents, tables_->incidents.Load(kEndedLoadMax));
  BERTHMASTER_ASSIGN_OR_RETURN(state.recommendations, tables_->recommendations.Load(kEndedLoadMax));
  BERTHMASTER_ASSIGN_OR_RETURN(state.rollouts, tables_->rollouts.Load(kEndedLoadMax));
  BERTHMASTER_ASSIGN_OR_RETURN(state.requests, tables_->requests.Load());
  BERTHMASTER_ASSIGN_OR_RETURN(state.silences, tables_->silences.Load(kSilencesLoadMax));
  BERTHMASTER_ASSIGN_OR_RETURN(state.detection_policy, tables_->detection_policy.Load());
  BERTHMASTER_ASSIGN_OR_RETURN(state.approval_policy, tables_->approval_policy.Load());
  BERTHMASTER_ASSIGN_OR_RETURN(state.audit_tail, tables_->audit.LoadTail());
  return state;
}

absl::Status SqliteControlStore::Commit(const ControlState& changed) {
  BERTHMASTER_ASSIGN_OR_RETURN(Transaction transaction, Transaction::BeginWrite(tables_->database));
  BERTHMASTER_RETURN_IF_ERROR(tables_->Put(changed));
  return transaction.Commit();
}

}  // namespace berthmaster
