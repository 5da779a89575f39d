#ifndef BERTHMASTER_TESTS_CONTROLLER_RECOMMEND_RECOMMEND_CASE_H_
#define BERTHMASTER_TESTS_CONTROLLER_RECOMMEND_RECOMMEND_CASE_H_

#include <string>
#include <vector>

#include "controller/recommend/recommend.h"

namespace berthmaster {

// A namespace with one pool and an incident for it; each test changes what matters.
struct RecommendCase {
  NetnsSample netns;
  PoolSample pool;
  Incident incident;

  std::vector<Recommendation> Recommend() const {
    return berthmaster::Recommend(incident, netns, pool, absl::UnixEpoch());
  }
};

// The netns "blue" with the range 40000-40399 and the kernel's defaults, whose connect pool from
// 10.0.0.1 to 10.0.0.2:443 has had a load of so many connections a second, each open for 0.1 s and
// closed first here, for so long.
RecommendCase Churn(double per_second, int seconds, int capacity = 400);

// The same namespace with a pool of `kind` of which `in_use` of `capacity` are taken, and nothing
// more known of it.
RecommendCase CaseOf(IncidentCause cause, PoolKind kind, int in_use, int capacity);

std::vector<RecommendationKind> Kinds(const std::vector<Recommendation>& list);
// Null when there is none of the kind.
const Recommendation* Find(const std::vector<Recommendation>& list, RecommendationKind kind);

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_CONTROLLER_RECOMMEND_RECOMMEND_CASE_H_
