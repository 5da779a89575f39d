#include "controller/api/list_filter.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/ids/names.h"
#include "common/status/annotate.h"
#include "common/wire/field_check.h"
#include "controller/api/request_check.h"

namespace berthmaster {
namespace {

absl::StatusOr<std::string> ParseHostFilter(const std::string& by_host) {
  if (by_host.empty()) return std::string();
  absl::StatusOr<std::string> host_id = ParseHostName(by_host);
  if (!host_id.ok()) return Annotate(host_id.status(), "filter.by_host");
  return host_id;
}

absl::StatusOr<std::string> ParseIdFilter(absl::string_view field, absl::string_view collection,
                                          const std::string& name) {
  if (name.empty()) return std::string();
  return ParseId(field, collection, name);
}

}  // namespace

absl::StatusOr<StateFilter> StateFilter::Parse(const google::protobuf::RepeatedField<int>& states,
                                               int state_max) {
  StateFilter filter;
  for (const int state : states) {
    BERTHMASTER_RETURN_IF_ERROR(CheckField("filter.by_states", state, 1, state_max));
    filter.bits_ |= uint32_t{1} << state;
  }
  return filter;
}

absl::StatusOr<IncidentMatcher> IncidentMatcher::Parse(const v1::IncidentFilter& filter) {
  IncidentMatcher matcher;
  BERTHMASTER_ASSIGN_OR_RETURN(matcher.states_,
                               StateFilter::Parse(filter.by_states(), v1::IncidentState_MAX));
  BERTHMASTER_ASSIGN_OR_RETURN(matcher.host_id_, ParseHostFilter(filter.by_host()));
  if (!filter.by_netns().empty()) {
    BERTHMASTER_RETURN_IF_ERROR(
        Annotate(ParseNetnsName(filter.by_netns()).status(), "filter.by_netns"));
    matcher.netns_name_ = filter.by_netns();
  }
  if (!filter.by_pool().empty()) {
    BERTHMASTER_RETURN_IF_ERROR(
        Annotate(NetnsOfPoolName(filter.by_pool()).status(), "filter.by_pool"));
    matcher.pool_name_ = filter.by_pool();
  }
  if (filter.has_by_silenced()) matcher.silenced_ = filter.by_silenced();
  return matcher;
}

bool IncidentMatcher::Matches(const Incident& incident) const {
  if (!states_.Matches(incident.state)) return false;
  if (silenced_.has_value() && *silenced_ != incident.silenced()) return false;
  // A row from before incidents had members has its own pool only.
  if (MatchesPlace(incident.host_id, incident.netns_cookie, incident.pool_name)) return true;
  return std::any_of(incident.members.begin(), incident.members.end(),
                     [this](const IncidentMember& member) {
                       return MatchesPlace(member.host_id, member.netns_cookie, member.pool_name);
                     });
}

bool IncidentMatcher::MatchesPlace(absl::string_view host_id, uint64_t netns_cookie,
                                   absl::string_view pool_name) const {
  return (host_id_.empty() || host_id_ == host_id) &&
         (netns_name_.empty() || netns_name_ == NetnsName(host_id, netns_cookie)) &&
         (pool_name_.empty() || pool_name_ == pool_name);
}

absl::StatusOr<RecommendationMatcher> RecommendationMatcher::Parse(
    const v1::RecommendationFilter& filter) {
  RecommendationMatcher matcher;
  BERTHMASTER_ASSIGN_OR_RETURN(matcher.states_,
                               StateFilter::Parse(filter.by_states(), v1::RecommendationState_MAX));
  BERTHMASTER_ASSIGN_OR_RETURN(
      matcher.incident_id_, ParseIdFilter("filter.by_incident", "incidents", filter.by_incident()));
  BERTHMASTER_ASSIGN_OR_RETURN(matcher.host_id_, ParseHostFilter(filter.by_host()));
  return matcher;
}

bool RecommendationMatcher::Matches(const Recommendation& recommendation) const {
  return states_.Matches(recommendation.state) &&
         (incident_id_.empty() || incident_id_ == recommendation.incident_id) &&
         (host_id_.empty() || host_id_ == recommendation.host_id);
}

absl::StatusOr<RolloutMatcher> RolloutMatcher::Parse(const v1::RolloutFilter& filter) {
  RolloutMatcher matcher;
  BERTHMASTER_ASSIGN_OR_RETURN(matcher.states_,
                               StateFilter::Parse(filter.by_states(), v1::RolloutState_MAX));
  BERTHMASTER_ASSIGN_OR_RETURN(matcher.host_id_, ParseHostFilter(filter.by_host()));
  BERTHMASTER_ASSIGN_OR_RETURN(
      matcher.recommendation_id_,
      ParseIdFilter("filter.by_recommendation", "recommendations", filter.by_recommendation()));
  return matcher;
}

bool RolloutMatcher::Matches(const Rollout& rollout) const {
  const bool matches_host =
      host_id_.empty() ||
      std::any_of(rollout.targets.begin(), rollout.targets.end(),
                  [this](const RolloutTarget& target) { return target.host_id == host_id_; });
  return matches_host && states_.Matches(rollout.state) &&
         (recommendation_id_.empty() || recommendation_id_ == rollout.recommendation_id);
}

absl::StatusOr<SilenceFilter> SilenceFilter::Parse(const v1::SilenceFilter& filter,
                                                   absl::Time now) {
  SilenceFilter parsed;
  BERTHMASTER_ASSIGN_OR_RETURN(parsed.states_,
                               StateFilter::Parse(filter.by_states(), v1::SilenceState_MAX));
  parsed.now_ = now;
  return parsed;
}

}  // namespace berthmaster
