#ifndef BERTHMASTER_CONTROLLER_RECOMMEND_POOLING_H_
#define BERTHMASTER_CONTROLLER_RECOMMEND_POOLING_H_

#include <optional>

#include "controller/recommend/remedy_context.h"

namespace berthmaster {

// Keeps connections open and reuses them, in a pool sized by Little's law, with ready snippets.
// Nothing when the load is not known or no port would be saved.
std::optional<Remedy> PoolConnections(const RemedyContext& context);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_RECOMMEND_POOLING_H_
