#include "controller/api/recommendation_conversion.h"

#include "common/ids/names.h"
#include "common/wire/desired_state_wire.h"
#include "common/wire/time_wire.h"
#include "controller/api/incident_conversion.h"
#include "controller/api/plan_conversion.h"
#include "controller/model/names.h"

namespace berthmaster {
namespace {

v1::PoolingAdvice ToProto(const PoolingAdvice& advice) {
  v1::PoolingAdvice proto;
  proto.set_connection_pool_size(advice.connection_pool_size);
  proto.set_connection_rate(advice.connection_rate);
  *proto.mutable_hold_time() = berthmaster::ToProto(advice.hold_time);
  proto.set_ports_saved(advice.ports_saved);
  return proto;
}

v1::TopologyAdvice ToProto(const TopologyAdvice& advice) {
  v1::TopologyAdvice proto;
  if (advice.more_source_addresses.has_value()) {
    proto.set_more_source_addresses(*advice.more_source_addresses);
  }
  if (advice.more_destination_addresses.has_value()) {
    proto.set_more_destination_addresses(*advice.more_destination_addresses);
  }
  if (advice.more_destination_ports.has_value()) {
    proto.set_more_destination_ports(*advice.more_destination_ports);
  }
  return proto;
}

}  // namespace

v1::Outlook ToProto(const Outlook& outlook) {
  v1::Outlook proto;
  proto.set_capacity(outlook.capacity);
  proto.set_utilization(outlook.utilization);
  if (outlook.settled_utilization.has_value()) {
    proto.set_settled_utilization(*outlook.settled_utilization);
  }
  if (outlook.time_to_exhaustion.has_value()) {
    *proto.mutable_time_to_exhaustion() = berthmaster::ToProto(*outlook.time_to_exhaustion);
  }
  return proto;
}

namespace {

void AddAdvice(const Recommendation& recommendation, v1::Recommendation& proto) {
  for (const SysctlChange& change : recommendation.changes) {
    *proto.add_changes() = berthmaster::ToProto(change);
  }
  if (recommendation.pooling.has_value()) {
    *proto.mutable_pooling() = ToProto(*recommendation.pooling);
  }
  for (const Evidence& evidence : recommendation.evidence) {
    *proto.add_evidence() = berthmaster::ToProto(evidence);
  }
  *proto.mutable_what_if()->mutable_before() = ToProto(recommendation.what_if.before);
  *proto.mutable_what_if()->mutable_after() = ToProto(recommendation.what_if.after);
  proto.set_risk(static_cast<v1::RecommendationRisk>(recommendation.risk));
  for (const std::string& caveat : recommendation.caveats) proto.add_caveats(caveat);
  proto.set_reversibility(recommendation.reversibility);
  proto.set_scope(static_cast<v1::RecommendationScope>(recommendation.scope));
  for (const std::string& one : recommendation.preconditions) proto.add_preconditions(one);
  if (!recommendation.durable_forms.empty()) {
    proto.set_durable_form(recommendation.durable_forms.front().text);
  }
  for (const DurableForm& form : recommendation.durable_forms) {
    v1::DurableForm& into = *proto.add_durable_forms();
    into.set_kind(static_cast<v1::DurableFormKind>(form.kind));
    into.set_place(form.place);
    into.set_text(form.text);
  }
  for (const Snippet& snippet : recommendation.snippets) {
    v1::Snippet& into = *proto.add_snippets();
    into.set_product(snippet.product);
    into.set_place(snippet.place);
    into.set_text(snippet.text);
  }
  if (recommendation.topology.has_value()) {
    *proto.mutable_topology() = ToProto(*recommendation.topology);
  }
}

}  // namespace

v1::Recommendation ToProto(const Recommendation& recommendation) {
  v1::Recommendation proto;
  proto.set_name(RecommendationName(recommendation.id));
  proto.set_state(static_cast<v1::RecommendationState>(recommendation.state));
  proto.set_kind(static_cast<v1::RecommendationKind>(recommendation.kind));
  proto.set_summary(recommendation.summary);
  proto.set_rationale(recommendation.rationale);
  if (!recommendation.incident_id.empty()) {
    proto.set_incident(IncidentName(recommendation.incident_id));
  }
  // One that goes where a selector says is of no single namespace.
  if (!recommendation.host_id.empty()) {
    proto.set_host(HostName(recommendation.host_id));
    proto.set_netns(NetnsName(recommendation.host_id, recommendation.netns_cookie));
  }
  proto.set_netns_label(recommendation.netns_label);
  proto.set_pool(recommendation.pool_name);
  proto.set_rank(recommendation.rank);
  AddAdvice(recommendation, proto);
  *proto.mutable_create_time() = ToProto(recommendation.create_time);
  *proto.mutable_update_time() = ToProto(recommendation.update_time);
  if (recommendation.decision.has_value()) {
    *proto.mutable_decision() = ToProto(*recommendation.decision);
  }
  if (!recommendation.rollout_id.empty()) {
    proto.set_rollout(RolloutName(recommendation.rollout_id));
  }
  proto.set_etag(EtagOf(recommendation.revision));
  proto.set_proposer(recommendation.proposer);
  for (const Decision& approval : recommendation.approvals) {
    *proto.add_approvals() = berthmaster::ToProto(approval);
  }
  proto.set_approvals_required(recommendation.approvals_required);
  if (recommendation.expire_time.has_value()) {
    *proto.mutable_expire_time() = ToProto(*recommendation.expire_time);
  }
  *proto.mutable_plan() = ToProto(recommendation.plan);
  proto.set_target_count(recommendation.target_count);
  return proto;
}

}  // namespace berthmaster
