#include <gtest/gtest.h>

#include "controller/api/host_conversion.h"
#include "controller/api/incident_conversion.h"
#include "controller/api/pool_history.h"
#include "controller/api/recommendation_conversion.h"
#include "controller/api/rollout_conversion.h"
#include "tests/controller/api/sample_fleet.h"

namespace berthmaster {
namespace {

constexpr int64_t kTestSeconds = 1767225600;

TEST(HostConversion, ShowsTheWorstPoolOfTheNewestSample) {
  const auto host = MakeHost("web-1", {MakeNetns(7, {MakePool("10.0.0.2", 300)}),
                                       MakeNetns(8, {MakePool("10.0.0.3", 900)})});

  const v1::Host proto = ToProto(*host, 2);

  EXPECT_EQ(proto.name(), "hosts/web-1");
  EXPECT_EQ(proto.state(), v1::HOST_STATE_ATTACHED);
  EXPECT_EQ(proto.netns_count(), 2);
  EXPECT_EQ(proto.pool_count(), 2);
  EXPECT_EQ(proto.utilization_max(), 0.9);
  EXPECT_EQ(proto.headroom_min(), 100);
  EXPECT_EQ(proto.worst_pool(), "hosts/web-1/netns/8/pools/10.0.0.1-10.0.0.3-443");
  EXPECT_EQ(proto.open_incident_count(), 2);
  EXPECT_EQ(proto.sample_time().seconds(), kTestSeconds);
}

TEST(HostConversion, AFullAcceptQueueIsNotTheWorstPool) {
  PoolSample listener = MakePool("10.0.0.1", 128, 128);
  listener.kind = PoolKind::kListener;
  listener.key.source = IpAddress();
  PoolSample table = MakePool("10.0.0.1", 40, 100);
  table.kind = PoolKind::kConntrackTable;
  table.key = PoolKey();
  const auto host = MakeHost("web-1", {MakeNetns(7, {listener, MakePool("10.0.0.2", 300), table})});

  const v1::Host proto = ToProto(*host, 0);

  EXPECT_EQ(proto.pool_count(), 3);
  EXPECT_EQ(proto.utilization_max(), 0.4);
  EXPECT_EQ(proto.worst_pool(), "hosts/web-1/netns/7/pools/conntrack-table");
}

TEST(HostConversion, LeavesOutWhatIsNotKnown) {
  const v1::Host proto = ToProto(*MakeSilentHost("web-1", HostState::kUnreachable), 0);

  EXPECT_EQ(proto.state(), v1::HOST_STATE_UNREACHABLE);
  EXPECT_FALSE(proto.has_sample_time());
  EXPECT_FALSE(proto.has_utilization_max());
  EXPECT_FALSE(proto.has_headroom_min());
  EXPECT_EQ(proto.worst_pool(), "");
}

TEST(IncidentConversion, CarriesEveryField) {
  Incident incident = MakeIncident("i1");
  incident.state = IncidentState::kAcknowledged;
  incident.severity = IncidentSeverity::kCritical;
  incident.cause = IncidentCause::kFinWaitPileUp;
  incident.summary = "runs out";
  incident.evidence = {{"share", "96 %"}};
  incident.utilization = 0.5;
  incident.utilization_max = 0.75;
  incident.settled_utilization = 1.25;
  incident.time_to_exhaustion = absl::Seconds(90);
  incident.acknowledge_time = TestTime() + absl::Seconds(1);
  incident.acknowledger = "local";
  incident.timeline = {{TestTime(), "opened"}};
  IncidentMember member;
  member.host_id = "web-2";
  member.netns_cookie = 9;
  member.netns_label = "red";
  member.pool_name = "hosts/web-2/netns/9/pools/10.0.0.7-10.0.0.2-443";
  member.severity = IncidentSeverity::kCritical;
  member.utilization = 0.25;
  member.time_to_exhaustion = absl::Seconds(5);
  member.join_time = TestTime() + absl::Seconds(2);
  incident.members = {member};
  incident.member_count = 70;
  incident.revision = 3;

  const v1::Incident proto = ToProto(incident);

  EXPECT_EQ(proto.name(), "incidents/i1");
  EXPECT_EQ(proto.state(), v1::INCIDENT_STATE_ACKNOWLEDGED);
  EXPECT_EQ(proto.severity(), v1::INCIDENT_SEVERITY_CRITICAL);
  EXPECT_EQ(proto.cause(), v1::INCIDENT_CAUSE_FIN_WAIT_PILE_UP);
  EXPECT_EQ(proto.summary(), "runs out");
  EXPECT_EQ(proto.host(), "hosts/web-1");
  EXPECT_EQ(proto.netns(), "hosts/web-1/netns/7");
  EXPECT_EQ(proto.netns_label(), "blue");
  EXPECT_EQ(proto.pool(), "hosts/web-1/netns/7/pools/10.0.0.1-10.0.0.2-443");
  EXPECT_EQ(proto.pool_kind(), v1::POOL_KIND_CONNECT);
  EXPECT_EQ(proto.source_address(), "10.0.0.1");
  EXPECT_EQ(proto.destination_address(), "10.0.0.2");
  EXPECT_EQ(proto.destination_port(), 443);
  ASSERT_EQ(proto.evidence_size(), 1);
  EXPECT_EQ(proto.evidence(0).fact(), "share");
  EXPECT_EQ(proto.evidence(0).value(), "96 %");
  EXPECT_EQ(proto.utilization(), 0.5);
  EXPECT_EQ(proto.utilization_max(), 0.75);
  EXPECT_EQ(proto.settled_utilization(), 1.25);
  EXPECT_EQ(proto.time_to_exhaustion().seconds(), 90);
  EXPECT_EQ(proto.open_time().seconds(), kTestSeconds);
  EXPECT_EQ(proto.acknowledge_time().seconds(), kTestSeconds + 1);
  EXPECT_EQ(proto.acknowledger(), "local");
  EXPECT_FALSE(proto.has_resolve_time());
  ASSERT_EQ(proto.timeline_size(), 1);
  EXPECT_EQ(proto.timeline(0).text(), "opened");
  EXPECT_EQ(proto.member_count(), 70);
  ASSERT_EQ(proto.members_size(), 1);
  EXPECT_EQ(proto.members(0).host(), "hosts/web-2");
  EXPECT_EQ(proto.members(0).netns(), "hosts/web-2/netns/9");
  EXPECT_EQ(proto.members(0).netns_label(), "red");
  EXPECT_EQ(proto.members(0).pool(), "hosts/web-2/netns/9/pools/10.0.0.7-10.0.0.2-443");
  EXPECT_EQ(proto.members(0).pool_kind(), v1::POOL_KIND_CONNECT);
  EXPECT_EQ(proto.members(0).severity(), v1::INCIDENT_SEVERITY_CRITICAL);
  EXPECT_EQ(proto.members(0).utilization(), 0.25);
  EXPECT_EQ(proto.members(0).time_to_exhaustion().seconds(), 5);
  EXPECT_EQ(proto.members(0).join_time().seconds(), kTestSeconds + 2);
  EXPECT_EQ(proto.etag(), "3");
}

TEST(IncidentConversion, ATimeWaitTableHasNoAddresses) {
  Incident incident = MakeIncident("i1");
  incident.pool_kind = PoolKind::kTimeWaitTable;

  const v1::Incident proto = ToProto(incident);

  EXPECT_EQ(proto.source_address(), "");
  EXPECT_EQ(proto.destination_address(), "");
  EXPECT_EQ(proto.destination_port(), 0);
  EXPECT_FALSE(proto.has_settled_utilization());
  EXPECT_FALSE(proto.has_time_to_exhaustion());
}

TEST(RecommendationConversion, CarriesEveryField) {
  Recommendation recommendation = MakeRecommendation("r1", "i1", 2);
  recommendation.state = RecommendationState::kApproved;
  recommendation.kind = RecommendationKind::kTimeWaitReuse;
  recommendation.summary = "reuse";
  recommendation.rationale = "because";
  recommendation.pool_name = "hosts/web-1/netns/7/pools/time-wait-table";
  recommendation.pooling = PoolingAdvice{12, 40.5, absl::Seconds(2), 300};
  recommendation.evidence = {{"fact", "value"}};
  recommendation.what_if.before = {400, 0.9, 1.2, absl::Seconds(30)};
  recommendation.what_if.after = {400, 0.1, std::nullopt, std::nullopt};
  recommendation.risk = RecommendationRisk::kMedium;
  recommendation.caveats = {"NAT"};
  recommendation.reversibility = "at once";
  recommendation.durable_forms = {
      {DurableFormKind::kPodSecurityContext, "the pod's spec", "net.ipv4.tcp_tw_reuse = 1"},
      {DurableFormKind::kKubeletAllowList, "the kubelet", "allowedUnsafeSysctls:"}};
  recommendation.scope = RecommendationScope::kHost;
  recommendation.preconditions = {"timestamps are on"};
  recommendation.snippets = {{"Go", "net/http", "transport"}};
  recommendation.topology = TopologyAdvice{3, std::nullopt, 4};
  recommendation.decision = Decision{"local", "reason", TestTime(), "abcd"};
  recommendation.rollout_id = "o1";
  recommendation.revision = 2;

  const v1::Recommendation proto = ToProto(recommendation);

  EXPECT_EQ(proto.name(), "recommendations/r1");
  EXPECT_EQ(proto.state(), v1::RECOMMENDATION_STATE_APPROVED);
  EXPECT_EQ(proto.kind(), v1::RECOMMENDATION_KIND_TIME_WAIT_REUSE);
  EXPECT_EQ(proto.summary(), "reuse");
  EXPECT_EQ(proto.rationale(), "because");
  EXPECT_EQ(proto.incident(), "incidents/i1");
  EXPECT_EQ(proto.host(), "hosts/web-1");
  EXPECT_EQ(proto.netns(), "hosts/web-1/netns/7");
  EXPECT_EQ(proto.pool(), "hosts/web-1/netns/7/pools/time-wait-table");
  EXPECT_EQ(proto.rank(), 2);
  ASSERT_EQ(proto.changes_size(), 1);
  EXPECT_EQ(proto.changes(0).sysctl(), "net.ipv4.tcp_tw_reuse");
  EXPECT_EQ(proto.changes(0).expected_value(), "2");
  EXPECT_EQ(proto.changes(0).desired_value(), "1");
  EXPECT_EQ(proto.pooling().connection_pool_size(), 12);
  EXPECT_EQ(proto.pooling().connection_rate(), 40.5);
  EXPECT_EQ(proto.pooling().hold_time().seconds(), 2);
  EXPECT_EQ(proto.pooling().ports_saved(), 300);
  EXPECT_EQ(proto.evidence(0).value(), "value");
  EXPECT_EQ(proto.what_if().before().capacity(), 400);
  EXPECT_EQ(proto.what_if().before().settled_utilization(), 1.2);
  EXPECT_EQ(proto.what_if().before().time_to_exhaustion().seconds(), 30);
  EXPECT_EQ(proto.what_if().after().utilization(), 0.1);
  EXPECT_FALSE(proto.what_if().after().has_settled_utilization());
  EXPECT_FALSE(proto.what_if().after().has_time_to_exhaustion());
  EXPECT_EQ(proto.risk(), v1::RECOMMENDATION_RISK_MEDIUM);
  EXPECT_EQ(proto.caveats(0), "NAT");
  EXPECT_EQ(proto.reversibility(), "at once");
  EXPECT_EQ(proto.durable_form(), "net.ipv4.tcp_tw_reuse = 1");
  ASSERT_EQ(proto.durable_forms_size(), 2);
  EXPECT_EQ(proto.durable_forms(0).kind(), v1::DURABLE_FORM_KIND_POD_SECURITY_CONTEXT);
  EXPECT_EQ(proto.durable_forms(1).kind(), v1::DURABLE_FORM_KIND_KUBELET_ALLOW_LIST);
  EXPECT_EQ(proto.durable_forms(1).place(), "the kubelet");
  EXPECT_EQ(proto.durable_forms(1).text(), "allowedUnsafeSysctls:");
  EXPECT_EQ(proto.scope(), v1::RECOMMENDATION_SCOPE_HOST);
  EXPECT_EQ(proto.preconditions(0), "timestamps are on");
  ASSERT_EQ(proto.snippets_size(), 1);
  EXPECT_EQ(proto.snippets(0).product(), "Go");
  EXPECT_EQ(proto.snippets(0).place(), "net/http");
  EXPECT_EQ(proto.snippets(0).text(), "transport");
  EXPECT_EQ(proto.topology().more_source_addresses(), 3);
  EXPECT_FALSE(proto.topology().has_more_destination_addresses());
  EXPECT_EQ(proto.topology().more_destination_ports(), 4);
  EXPECT_EQ(proto.decision().decider(), "local");
  EXPECT_EQ(proto.decision().reason(), "reason");
  EXPECT_EQ(proto.decision().decide_time().seconds(), kTestSeconds);
  EXPECT_EQ(proto.decision().content_sha256(), "abcd");
  EXPECT_EQ(proto.rollout(), "rollouts/o1");
  EXPECT_EQ(proto.etag(), "2");
}

TEST(RecommendationConversion, LeavesOutWhatIsNotThere) {
  const v1::Recommendation proto = ToProto(MakeRecommendation("r1", "i1", 1));

  EXPECT_FALSE(proto.has_pooling());
  EXPECT_FALSE(proto.has_decision());
  EXPECT_EQ(proto.rollout(), "");
}

TEST(RolloutConversion, CarriesEveryField) {
  Rollout rollout = MakeRollout("o1");
  rollout.state = RolloutState::kSoaking;
  rollout.message = "waits for samples";
  rollout.approver = "local";
  rollout.revision = 4;
  rollout.targets[0].desired_revision = 9;
  rollout.targets[0].sysctls[0].applied_value = "1";
  rollout.targets[0].sysctls[0].effective_value = "2";
  rollout.targets[0].sysctls[0].state = ApplyState::kDrifted;
  rollout.targets[0].sysctls[0].error = "someone else wrote it";

  const v1::Rollout proto = ToProto(rollout);

  EXPECT_EQ(proto.name(), "rollouts/o1");
  EXPECT_EQ(proto.state(), v1::ROLLOUT_STATE_SOAKING);
  EXPECT_EQ(proto.recommendation(), "recommendations/r1");
  EXPECT_EQ(proto.incident(), "incidents/i1");
  EXPECT_EQ(proto.message(), "waits for samples");
  EXPECT_EQ(proto.approver(), "local");
  EXPECT_EQ(proto.etag(), "4");
  ASSERT_EQ(proto.targets_size(), 1);
  const v1::RolloutTarget& target = proto.targets(0);
  EXPECT_EQ(target.name(), "rollouts/o1/targets/1");
  EXPECT_EQ(target.host(), "hosts/web-1");
  EXPECT_EQ(target.netns(), "hosts/web-1/netns/7");
  EXPECT_EQ(target.revision(), 9);
  ASSERT_EQ(target.sysctls_size(), 1);
  EXPECT_EQ(target.sysctls(0).change().sysctl(), "net.ipv4.tcp_tw_reuse");
  EXPECT_EQ(target.sysctls(0).applied_value(), "1");
  EXPECT_EQ(target.sysctls(0).effective_value(), "2");
  EXPECT_EQ(target.sysctls(0).state(), v1::APPLY_STATE_DRIFTED);
  EXPECT_EQ(target.sysctls(0).error(), "someone else wrote it");
}

TEST(PoolHistoryConversion, AnUnknownRateStaysAbsent) {
  const v1::PoolHistoryPoint known =
      ToProto(PoolHistoryPoint{TestTime(), 400, 384, 3, 380, 4, 6.5});
  EXPECT_EQ(known.sample_time().seconds(), kTestSeconds);
  EXPECT_EQ(known.capacity(), 400);
  EXPECT_EQ(known.in_use(), 384);
  EXPECT_EQ(known.reusable(), 3);
  EXPECT_EQ(known.time_wait(), 380);
  EXPECT_EQ(known.established(), 4);
  EXPECT_EQ(known.connection_rate(), 6.5);
  EXPECT_FALSE(ToProto(PoolHistoryPoint{}).has_connection_rate());
}

}  // namespace
}  // namespace berthmaster
