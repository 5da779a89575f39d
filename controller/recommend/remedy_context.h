#ifndef BERTHMASTER_CONTROLLER_RECOMMEND_REMEDY_CONTEXT_H_
#define BERTHMASTER_CONTROLLER_RECOMMEND_REMEDY_CONTEXT_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/forecast/forecast.h"
#include "common/protocol/sample.h"
#include "controller/model/recommendation.h"

namespace berthmaster {

// A pool is too full for its load above this; a remedy that brings it below suffices.
inline constexpr double kSufficientUtilizationMax = 0.8;
// So much more than the load settles at: 1 / kSufficientUtilizationMax.
inline constexpr double kCapacityHeadroom = 1.25;

// What all remedies for one incident start from.
struct RemedyContext {
  const Incident& incident;
  const NetnsSample& netns;
  // The pool at the rate that its users want: at the limit the measured rate is only what is let
  // through, so there it is the highest of the last minute.
  PoolSample pool;
  // Of the pool's TIME_WAIT by the sysctls in force; nothing when it is not reusable.
  std::optional<absl::Duration> reuse_delay;
  Forecast before;
  // The load is cut off by the limit, and no history shows how high it would be.
  bool demand_unknown = false;
  absl::Time now;

  // Sockets in use and not reusable in the end; nothing when unknown or endless.
  std::optional<double> settled_in_use() const;
};

RemedyContext MakeRemedyContext(const Incident& incident, const NetnsSample& netns,
                                const PoolSample& pool, absl::Time now);

// The value in force; nothing when the sample does not have it.
std::optional<std::string> EffectiveValue(const NetnsSample& netns, absl::string_view sysctl);

Outlook OutlookOf(const PoolSample& pool, const Forecast& forecast);
// The forecast of `after`, which is the pool of `context` with something changed.
WhatIf WhatIfOf(const RemedyContext& context, const PoolSample& after,
                std::optional<absl::Duration> reuse_delay_after);

// A recommendation that says where it belongs and what the load is; kind and the rest are open.
Recommendation StartRecommendation(const RemedyContext& context, RecommendationKind kind);

// How the changes of `recommendation` are kept over a reboot, for its namespace.
std::string DurableForm(const RemedyContext& context, const Recommendation& recommendation);

// What goes before a command to run it in the namespace, with a space; empty for the host's own.
std::string CommandPrefix(const NetnsSample& netns);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_RECOMMEND_REMEDY_CONTEXT_H_
