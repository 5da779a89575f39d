#include "tests/controller/store/sample_state.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/audit/chain.h"

namespace berthmaster {
namespace {

const absl::Duration kMicro = absl::Microseconds(1);

Incident FullIncident() {
  Incident incident;
  incident.id = "incident-1";
  incident.state = IncidentState::kAcknowledged;
  incident.severity = IncidentSeverity::kCritical;
  incident.cause = IncidentCause::kRangeTooSmall;
  incident.summary = "web-1 runs out towards 10.0.0.2:443";
  incident.host_id = "web-1";
  incident.netns_cookie = 0xfedcba9876543210;
  incident.netns_inode = 4026531840;
  incident.netns_label = "blue";
  incident.pool_name = "hosts/web-1/netns/7/pools/x";
  incident.pool_kind = PoolKind::kTimeWaitTable;
  incident.key = {IpAddress::Parse("10.0.0.1").value(), IpAddress::Parse("2001:db8::2").value(),
                  65535, IpProtocol::kUdp};
  incident.evidence = {{"TIME_WAIT share", "96 %"}, {"closed first by", "this side"}};
  incident.utilization = 0.1;
  incident.utilization_max = 0.95;
  incident.settled_utilization = 1.25;
  incident.time_to_exhaustion = absl::Seconds(192) + kMicro;
  incident.open_time = At(1) + kMicro;
  incident.update_time = At(2) + kMicro;
  incident.acknowledge_time = At(3) + kMicro;
  incident.acknowledger = "alice";
  incident.resolve_time = At(4) + kMicro;
  incident.resolve_reason = "headroom again";
  incident.timeline = {{At(5) + kMicro, "opened"}, {At(6), "acknowledged"}, {At(6), "third"}};
  IncidentMember own{"web-1",
                     incident.netns_cookie,
                     incident.netns_inode,
                     "blue",
                     incident.pool_name,
                     incident.pool_kind,
                     incident.key,
                     IncidentSeverity::kCritical,
                     0.1,
                     absl::Seconds(192) + kMicro,
                     At(1) + kMicro};
  IncidentMember other{"web-2",
                       8,
                       4026532001,
                       "red",
                       "hosts/web-2/netns/8/pools/y",
                       PoolKind::kSnat,
                       {},
                       IncidentSeverity::kWarning,
                       0.25,
                       std::nullopt,
                       At(7)};
  own.labels = {{"pod", "shop-7"}, {"odd=\\,", "a=b,c\\"}};
  incident.members = {own, other};
  incident.member_count = 70;
  incident.silence_id = "silence-1";
  incident.silenced_until = At(50) + kMicro;
  incident.revision = 17;
  return incident;
}

RolloutPlan FullPlan() {
  RolloutPlan plan;
  plan.selector = {{"workload", "shop/api"}, {"host", "web-1"}};
  plan.canary_count = 2;
  plan.waves = {{.count = 5, .percent = 0}, {.count = 0, .percent = 50}};
  plan.soak = absl::Seconds(90);
  plan.failed_targets_max = 3;
  plan.pause_after_canary = true;
  plan.persist = true;
  plan.follows = true;
  return plan;
}

Recommendation FullRecommendation() {
  Recommendation recommendation;
  recommendation.id = "recommendation-1";
  recommendation.state = RecommendationState::kApproved;
  recommendation.kind = RecommendationKind::kPooling;
  recommendation.summary = "widen";
  recommendation.rationale = "more ports";
  recommendation.incident_id = "incident-1";
  recommendation.host_id = "web-1";
  recommendation.netns_cookie = 7;
  recommendation.netns_inode = 4026532000;
  recommendation.netns_label = "green";
  recommendation.pool_name = "hosts/web-1/netns/7/pools/x";
  recommendation.rank = 2;
  recommendation.changes = {{"net.ipv4.ip_local_port_range", "40000 40399", "20000 40399"},
                            {"net.ipv4.tcp_tw_reuse", "2", "1"}};
  recommendation.pooling = PoolingAdvice{12, 35.5, absl::Milliseconds(28), 2100};
  recommendation.evidence = {{"capacity", "400"}};
  recommendation.what_if.before = {400, 0.9, 1.1, absl::Seconds(30)};
  recommendation.what_if.after = {20400, 0.02, 0.03, absl::InfiniteDuration()};
  recommendation.risk = RecommendationRisk::kHigh;
  recommendation.caveats = {"restarts", "firewalls", "NAT"};
  recommendation.reversibility = "at once";
  recommendation.durable_forms = {
      {DurableFormKind::kSysctlDropIn, "/etc/sysctl.d", "net.ipv4.tcp_tw_reuse = 1\n"},
      {DurableFormKind::kKubeletAllowList, "the kubelet", "allowedUnsafeSysctls:\n"}};
  recommendation.scope = RecommendationScope::kWorkload;
  recommendation.preconditions = {"timestamps are on", "seen in counters"};
  recommendation.snippets = {{"nginx", "http {}", "keepalive 16;\n"}};
  recommendation.topology = TopologyAdvice{3, std::nullopt, 4};
  recommendation.create_time = At(10);
  recommendation.update_time = At(11);
  recommendation.decision = Decision{"bob", "needed", At(12), "ab12"};
  recommendation.rollout_id = "rollout-1";
  recommendation.proposer = "ann";
  recommendation.plan = FullPlan();
  recommendation.approvals = {{"ann", "fine", At(18), "ab12"}};
  recommendation.approvals_required = 2;
  recommendation.expire_time = At(99) + kMicro;
  recommendation.target_count = 20;
  recommendation.revision = 3;
  return recommendation;
}

Rollout AdviceRollout() {
  Rollout rollout;
  rollout.id = "rollout-2";
  rollout.state = RolloutState::kConfirmed;
  rollout.pool_name = "hosts/web-1/netns/7/pools/x";
  RolloutTarget published;
  published.host_id = "web-1";
  published.netns_cookie = 7;
  published.netns_inode = 4026532000;
  published.netns_label = "green";
  published.state = TargetState::kHolding;
  published.state_time = At(26);
  TargetAdvice& advice = published.advice.emplace();
  advice.desired.netns_cookie = 7;
  advice.desired.netns_inode = 4026532000;
  advice.desired.netns_label = "green";
  advice.desired.workload = "shop/api";
  advice.desired.destination = *IpAddress::Parse("10.0.0.2");
  advice.desired.destination_port = 443;
  advice.desired.source = *IpAddress::Parse("10.0.0.1");
  advice.desired.connection_pool_size = 12;
  advice.desired.connection_rate = 35.5;
  advice.desired.hold_time = absl::Milliseconds(28);
  advice.desired.ports_saved = 2100;
  advice.desired.keep_alive = "let the server close";
  advice.connection_rate_now = 0.5;
  AdviceResult& result = advice.result.emplace();
  result.rollout = "rollouts/rollout-2";
  result.netns_cookie = 7;
  result.destination = advice.desired.destination;
  result.destination_port = 443;
  result.path = "/run/berthmaster/advice/shop%2Fapi.json";
  result.follower_count = 2;
  result.acknowledged = true;
  result.acknowledgement = "pool of 12";
  RolloutTarget waiting = published;
  waiting.host_id = "web-2";
  waiting.state = TargetState::kSent;
  waiting.advice->result.reset();
  waiting.advice->connection_rate_now.reset();
  waiting.advice->desired.source.reset();
  rollout.targets = {published, waiting};
  rollout.create_time = At(26);
  rollout.update_time = At(27);
  rollout.state_time = At(28);
  rollout.approver = "bob";
  return rollout;
}

ApprovalPolicy FullApprovalPolicy() {
  ApprovalRule night;
  night.name = "night";
  night.selector = {{"unit", "batch.service"}};
  night.risks = {RecommendationRisk::kLow};
  night.approvals_required = 0;
  night.windows = {{.days = {1, 7}, .start = absl::Hours(22), .length = absl::Hours(8)},
                   {.days = {}, .start = absl::ZeroDuration(), .length = absl::Minutes(30)}};
  ApprovalRule two;
  two.name = "two";
  two.approvals_required = 2;
  two.proposer_may_approve = true;
  ApprovalPolicy policy;
  policy.rules = {two, night};
  policy.freezes = {{"sale", {{"host", "web-1"}}, At(80), At(90) + kMicro, "the sale"}};
  policy.update_time = At(71);
  policy.updater = "alice";
  policy.revision = 6;
  return policy;
}

Rollout FullRollout() {
  Rollout rollout;
  rollout.id = "rollout-1";
  rollout.state = RolloutState::kSoaking;
  rollout.recommendation_id = "recommendation-1";
  rollout.incident_id = "incident-1";
  rollout.pool_name = "hosts/web-1/netns/7/pools/x";
  TargetSysctl applied{{"net.ipv4.tcp_tw_reuse", "2", "1"}, "1", "1", ApplyState::kApplied, ""};
  TargetSysctl drifted{{"net.ipv4.tcp_max_tw_buckets", "4096", "65536"},
                       "65536",
                       "8192",
                       ApplyState::kDrifted,
                       "somebody wrote 8192"};
  RolloutTarget first;
  first.host_id = "web-1";
  first.netns_cookie = 7;
  first.netns_inode = 4026532000;
  first.netns_label = "green";
  first.sysctls = {applied, drifted};
  first.desired_revision = 5;
  first.state = TargetState::kHolding;
  first.message = "confirmed: the pool is at 2 %";
  first.state_time = At(23) + kMicro;
  first.pool_name = "hosts/web-1/netns/7/pools/x";
  first.before = Outlook{400, 0.9, 1.1, absl::Seconds(30)};
  first.predicted = Outlook{20400, 0.02, std::nullopt, std::nullopt};
  first.counts_before = {absl::Seconds(55), 1, 2, 3, 4};
  first.counts_after = {absl::Seconds(12), 5, 6, 7, 8};
  RolloutTarget second;
  second.host_id = "web-2";
  second.netns_cookie = 8;
  second.netns_inode = 4026532001;
  second.netns_label = "red";
  second.sysctls = {applied};
  second.desired_revision = 6;
  second.wave = 1;
  second.state = TargetState::kSent;
  second.state_time = At(24);
  rollout.targets = {first, second};
  rollout.changes = {applied.change, drifted.change};
  rollout.plan = FullPlan();
  rollout.wave = 1;
  rollout.wave_count = 3;
  rollout.pause = RolloutPause{"ann", "lunch", At(25)};
  rollout.canary_released = true;
  rollout.stop_reason = "none yet";
  rollout.approvals = {{"ann", "fine", At(18), "ab12"}, {"bob", "needed", At(19), "ab12"}};
  rollout.message = "soaking";
  rollout.create_time = At(20);
  rollout.update_time = At(21);
  rollout.state_time = At(22);
  rollout.approver = "bob";
  rollout.revision = 4;
  return rollout;
}

Silence FullSilence() {
  Silence silence;
  silence.id = "silence-1";
  silence.selector = {{"host", "web-1"}, {"unit", "shop.service"}};
  silence.reason = "kernel upgrade";
  silence.creator = "alice";
  silence.create_time = At(48);
  silence.start_time = At(49) + kMicro;
  silence.expire_time = At(60);
  silence.end_time = At(50) + kMicro;
  silence.ender = "bob";
  silence.revision = 2;
  return silence;
}

DetectionPolicy FullDetectionPolicy() {
  ThresholdOverrides all;
  all.near_limit_utilization_min = 0.97;
  all.near_limit_time = absl::Seconds(61) + kMicro;
  all.forecast_utilization_min = 0.25;
  all.critical_utilization_min = 0.99;
  all.critical_time_left = absl::Seconds(20);
  all.stuck_utilization_min = 0.4;
  all.stuck_time = absl::Seconds(7);
  all.filled_utilization_min = 0.85;
  all.leak_utilization_min = 0.35;
  all.leak_time = absl::Minutes(4);
  all.leak_horizon = absl::Hours(2);
  all.restart_blocked_time = absl::Seconds(40);
  all.calm_time = absl::Seconds(6);
  all.calm_thin_time = absl::Seconds(45);
  ThresholdOverrides one;
  one.leak_horizon = absl::Minutes(10);
  DetectionPolicy policy;
  policy.rules = {{"everywhere", {}, all}, {"batch", {{"unit", "batch.service"}}, one}};
  policy.update_time = At(70);
  policy.updater = "alice";
  policy.revision = 5;
  return policy;
}

}  // namespace

ControlState FullControlState() {
  Host host;
  host.host_id = "web-1";
  host.state = HostState::kUnreachable;
  host.identity = {"web-1.example",
                   "6.1.0",
                   "boot-1",
                   "0.1.0",
                   AgentProfile::kEnforce,
                   {AgentCapability::kApplySysctl, AgentCapability::kSockDiag},
                   {"no BPF", "no conntrack"}};
  host.attach_time = At(30);
  host.sample_time = At(31) + kMicro;
  host.desired_revision = 9;
  ControlState state;
  state.hosts = {host};
  state.incidents = {FullIncident()};
  state.recommendations = {FullRecommendation()};
  state.rollouts = {FullRollout(), AdviceRollout()};
  state.requests = {{"request-1", "ApproveRecommendation", "cd34", "recommendations/r", At(40)}};
  state.silences = {FullSilence()};
  state.audit = AuditAfter(AuditTail(), 3);
  state.detection_policy = FullDetectionPolicy();
  state.approval_policy = FullApprovalPolicy();
  return state;
}

std::vector<AuditEntry> AuditAfter(const AuditTail& after, int count) {
  std::vector<AuditEntry> entries;
  AuditTail tail = after;
  for (int i = 0; i < count; ++i) {
    AuditEntry entry;
    entry.sequence = tail.sequence + 1;
    entry.event_time = At(entry.sequence) + kMicro;
    entry.actor = "local/alice";
    entry.source = "127.0.0.1:43210";
    entry.action = AuditAction::kApplied;
    entry.object = "rollouts/o1";
    entry.reason = "ports run out";
    entry.values = {
        {"web-1", 7, "shop", "net.ipv4.ip_local_port_range", "32768 60999", "1024 65535"},
        {"web-2", 8, "cart", "net.ipv4.tcp_tw_reuse", "2", "1"}};
    entry.previous_hash = tail.hash;
    entry.hash = AuditHash(entry);
    tail = {entry.sequence, entry.hash};
    entries.push_back(std::move(entry));
  }
  return entries;
}

Host MakeHost(absl::string_view host_id) {
  Host host;
  host.host_id = std::string(host_id);
  return host;
}

Incident MakeIncident(absl::string_view id, IncidentState state, absl::Time open_time) {
  Incident incident;
  incident.id = std::string(id);
  incident.state = state;
  incident.open_time = open_time;
  return incident;
}

Recommendation MakeRecommendation(absl::string_view id, RecommendationState state,
                                  absl::Time create_time) {
  Recommendation recommendation;
  recommendation.id = std::string(id);
  recommendation.state = state;
  recommendation.create_time = create_time;
  return recommendation;
}

Rollout MakeRollout(absl::string_view id, RolloutState state, absl::Time create_time) {
  Rollout rollout;
  rollout.id = std::string(id);
  rollout.state = state;
  rollout.create_time = create_time;
  return rollout;
}

std::string PoolNameOf(absl::string_view host_id) {
  return absl::StrCat("hosts/", host_id, "/netns/7/pools/10.0.0.1-10.0.0.2-443");
}

HistoryEntry MakeEntry(absl::string_view host_id, int64_t epoch, int64_t sequence, int32_t in_use) {
  PoolSample pool;
  pool.key = {IpAddress::Parse("10.0.0.1").value(), IpAddress::Parse("10.0.0.2").value(), 443};
  pool.capacity = 400;
  pool.in_use = in_use;
  pool.reusable = 1;
  pool.states[TcpState::kTimeWait] = 2;
  pool.states[TcpState::kEstablished] = 3;
  pool.connection_rate = 4.5;
  NetnsSample netns;
  netns.cookie = 7;
  netns.pools = {pool};
  auto sample = std::make_shared<HostSample>();
  sample->sequence = sequence;
  sample->sample_time = At(sequence);
  sample->namespaces = {netns};
  return {std::string(host_id), epoch, std::move(sample)};
}

}  // namespace berthmaster
