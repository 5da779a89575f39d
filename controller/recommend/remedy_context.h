#ifndef BERTHMASTER_CONTROLLER_RECOMMEND_REMEDY_CONTEXT_H_
#define BERTHMASTER_CONTROLLER_RECOMMEND_REMEDY_CONTEXT_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/forecast/forecast.h"
#include "common/protocol/sample.h"
#include "controller/model/recommendation.h"
#include "controller/recommend/pool_change.h"

namespace berthmaster {

// A pool is too full for its load above this; a remedy that brings it below suffices.
inline constexpr double kSufficientUtilizationMax = 0.8;
// So much more than the load settles at: 1 / kSufficientUtilizationMax.
inline constexpr double kCapacityHeadroom = 1.25;

// What all remedies for one incident start from.
struct RemedyContext {
  const Incident& incident;
  const NetnsSample& netns;
  // The pool at the rate that its users want (AtWantedLoad).
  PoolSample pool;
  // Of the pool's TIME_WAIT by the sysctls in force; nothing when it is not reusable.
  std::optional<absl::Duration> reuse_delay;
  // By the model; for pools whose rate no sample has, what detection said of its growth.
  Outlook before;
  // The load is cut off by the limit, and no history shows how high it would be.
  bool demand_unknown = false;
  absl::Time now;

  // Sockets in use and not reusable in the end; nothing when unknown or endless.
  std::optional<double> settled_in_use() const;
};

RemedyContext MakeRemedyContext(const Incident& incident, const NetnsSample& netns,
                                const PoolSample& pool, absl::Time now);

// A recommendation while it is being made, with what it changes in terms of the model.
struct Remedy {
  Recommendation recommendation;
  // Nothing when what it brings can not be reckoned.
  std::optional<PoolChange> change;
};

// A remedy that says where it belongs and what the load is; the rest is open. The what-if is that
// of `change`; without one, or where the model does not know it, nothing changes in it. What the
// model has to say of it goes into the caveats.
Remedy StartRemedy(const RemedyContext& context, RecommendationKind kind,
                   std::optional<PoolChange> change);

// The outlook of the pool with `change` made. Errors are those of ApplyChange.
absl::StatusOr<Outlook> OutlookAfter(const RemedyContext& context, const PoolChange& change,
                                     std::vector<std::string>& notes);

// Whether the what-if ends below kSufficientUtilizationMax for good.
bool Suffices(const Recommendation& recommendation);

// Adds the write of `sysctl` = `desired`, expecting the value in force.
void AddChange(const RemedyContext& context, absl::string_view sysctl, std::string desired,
               Recommendation& recommendation);
// Fills the durable forms by the changes, and says what the agent has to allow.
void FinishSysctls(const RemedyContext& context, Recommendation& recommendation);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_RECOMMEND_REMEDY_CONTEXT_H_
