#ifndef BERTHMASTER_CONTROLLER_RECOMMEND_APPLICATION_H_
#define BERTHMASTER_CONTROLLER_RECOMMEND_APPLICATION_H_

#include <optional>

#include "controller/model/recommendation.h"
#include "controller/recommend/remedy_context.h"

namespace berthmaster {

// What only the application can do; no agent applies it.

// Keeps connections open and reuses them, in a pool sized by Little's law. Nothing when the load is
// not known or no port would be saved.
std::optional<Recommendation> PoolConnections(const RemedyContext& context);

// Mends what leaks or waits: what to look for, and how to see it.
Recommendation MendApplication(const RemedyContext& context);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_RECOMMEND_APPLICATION_H_
