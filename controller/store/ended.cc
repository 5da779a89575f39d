#include "controller/store/ended.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <vector>

namespace berthmaster {
namespace {

template <typename T, typename Key>
void SortBy(std::vector<T>& items, Key key) {
  std::sort(items.begin(), items.end(), [&key](const T& a, const T& b) { return key(a) < key(b); });
}

// `items` are sorted, oldest first.
template <typename T>
void DropOldestEnded(int ended_max, std::vector<T>& items) {
  auto ended = [](const T& item) { return Ended(item); };
  auto surplus = std::count_if(items.begin(), items.end(), ended) - ended_max;
  if (surplus <= 0) return;
  items.erase(std::remove_if(items.begin(), items.end(),
                             [&](const T& item) { return ended(item) && surplus-- > 0; }),
              items.end());
}

}  // namespace

bool Ended(const Incident& incident) { return !incident.active(); }

bool Ended(const Recommendation& recommendation) {
  return recommendation.state != RecommendationState::kProposed;
}

bool Ended(const Rollout& rollout) {
  return rollout.state == RolloutState::kReverted || rollout.state == RolloutState::kFailed;
}

void LimitToLoaded(int ended_max, ControlState& state) {
  SortBy(state.hosts, [](const Host& host) { return host.host_id; });
  SortBy(state.incidents, [](const Incident& i) { return std::tie(i.open_time, i.id); });
  SortBy(state.recommendations,
         [](const Recommendation& r) { return std::tie(r.create_time, r.id); });
  SortBy(state.rollouts, [](const Rollout& r) { return std::tie(r.create_time, r.id); });
  SortBy(state.requests,
         [](const CompletedRequest& r) { return std::tie(r.complete_time, r.request_id); });
  SortBy(state.silences, [](const Silence& s) { return std::tie(s.expire_time, s.id); });
  if (state.silences.size() > kSilencesLoadMax) {
    state.silences.erase(state.silences.begin(), state.silences.end() - kSilencesLoadMax);
  }
  SortBy(state.silences, [](const Silence& s) { return s.id; });
  DropOldestEnded(ended_max, state.incidents);
  DropOldestEnded(ended_max, state.recommendations);
  DropOldestEnded(ended_max, state.rollouts);
  if (state.requests.empty()) return;
  absl::Time oldest = state.requests.back().complete_time - kRequestMemory;
  auto kept = std::find_if(state.requests.begin(), state.requests.end(),
                           [&](const CompletedRequest& r) { return r.complete_time >= oldest; });
  state.requests.erase(state.requests.begin(), kept);
}

}  // namespace berthmaster
