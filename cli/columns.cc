#include "cli/columns.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "cli/format.h"
#include "common/ids/names.h"

namespace berthmaster {
namespace {

std::string SysctlOr(const v1::Netns& netns, const std::string& sysctl) {
  auto found = netns.sysctls().find(sysctl);
  return found == netns.sysctls().end() ? "-" : found->second;
}

// How long the incident is silenced yet; "-" when it is loud or over.
std::string SilencedText(const v1::Incident& incident, absl::Time now) {
  if (incident.silence().empty() || incident.state() == v1::INCIDENT_STATE_RESOLVED) return "-";
  return DurationText(std::max(ToTime(incident.silenced_until()) - now, absl::ZeroDuration()));
}

// The namespace, or what a selector says and how many it matched.
std::string WhereText(const v1::Recommendation& recommendation) {
  if (recommendation.plan().selector().empty()) {
    return absl::StrCat(HostOf(recommendation.netns()), "/", recommendation.netns_label());
  }
  return absl::StrCat(LabelsText(recommendation.plan().selector()), " (",
                      recommendation.target_count(), ")");
}

}  // namespace

std::string HostOf(const std::string& netns_name) {
  const absl::string_view rest = absl::StripPrefix(netns_name, "hosts/");
  return std::string(rest.substr(0, rest.find('/')));
}

std::string PoolText(const std::string& pool_name) {
  const std::string last_part = pool_name.substr(pool_name.rfind('/') + 1);
  const absl::StatusOr<PoolId> id = ParsePoolId(last_part);
  // Of a kind from a later version.
  return id.ok() ? PoolTitle(*id) : last_part;
}

std::string StateText(const v1::Host& host) {
  return EnumText(v1::HostState_Name(host.state()), "HOST_STATE_");
}
std::string StateText(const v1::Incident& incident) {
  return EnumText(v1::IncidentState_Name(incident.state()), "INCIDENT_STATE_");
}
std::string StateText(const v1::Recommendation& recommendation) {
  return EnumText(v1::RecommendationState_Name(recommendation.state()), "RECOMMENDATION_STATE_");
}
std::string StateText(const v1::Rollout& rollout) {
  return EnumText(v1::RolloutState_Name(rollout.state()), "ROLLOUT_STATE_");
}
std::string StateText(const v1::Silence& silence) {
  return EnumText(v1::SilenceState_Name(silence.state()), "SILENCE_STATE_");
}

std::string LabelsText(const google::protobuf::Map<std::string, std::string>& labels) {
  const std::map<std::string, std::string> sorted(labels.begin(), labels.end());
  if (sorted.empty()) return "everything";
  return absl::StrJoin(sorted, ",", absl::PairFormatter("="));
}

std::string CauseText(const v1::Incident& incident) {
  return EnumText(v1::IncidentCause_Name(incident.cause()), "INCIDENT_CAUSE_");
}
std::string SeverityText(const v1::Incident& incident) {
  return EnumText(v1::IncidentSeverity_Name(incident.severity()), "INCIDENT_SEVERITY_");
}
std::string KindText(const v1::Recommendation& recommendation) {
  return EnumText(v1::RecommendationKind_Name(recommendation.kind()), "RECOMMENDATION_KIND_");
}
std::string RiskText(const v1::Recommendation& recommendation) {
  return EnumText(v1::RecommendationRisk_Name(recommendation.risk()), "RECOMMENDATION_RISK_");
}

std::string ApprovalsText(const v1::Recommendation& recommendation) {
  if (recommendation.approvals_required() == 0) return "policy";
  return absl::StrCat(recommendation.approvals_size(), "/", recommendation.approvals_required());
}

std::string WaveText(const v1::Rollout& rollout) {
  if (rollout.wave_count() == 0) return "-";
  return absl::StrCat(rollout.wave() + 1, "/", rollout.wave_count());
}

std::string HoldingText(const v1::Rollout& rollout) {
  if (!rollout.has_target_counts()) return "-";
  return absl::StrCat(rollout.target_counts().holding(), "/", rollout.target_counts().total());
}

std::string TimeLeftText(bool present, const google::protobuf::Duration& time_to_exhaustion) {
  if (!present) return "-";
  return ToDuration(time_to_exhaustion) <= absl::ZeroDuration() ? "now"
                                                                : DurationText(time_to_exhaustion);
}

template <>
std::vector<std::string> Heading<v1::Host>() {
  return {"NAME", "STATE", "NETNS", "POOLS", "WORST", "HEADROOM", "INCIDENTS", "SAMPLE", "KERNEL"};
}

std::vector<std::string> Cells(const v1::Host& host, absl::Time now) {
  return {host.name(),
          StateText(host),
          absl::StrCat(host.netns_count()),
          absl::StrCat(host.pool_count()),
          host.has_utilization_max() ? PercentText(host.utilization_max()) : "-",
          host.has_headroom_min() ? absl::StrCat(host.headroom_min()) : "-",
          absl::StrCat(host.open_incident_count()),
          AgeText(host.has_sample_time(), host.sample_time(), now),
          host.identity().kernel_release()};
}

template <>
std::vector<std::string> Heading<v1::Netns>() {
  return {"NAME",  "LABEL",    "INODE",      "TCP",   "TIME_WAIT",
          "RANGE", "TW_REUSE", "TW_BUCKETS", "SAMPLE"};
}

std::vector<std::string> Cells(const v1::Netns& netns, absl::Time now) {
  return {netns.name(),
          netns.label(),
          absl::StrCat(netns.inode()),
          absl::StrCat(netns.tcp_in_use()),
          absl::StrCat(netns.time_wait()),
          SysctlOr(netns, "net.ipv4.ip_local_port_range"),
          SysctlOr(netns, "net.ipv4.tcp_tw_reuse"),
          SysctlOr(netns, "net.ipv4.tcp_max_tw_buckets"),
          AgeText(netns.has_sample_time(), netns.sample_time(), now)};
}

template <>
std::vector<std::string> Heading<v1::Pool>() {
  return {"HOST",  "NETNS",    "POOL", "IN USE",  "REUSABLE", "CAPACITY",
          "UTIL.", "HEADROOM", "RATE", "SETTLES", "LEFT"};
}

std::vector<std::string> Cells(const v1::Pool& pool, absl::Time) {
  return {HostOf(pool.netns()),
          pool.netns_label(),
          PoolText(pool.name()),
          absl::StrCat(pool.in_use()),
          absl::StrCat(pool.reusable()),
          absl::StrCat(pool.capacity()),
          PercentText(pool.utilization()),
          absl::StrCat(pool.headroom()),
          pool.has_connection_rate() ? RateText(pool.connection_rate()) : "-",
          pool.has_settled_utilization() ? PercentText(pool.settled_utilization()) : "-",
          TimeLeftText(pool.has_time_to_exhaustion(), pool.time_to_exhaustion())};
}

template <>
std::vector<std::string> Heading<v1::Incident>() {
  return {"NAME", "STATE", "SEVERITY", "CAUSE", "NETNS",
          "POOL", "UTIL.", "LEFT",     "AGE",   "SILENCED"};
}

std::vector<std::string> Cells(const v1::Incident& incident, absl::Time now) {
  return {incident.name(),
          StateText(incident),
          SeverityText(incident),
          CauseText(incident),
          absl::StrCat(HostOf(incident.netns()), "/", incident.netns_label()),
          incident.member_count() > 1
              ? absl::StrCat(PoolText(incident.pool()), " +", incident.member_count() - 1)
              : PoolText(incident.pool()),
          PercentText(incident.utilization()),
          TimeLeftText(incident.has_time_to_exhaustion(), incident.time_to_exhaustion()),
          AgeText(incident.has_open_time(), incident.open_time(), now),
          SilencedText(incident, now)};
}

template <>
std::vector<std::string> Heading<v1::Recommendation>() {
  return {"NAME",      "STATE",    "RANK",  "KIND", "RISK",
          "APPROVALS", "PROPOSER", "NETNS", "AGE",  "SUMMARY"};
}

std::vector<std::string> Cells(const v1::Recommendation& recommendation, absl::Time now) {
  return {recommendation.name(),
          StateText(recommendation),
          absl::StrCat(recommendation.rank()),
          KindText(recommendation),
          RiskText(recommendation),
          ApprovalsText(recommendation),
          recommendation.proposer().empty() ? "-" : recommendation.proposer(),
          WhereText(recommendation),
          AgeText(recommendation.has_create_time(), recommendation.create_time(), now),
          recommendation.summary()};
}

template <>
std::vector<std::string> Heading<v1::Rollout>() {
  return {"NAME", "STATE", "WAVE", "TARGETS", "TARGET", "RECOMMENDATION", "AGE", "MESSAGE"};
}

std::vector<std::string> Cells(const v1::Rollout& rollout, absl::Time now) {
  std::string target = "-";
  if (rollout.targets_size() > 0) {
    target =
        absl::StrCat(HostOf(rollout.targets(0).netns()), "/", rollout.targets(0).netns_label());
  }
  if (rollout.targets_size() > 1) absl::StrAppend(&target, " +", rollout.targets_size() - 1);
  return {rollout.name(),
          StateText(rollout),
          WaveText(rollout),
          HoldingText(rollout),
          target,
          rollout.recommendation(),
          AgeText(rollout.has_create_time(), rollout.create_time(), now),
          rollout.message()};
}

template <>
std::vector<std::string> Heading<v1::Silence>() {
  return {"NAME", "STATE", "SELECTS", "BEGINS", "ENDS", "BY", "REASON"};
}

std::vector<std::string> Cells(const v1::Silence& silence, absl::Time /*now*/) {
  return {silence.name(),
          StateText(silence),
          LabelsText(silence.selector()),
          TimeText(silence.start_time()),
          TimeText(silence.has_end_time() ? silence.end_time() : silence.expire_time()),
          silence.creator(),
          silence.reason()};
}

}  // namespace berthmaster
