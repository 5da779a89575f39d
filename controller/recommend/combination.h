#ifndef BERTHMASTER_CONTROLLER_RECOMMEND_COMBINATION_H_
#define BERTHMASTER_CONTROLLER_RECOMMEND_COMBINATION_H_

#include <optional>
#include <vector>

#include "controller/recommend/remedy_context.h"

namespace berthmaster {

// How dear a remedy is to a person: its risk, and how much has to be touched. 1 to 20.
int CostOf(const Recommendation& recommendation);

// The cheapest set of two or more of `remedies` that suffices together, as one recommendation, by
// simulation of all its changes at once. Of those that an agent can apply if such a set suffices.
// Nothing when one of those alone suffices, or no set does.
std::optional<Remedy> CombineRemedies(const RemedyContext& context,
                                      const std::vector<Remedy>& remedies);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_RECOMMEND_COMBINATION_H_
