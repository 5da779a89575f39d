#include "controller/store/sqlite/recommendation_rows.h"

#include <utility>

namespace berthmaster {

RecommendationRows::RecommendationRows(ParentTable<Recommendation> recommendations,
                                       Children children)
    : recommendations_(std::move(recommendations)), children_(std::move(children)) {}

absl::StatusOr<RecommendationRows> RecommendationRows::Prepare(const Database& database) {
  BERTHMASTER_ASSIGN_OR_RETURN(
      auto recommendations,
      ParentTable<Recommendation>::Prepare(
          database,
          "INSERT OR REPLACE INTO recommendation (id, state, kind, summary, rationale, "
          "incident_id, host_id, netns_cookie, netns_inode, netns_label, pool_name, rank, "
          "before_capacity, before_utilization, before_settled_utilization, "
          "before_time_to_exhaustion, after_capacity, after_utilization, "
          "after_settled_utilization, after_time_to_exhaustion, risk, scope, reversibility, "
          "create_time, update_time, rollout_id, revision, proposer, approvals_required, "
          "expire_time, target_count, plan_selector, plan_canary_count, plan_soak, "
          "plan_failed_targets_max, plan_pause_after_canary, plan_persist, plan_follows, "
          "durable_form) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
          "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '')",
          // 1 is PROPOSED.
          "SELECT id, state, kind, summary, rationale, incident_id, host_id, netns_cookie, "
          "netns_inode, netns_label, pool_name, rank, before_capacity, before_utilization, "
          "before_settled_utilization, before_time_to_exhaustion, after_capacity, "
          "after_utilization, after_settled_utilization, after_time_to_exhaustion, risk, scope, "
          "reversibility, create_time, update_time, rollout_id, revision, proposer, "
          "approvals_required, expire_time, target_count, plan_selector, plan_canary_count, "
          "plan_soak, plan_failed_targets_max, plan_pause_after_canary, plan_persist, "
          "plan_follows "
          "FROM recommendation WHERE state = 1 OR id IN (SELECT id FROM recommendation "
          "WHERE state <> 1 ORDER BY create_time DESC, id DESC LIMIT ?) "
          "ORDER BY create_time, id"));
  BERTHMASTER_ASSIGN_OR_RETURN(Children children, PrepareChildren(database));
  return RecommendationRows(std::move(recommendations), std::move(children));
}

absl::StatusOr<RecommendationRows::Children> RecommendationRows::PrepareChildren(
    const Database& database) {
  BERTHMASTER_ASSIGN_OR_RETURN(
      auto changes, ChildTable<SysctlChange>::Prepare(
                        database,
                        "INSERT INTO recommendation_change (recommendation_id, position, sysctl, "
                        "expected_value, desired_value) VALUES (?, ?, ?, ?, ?)",
                        "SELECT sysctl, expected_value, desired_value FROM recommendation_change "
                        "WHERE recommendation_id = ? ORDER BY position"));
  BERTHMASTER_ASSIGN_OR_RETURN(
      auto evidence,
      ChildTable<Evidence>::Prepare(
          database,
          "INSERT INTO recommendation_evidence (recommendation_id, position, fact, value) "
          "VALUES (?, ?, ?, ?)",
          "SELECT fact, value FROM recommendation_evidence WHERE recommendation_id = ? "
          "ORDER BY position"));
  BERTHMASTER_ASSIGN_OR_RETURN(
      auto caveats, ChildTable<std::string>::Prepare(
                        database,
                        "INSERT INTO recommendation_caveat (recommendation_id, position, text) "
                        "VALUES (?, ?, ?)",
                        "SELECT text FROM recommendation_caveat WHERE recommendation_id = ? "
                        "ORDER BY position"));
  BERTHMASTER_ASSIGN_OR_RETURN(
      auto pooling,
      ChildTable<PoolingAdvice>::Prepare(
          database,
          "INSERT INTO recommendation_pooling (recommendation_id, position, "
          "connection_pool_size, connection_rate, hold_time, ports_saved) "
          "VALUES (?, ?, ?, ?, ?, ?)",
          "SELECT connection_pool_size, connection_rate, hold_time, ports_saved "
          "FROM recommendation_pooling WHERE recommendation_id = ? ORDER BY position"));
  BERTHMASTER_ASSIGN_OR_RETURN(
      auto decision,
      ChildTable<Decision>::Prepare(
          database,
          "INSERT INTO recommendation_decision (recommendation_id, position, decider, reason, "
          "decide_time, content_sha256) VALUES (?, ?, ?, ?, ?, ?)",
          "SELECT decider, reason, decide_time, content_sha256 FROM recommendation_decision "
          "WHERE recommendation_id = ? ORDER BY position"));
  BERTHMASTER_ASSIGN_OR_RETURN(
      auto preconditions,
      ChildTable<std::string>::Prepare(
          database,
          "INSERT INTO recommendation_precondition (recommendation_id, position, text) "
          "VALUES (?, ?, ?)",
          "SELECT text FROM recommendation_precondition WHERE recommendation_id = ? "
          "ORDER BY position"));
  BERTHMASTER_ASSIGN_OR_RETURN(
      auto durable_forms,
      ChildTable<DurableForm>::Prepare(
          database,
          "INSERT INTO recommendation_durable_form (recommendation_id, position, kind, place, "
          "text) "
          "VALUES (?, ?, ?, ?, ?)",
          "SELECT kind, place, text FROM recommendation_durable_form WHERE recommendation_id = ? "
          "ORDER BY position"));
  BERTHMASTER_ASSIGN_OR_RETURN(
      auto snippets,
      ChildTable<Snippet>::Prepare(
          database,
          "INSERT INTO recommendation_snippet (recommendation_id, position, product, place, text) "
          "VALUES (?, ?, ?, ?, ?)",
          "SELECT product, place, text FROM recommendation_snippet WHERE recommendation_id = ? "
          "ORDER BY position"));
  BERTHMASTER_ASSIGN_OR_RETURN(
      auto topology,
      ChildTable<TopologyAdvice>::Prepare(
          database,
          "INSERT INTO recommendation_topology (recommendation_id, position, "
          "more_source_addresses, more_destination_addresses, more_destination_ports) "
          "VALUES (?, ?, ?, ?, ?)",
          "SELECT more_source_addresses, more_destination_addresses, more_destination_ports "
          "FROM recommendation_topology WHERE recommendation_id = ? ORDER BY position"));
  BERTHMASTER_ASSIGN_OR_RETURN(
      auto approvals,
      ChildTable<Decision>::Prepare(
          database,
          "INSERT INTO recommendation_approval (recommendation_id, position, decider, reason, "
          "decide_time, content_sha256) VALUES (?, ?, ?, ?, ?, ?)",
          "SELECT decider, reason, decide_time, content_sha256 FROM recommendation_approval "
          "WHERE recommendation_id = ? ORDER BY position"));
  BERTHMASTER_ASSIGN_OR_RETURN(
      auto waves, ChildTable<WaveSize>::Prepare(
                      database,
                      "INSERT INTO recommendation_wave (recommendation_id, position, count, "
                      "percent) VALUES (?, ?, ?, ?)",
                      "SELECT count, percent FROM recommendation_wave "
                      "WHERE recommendation_id = ? ORDER BY position"));
  return Children{std::move(changes),       std::move(evidence),      std::move(caveats),
                  std::move(preconditions), std::move(durable_forms), std::move(snippets),
                  std::move(topology),      std::move(pooling),       std::move(decision),
                  std::move(approvals),     std::move(waves)};
}

absl::Status RecommendationRows::Put(const Recommendation& recommendation) {
  const std::string& id = recommendation.id;
  BERTHMASTER_RETURN_IF_ERROR(recommendations_.Replace(recommendation));
  BERTHMASTER_RETURN_IF_ERROR(children_.changes.Insert(recommendation.changes, id));
  BERTHMASTER_RETURN_IF_ERROR(children_.evidence.Insert(recommendation.evidence, id));
  BERTHMASTER_RETURN_IF_ERROR(children_.caveats.Insert(recommendation.caveats, id));
  BERTHMASTER_RETURN_IF_ERROR(children_.preconditions.Insert(recommendation.preconditions, id));
  BERTHMASTER_RETURN_IF_ERROR(children_.durable_forms.Insert(recommendation.durable_forms, id));
  BERTHMASTER_RETURN_IF_ERROR(children_.snippets.Insert(recommendation.snippets, id));
  BERTHMASTER_RETURN_IF_ERROR(children_.topology.Insert(recommendation.topology, id));
  BERTHMASTER_RETURN_IF_ERROR(children_.pooling.Insert(recommendation.pooling, id));
  BERTHMASTER_RETURN_IF_ERROR(children_.approvals.Insert(recommendation.approvals, id));
  BERTHMASTER_RETURN_IF_ERROR(children_.waves.Insert(recommendation.plan.waves, id));
  return children_.decision.Insert(recommendation.decision, id);
}

absl::StatusOr<std::vector<Recommendation>> RecommendationRows::Load(int ended_max) {
  BERTHMASTER_ASSIGN_OR_RETURN(std::vector<Recommendation> recommendations,
                               recommendations_.Load(ended_max));
  for (Recommendation& loaded : recommendations) {
    BERTHMASTER_RETURN_IF_ERROR(children_.changes.Load(loaded.changes, loaded.id));
    BERTHMASTER_RETURN_IF_ERROR(children_.evidence.Load(loaded.evidence, loaded.id));
    BERTHMASTER_RETURN_IF_ERROR(children_.caveats.Load(loaded.caveats, loaded.id));
    BERTHMASTER_RETURN_IF_ERROR(children_.preconditions.Load(loaded.preconditions, loaded.id));
    BERTHMASTER_RETURN_IF_ERROR(children_.durable_forms.Load(loaded.durable_forms, loaded.id));
    BERTHMASTER_RETURN_IF_ERROR(children_.snippets.Load(loaded.snippets, loaded.id));
    BERTHMASTER_RETURN_IF_ERROR(children_.topology.Load(loaded.topology, loaded.id));
    BERTHMASTER_RETURN_IF_ERROR(children_.pooling.Load(loaded.pooling, loaded.id));
    BERTHMASTER_RETURN_IF_ERROR(children_.decision.Load(loaded.decision, loaded.id));
    BERTHMASTER_RETURN_IF_ERROR(children_.approvals.Load(loaded.approvals, loaded.id));
    BERTHMASTER_RETURN_IF_ERROR(children_.waves.Load(loaded.plan.waves, loaded.id));
  }
  return recommendations;
}

}  // namespace berthmaster
