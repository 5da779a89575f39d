#ifndef BERTHMASTER_CONTROLLER_API_LIST_FILTER_H_
#define BERTHMASTER_CONTROLLER_API_LIST_FILTER_H_

#include <google/protobuf/repeated_field.h>

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "berthmaster/v1/incident.pb.h"
#include "berthmaster/v1/recommendation.pb.h"
#include "berthmaster/v1/rollout.pb.h"
#include "berthmaster/v1/silence.pb.h"
#include "controller/model/incident.h"
#include "controller/model/recommendation.h"
#include "controller/model/rollout.h"
#include "controller/model/silence.h"

namespace berthmaster {

// The filters of incidents, recommendations, rollouts and silences, parsed. Parse gives
// INVALID_ARGUMENT and names the field. An empty member matches everything.

// A set of lifecycle states, by the numbers of the contract.
class StateFilter {
 public:
  // States are 1 to `state_max`.
  static absl::StatusOr<StateFilter> Parse(const google::protobuf::RepeatedField<int>& states,
                                           int state_max);
  template <typename State>
  bool Matches(State state) const {
    return bits_ == 0 || (bits_ >> static_cast<int>(state) & 1) != 0;
  }

 private:
  uint32_t bits_ = 0;
};

class IncidentMatcher {
 public:
  static absl::StatusOr<IncidentMatcher> Parse(const v1::IncidentFilter& filter);
  // Whether any of its pools matches.
  bool Matches(const Incident& incident) const;

 private:
  bool MatchesPlace(absl::string_view host_id, uint64_t netns_cookie,
                    absl::string_view pool_name) const;

  StateFilter states_;
  std::string host_id_;
  // Full resource names.
  std::string netns_name_;
  std::string pool_name_;
  std::optional<bool> silenced_;
};

class RecommendationMatcher {
 public:
  static absl::StatusOr<RecommendationMatcher> Parse(const v1::RecommendationFilter& filter);
  bool Matches(const Recommendation& recommendation) const;

 private:
  StateFilter states_;
  std::string incident_id_;
  std::string host_id_;
};

class RolloutMatcher {
 public:
  static absl::StatusOr<RolloutMatcher> Parse(const v1::RolloutFilter& filter);
  bool Matches(const Rollout& rollout) const;

 private:
  StateFilter states_;
  std::string host_id_;
  std::string recommendation_id_;
};

class SilenceFilter {
 public:
  // The states are those at `now`.
  static absl::StatusOr<SilenceFilter> Parse(const v1::SilenceFilter& filter, absl::Time now);
  bool Matches(const Silence& silence) const { return states_.Matches(silence.state(now_)); }

 private:
  StateFilter states_;
  absl::Time now_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_API_LIST_FILTER_H_
